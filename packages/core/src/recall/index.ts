import { messages } from '@pact/db';
import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { readableTexts } from '../archive/texts.ts';
import type { Ctx } from '../ctx.ts';
import { EmotionName } from '../emotions/index.ts';
import { id, instant, label, text } from '../fields.ts';
import { atomically } from '../idempotency.ts';
import { Message, type MessageRow, presentMessage, Role, selectMessages } from '../messages.ts';
import { entityShares } from './entities.ts';
import { explain, wordsInCommon } from './explain.ts';
import { type Absence, Explanation, explainMessages } from './explanations.ts';
import { type Exclusion, exclusionOf, type Filters } from './filters.ts';
import { givenMeanings } from './given.ts';
import { recipeFor } from './profile.ts';
import { readQuestion } from './question.ts';
import { type Ranking, rankTurns } from './rank.ts';
import { PARTS, type Part } from './recipes.ts';
import { indexOfScope, type Scope } from './scope.ts';
import type { TurnIndex } from './turn-index.ts';

export const Recall = z.object({
  query: text(4_000).min(1),
  sessionId: id().optional().meta({ description: 'Search one session.' }),
  userId: label()
    .optional()
    .meta({ description: 'Search every session of one end user. Without either: the whole workspace.' }),
  limit: z.int().min(1).max(100).default(10),
  maxTokens: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'Results stop before their text exceeds it.' }),
  filters: z
    .object({
      roles: z.array(Role).max(4).optional(),
      emotions: z.array(EmotionName).max(29).optional(),
      from: instant().optional(),
      to: instant().optional(),
      topics: z
        .array(label(200))
        .max(20)
        .optional()
        .meta({ description: 'Any of these topics or entities is mentioned.' }),
    })
    .optional(),
  explain: z.boolean().default(false),
  explainMessageIds: z.array(id()).max(20).optional().meta({
    description:
      'Messages whose place is to be explained, found or not: their rank, and which part of the score kept them out.',
  }),
});

const Scores = z.object(
  Object.fromEntries(PARTS.map((part) => [part, z.number()])) as Record<Part, z.ZodNumber>,
);

export const Recalled = z
  .object({
    results: z.array(
      z.object({
        message: Message,
        sessionId: id(),
        score: z.number().meta({ description: 'Comparable within one answer; higher is better.' }),
        scores: Scores.optional().meta({
          description: 'With `explain`: the parts of the score; they sum to it.',
        }),
        why: z.array(z.string()).optional(),
      }),
    ),
    tokenCount: z.int().meta({ description: 'Tokens (o200k_base) of the contents served.' }),
    omitted: z
      .array(z.object({ id: id(), reason: z.literal('archive_unavailable') }))
      .optional()
      .meta({
        description:
          'Results that were found and left out, because their text cannot be read now; absent when none.',
      }),
    recipe: z.string().optional().meta({
      description:
        'With `explain`: which set of weights ranked: `people` or `assistant`, chosen by who speaks how much.',
    }),
    embedding: z.string().optional().meta({
      description:
        'With `explain`: the model whose meanings ranked. The built-in one, where the configured one gave no answer in time.',
    }),
    explanations: z
      .array(Explanation)
      .optional()
      .meta({ description: 'With `explain_message_ids`: one each.' }),
  })
  .meta({ id: 'Recalled' });

/**
 * The messages that bear on a query, best first: words, meaning, neighbours, session, speaker, time and entities, in one
 * formula. Sees every message whose save has answered, folded ones too.
 * @throws {PactError} not_found, for a `sessionId` that is not the caller's.
 */
export function recall(ctx: Ctx, input: z.output<typeof Recall>): Promise<z.output<typeof Recalled>> {
  const answer = (inner: Ctx) => answerRecall(inner, input);
  // Without an idempotency key there is nothing to write, and no transaction to pay for.
  if (!ctx.idempotency) return answer(ctx);
  return atomically(ctx, answer, ({ results }) => results.map(({ sessionId }) => sessionId));
}

