import { messages } from '@pact/db';
import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from '../ctx.ts';
import { EmotionName } from '../emotions/index.ts';
import { id, instant, label, text } from '../fields.ts';
import { atomically } from '../idempotency.ts';
import { Message, type MessageRow, presentMessage, Role, selectMessages } from '../messages.ts';
import { findSession } from '../sessions.ts';
import { BALANCED, explain, type Fused, fuse, wordsInCommon } from './fuse.ts';
import { type Scope, searchSignals } from './search.ts';

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
});

export const Recalled = z
  .object({
    results: z.array(
      z.object({
        message: Message,
        sessionId: id(),
        score: z.number().meta({ description: 'Comparable within one answer; higher is better.' }),
        scores: z
          .object({ lexical: z.number(), semantic: z.number() })
          .optional()
          .meta({ description: "With `explain`: each signal's part; they sum to the score." }),
        why: z.array(z.string()).optional(),
      }),
    ),
    tokenCount: z.int().meta({ description: 'Tokens (o200k_base) of the contents served.' }),
  })
  .meta({ id: 'Recalled' });

/**
 * The messages that bear on a query, best first: full text and vectors, fused. Sees every message whose save has
 * answered, folded ones too. @throws {PactError} not_found, for a `sessionId` that is not the caller's.
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
  const fused = fuse(await searchSignals(ctx, input.query, { sessionId: input.sessionId }), BALANCED);
  const best = fused.slice(0, input.limit);
  if (best.length === 0) return [];
  const found = await ctx.db
    .select({ id: messages.id, sequence: messages.sequence, tokens: messages.tokens })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, ctx.actor.workspaceId),
        inArray(
          messages.id,
          best.map((hit) => hit.id),
        ),
      ),
    );
  return inRankOrder(best, found);
}

async function answerRecall(ctx: Ctx, input: z.output<typeof Recall>): Promise<z.output<typeof Recalled>> {
  if (input.sessionId !== undefined) await findSession(ctx, input.sessionId);
  const { topics, ...filters } = input.filters ?? {};
  const scope: Scope = {
    sessionId: input.sessionId,
    userId: input.userId,
    ...filters,
    conceptKeys: topics?.map((topic) => ctx.models.conceptKey(topic) || topic.toLowerCase()),
  };
  const best = fuse(await searchSignals(ctx, input.query, scope), BALANCED).slice(0, input.limit);
  const found = inRankOrder(best, await load(ctx, best));
  const served = withinTokens(found, input.maxTokens);
  const fusedById = new Map(best.map((hit) => [hit.id, hit]));
  return {
    results: served.map((row) => present(row, fusedById.get(row.id)!, input)),
    tokenCount: served.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

async function load(ctx: Ctx, best: Fused[]): Promise<MessageRow[]> {
  if (best.length === 0) return [];
  return await selectMessages(ctx.db).where(
    and(
      eq(messages.workspaceId, ctx.actor.workspaceId),
      inArray(
        messages.id,
        best.map((hit) => hit.id),
      ),
    ),
  );
}

function present(row: MessageRow, hit: Fused, input: { query: string; explain: boolean }) {
  return {
    message: presentMessage(row),
    sessionId: row.sessionId,
    score: round(hit.score),
    ...(input.explain
      ? {
          scores: { lexical: round(hit.scores.lexical), semantic: round(hit.scores.semantic) },
          why: explain(hit.scores, wordsInCommon(input.query, row.content)),
        }
      : {}),
  };
}

/** The best whose text fits, in rank order; one that is too long is passed over for the next. */
function withinTokens(ranked: MessageRow[], maxTokens = Number.POSITIVE_INFINITY): MessageRow[] {
  let left = maxTokens;
  return ranked.filter(({ tokens }) => {
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}

function inRankOrder<Row extends { id: string }>(best: Fused[], found: Row[]): Row[] {
  const byId = new Map(found.map((row) => [row.id, row]));
  return best.flatMap((hit) => byId.get(hit.id) ?? []);
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
