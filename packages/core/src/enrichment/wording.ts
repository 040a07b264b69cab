import { consolidations, type SummarySentence } from '@pact/db';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { changing } from '../changes.ts';
import { renderSentences } from '../consolidation/render.ts';
import type { Ctx, LanguageModel } from '../ctx.ts';
import { findSession } from '../sessions.ts';
import { type Flaw, flawOf } from './evidence.ts';
import { countModelCall } from './usage.ts';

/** A summary above this is left in its own sentences: a wording that fits the time of a call would lose too much. */
const MAX_WORDED_TOKENS = 1_500;
/** Longest wording asked for: what a model writes within the time of a call. */
const MAX_TOKENS = 700;
/** Two sentences at least: one needs no other words. */
const MIN_SENTENCES = 2;

/** `none`: nothing to word, or somebody else was first, or the summary is another by now. */
export type Wording = 'stored' | 'none' | Flaw | 'unusable' | 'too_long';

interface Summary {
  id: string;
  sentences: SummarySentence[];
}

/**
 * Has the session's newest summary worded, once, and stores that beside its sentences.
 * @throws {Error} when the model fails. @throws {PactError} not_found.
 */
export async function wordSummary(
  ctx: Ctx,
  model: LanguageModel,
  input: { sessionId: string; signal?: AbortSignal | undefined },
): Promise<Wording> {
  const summary = await unworded(ctx, input.sessionId);
  if (!summary || summary.sentences.length < MIN_SENTENCES) return 'none';
  const tokens = ctx.models.countTokens(renderSentences(summary.sentences));
  if (tokens > MAX_WORDED_TOKENS) return 'none';
  const maxTokens = Math.min(tokens, MAX_TOKENS);
  const sentences = [...summary.sentences]
    .sort((a, b) => a.sequence - b.sequence || a.position - b.position)
    .map(({ speaker, day, text }) => ({ speaker, day, text }));
  const { text: answer, spent } = await model.wordSummary({ sentences, maxTokens }, input.signal);
  await countModelCall(ctx, spent);
  if (answer === null) return 'unusable';
  // One paragraph: a line of its own would pass for a turn of the conversation.
  const text = answer.replace(/\s+/g, ' ').trim();
  const flaw = flawOf(text, sentences);
  if (flaw) return flaw;
  const worded = { model: model.name, text, tokens: ctx.models.countTokens(text) };
  if (worded.tokens > tokens) return 'too_long';
  return changing(ctx, [input.sessionId], () => store(ctx, input.sessionId, summary.id, worded));
}

/** The newest summary, unless it is worded. */
async function unworded(ctx: Ctx, sessionId: string): Promise<Summary | undefined> {
  const session = await findSession(ctx, sessionId);
  const newest = await newestOf(ctx, session.id);
  return newest?.worded ? undefined : newest;
}

async function newestOf({ db, actor }: Ctx, sessionId: string) {
  const [newest] = await db
    .select({
      id: consolidations.id,
      sentences: consolidations.sentences,
      worded: consolidations.worded,
    })
    .from(consolidations)
    .where(and(eq(consolidations.workspaceId, actor.workspaceId), eq(consolidations.sessionId, sessionId)))
    .orderBy(desc(consolidations.generation))
    .limit(1);
  return newest;
}

/** Under the session's row, as folds are: the summary that was worded is still the newest, or nothing is stored. */
function store(
  ctx: Ctx,
  sessionId: string,
  summaryId: string,
  worded: NonNullable<typeof consolidations.$inferSelect.worded>,
): Promise<Wording> {
  return ctx.db.transaction(async (transaction) => {
    const inner = { ...ctx, db: transaction as unknown as Ctx['db'] };
    await findSession(inner, sessionId, 'for update');
    const newest = await newestOf(inner, sessionId);
    if (newest?.id !== summaryId) return 'none';
    const stored = await inner.db
      .update(consolidations)
      .set({ worded })
      .where(
        and(
          eq(consolidations.workspaceId, ctx.actor.workspaceId),
          eq(consolidations.id, summaryId),
          isNull(consolidations.worded),
        ),
      )
      .returning({ id: consolidations.id });
    return stored.length > 0 ? 'stored' : 'none';
  });
}