/** The best messages of one session for a query: ids and sizes, best first. For the context. */
export async function searchSession(
  ctx: Ctx,
  input: { sessionId: string; query: string; limit: number },
): Promise<{ id: string; sequence: number; tokens: number }[]> {
  const { index, ranking } = await search(ctx, input.query, { sessionId: input.sessionId }, {});
  return ranking.best(input.limit).map((turn) => ({
    id: index.ids[turn]!,
    sequence: index.sequences[turn]!,
    tokens: index.tokens[turn]!,
  }));
}

interface Search {
  index: TurnIndex;
  ranking: Ranking;
  exclusion: Exclusion;
  recipe: string;
  /** The model outside the process whose meanings were used. */
  embedding: string | undefined;
}

async function search(ctx: Ctx, query: string, scope: Scope, filters: Filters): Promise<Search> {
  const index = await indexOfScope(ctx, scope, query);
  const exclusion = await exclusionOf(ctx, index, filters);
  const entities = await entityShares(ctx, index, query);
  const question = readQuestion(query, index.speakers);
  const recipe = recipeFor(index);
  const given = await givenMeanings(ctx, index, question.masked);
  const ranking = rankTurns({
    models: ctx.models,
    index,
    question,
    recipe,
    given,
    entities,
    allowed: (turn) => exclusion(turn) === undefined,
  });
  return { index, ranking, exclusion, recipe: recipe.name, embedding: given?.model };
}

async function answerRecall(ctx: Ctx, input: z.output<typeof Recall>): Promise<z.output<typeof Recalled>> {
  const found = await search(ctx, input.query, input, input.filters ?? {});
  const { index, ranking } = found;
  const best = ranking.best(input.limit);
  const loaded = await load(
    ctx,
    best.map((turn) => index.ids[turn]!),
  );
  const served = withinTokens(
    best.flatMap((turn) => {
      const row = loaded.rows.get(index.ids[turn]!);
      return row ? [{ turn, row }] : [];
    }),
    input.maxTokens,
  );
  return {
    results: served.map(({ turn, row }) => present(row, turn, ranking, input)),
    tokenCount: served.reduce((sum, { row }) => sum + row.tokens, 0),
    ...(loaded.omitted.length > 0 ? { omitted: loaded.omitted } : {}),
    ...(input.explain
      ? { recipe: found.recipe, embedding: found.embedding ?? ctx.models.embeddingName }
      : {}),
    ...(input.explainMessageIds
      ? { explanations: explainMessages(input.explainMessageIds, absenceOf(found, served)) }
      : {}),
  };
}

function absenceOf(found: Search, served: { turn: number }[]): Absence {
  return { ...found, served: served.map(({ turn }) => turn) };
}

interface Loaded {
  rows: Map<string, MessageRow>;
  omitted: { id: string; reason: 'archive_unavailable' }[];
}

async function load(ctx: Ctx, ids: string[]): Promise<Loaded> {
  if (ids.length === 0) return { rows: new Map(), omitted: [] };
  const found = await selectMessages(ctx.db).where(
    and(eq(messages.workspaceId, ctx.actor.workspaceId), inArray(messages.id, ids)),
  );
  const { readable, unreadable } = await readableTexts(ctx, found);
  return {
    rows: new Map(readable.map((row) => [row.id, row])),
    omitted: unreadable.map((row) => ({ id: row.id, reason: 'archive_unavailable' })),
  };
}

function present(row: MessageRow, turn: number, ranking: Ranking, input: z.output<typeof Recall>) {
  if (!input.explain) {
    return { message: presentMessage(row), sessionId: row.sessionId, score: round(ranking.scoreOf(turn)) };
  }
  const parts = ranking.partsOf(turn);
  return {
    message: presentMessage(row),
    sessionId: row.sessionId,
    score: round(ranking.scoreOf(turn)),
    scores: roundAll(parts),
    why: explain(parts, wordsInCommon(input.query, row.content)),
  };
}

/** The best whose text fits, in rank order; one that is too long is passed over for the next. */
function withinTokens<Item extends { row: MessageRow }>(
  ranked: Item[],
  maxTokens = Number.POSITIVE_INFINITY,
): Item[] {
  let left = maxTokens;
  return ranked.filter(({ row: { tokens } }) => {
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;

const roundAll = (parts: Record<Part, number>) =>
  Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, round(value)])) as Record<
    Part,
    number
  >;
