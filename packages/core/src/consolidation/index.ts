import {
  consolidations,
  messages,
  type SummarySentence,
  sessions,
  topicPriorities,
  type WordedSummary,
} from '@pact/db';
import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { enqueueArchiving } from '../archive/move.ts';
import { changing } from '../changes.ts';
import type { Ctx } from '../ctx.ts';
import { EmotionName } from '../emotions/index.ts';
import { id, timestamp } from '../fields.ts';
import { atomically } from '../idempotency.ts';
import { IS_KEPT, type MessageRow, selectMessages } from '../messages.ts';
import { findSession, type SessionId, type SessionRow } from '../sessions.ts';
import { type Judged, type Plan, planConsolidation } from './plan.ts';
import { renderSentences } from './render.ts';
import type { Speech } from './sentences.ts';
import { MIN_RECENT_MESSAGES, recentCount } from './threshold.ts';

/** Live messages that one fold judges; a longer backlog folds in several. */
const BATCH = 100;
/** Kept messages that one fold judges again: more than a plan ever keeps. */
const MAX_KEPT_READ = 100;
/** Characters of a message that the summary reads. */
const READ_LENGTH = 8_000;

export type Trigger = 'threshold' | 'request' | 'priority';

export const SummarySentenceAnswer = z
  .object({
    text: z.string(),
    speaker: z.string().meta({ description: 'A name, or the role.' }),
    day: z.string().meta({ format: 'date', description: 'The day it was said, in UTC.' }),
    sourceIds: z.array(id()),
  })
  .meta({ id: 'SummarySentence', description: 'A sentence of the summary and the messages it came from.' });

export const Consolidated = z
  .object({
    sessionId: id(),
    consolidationResult: z.object({
      messagesBefore: z.int().meta({ description: 'Messages that stood verbatim before.' }),
      messagesAfter: z.int(),
      tokensSaved: z.int(),
      consolidatedSummary: z.string(),
      summarySentences: z.array(SummarySentenceAnswer),
      preservedHighlights: z.array(
        z.object({
          messageId: id(),
          content: z.string(),
          reason: z.enum(['priority', 'emotion']),
          emotion: EmotionName.optional(),
        }),
      ),
    }),
    timestamp: timestamp(),
  })
  .meta({ id: 'Consolidated' });

/** Folds everything but the last exchange, now. Done twice it changes nothing. @throws {PactError} not_found. */
export function consolidate(
  ctx: Ctx,
  input: z.output<typeof SessionId>,
): Promise<z.output<typeof Consolidated>> {
  const work = () =>
    atomically(
      ctx,
      async (inner) => {
        const before = await standing(inner, await findSession(inner, input.sessionId, 'for update'));
        await fold(inner, { sessionId: input.sessionId, trigger: 'request' });
        const session = await findSession(inner, input.sessionId);
        const after = await standing(inner, session);
        return {
          sessionId: session.id,
          consolidationResult: {
            messagesBefore: before.messages,
            messagesAfter: after.messages,
            tokensSaved: Math.max(0, before.tokens - after.tokens),
            consolidatedSummary: renderSentences(after.sentences),
            summarySentences: after.sentences.map(presentSentence),
            preservedHighlights: await highlights(inner, session),
          },
          timestamp: inner.now().toISOString(),
        };
      },
      ({ sessionId }) => [sessionId],
    );
  return changing(ctx, [input.sessionId], work);
}

/** A sentence as the wire has it. */
export function presentSentence(sentence: SummarySentence): z.output<typeof SummarySentenceAnswer> {
  const { text, speaker, day, sourceIds } = sentence;
  return { text, speaker, day, sourceIds };
}

/** Folds all that the trigger asks for, inside the caller's transaction. */
export async function fold(ctx: Ctx, input: { sessionId: string; trigger: Trigger }): Promise<void> {
  while (await foldOnce(ctx, input));
}

/**
 * Folds one batch, inside the caller's transaction. Of two at once the second waits for the session's row and finds
 * nothing left to do.
 * @returns true when there may be more to fold.
 * @throws {PactError} not_found.
 */
export async function foldOnce(ctx: Ctx, input: { sessionId: string; trigger: Trigger }): Promise<boolean> {
  const session = await findSession(ctx, input.sessionId, 'for update');
  const folded = await foldBatch(ctx, session, input.trigger);
  const hasMore = folded && input.trigger !== 'priority' && session.liveMessages > BATCH;
  // A change of priority judges only what was judged before: work that waits for the live messages keeps waiting.
  if (!hasMore && input.trigger !== 'priority') {
    const { workspaceId, id: sessionId } = session;
    await ctx.queue?.done(ctx.db, { kind: 'consolidate', workspaceId, sessionId });
  }
  return hasMore;
}

/** The sentences of the session's summary, in reading order. */
async function currentSentences(ctx: Ctx, session: SessionRow): Promise<SummarySentence[]> {
  return (await currentSummary(ctx, session)).sentences;
}

/** The same, and their wording where a model gave one. */
export async function currentSummary(
  { db }: Ctx,
  session: SessionRow,
): Promise<{ sentences: SummarySentence[]; worded: WordedSummary | null }> {
  const [newest] = await db
    .select({ sentences: consolidations.sentences, worded: consolidations.worded })
    .from(consolidations)
    .where(and(eq(consolidations.workspaceId, session.workspaceId), eq(consolidations.sessionId, session.id)))
    .orderBy(desc(consolidations.generation))
    .limit(1);
  return newest ?? { sentences: [], worded: null };
}

async function foldBatch(ctx: Ctx, session: SessionRow, trigger: Trigger): Promise<boolean> {
  const live = await judgedMessages(ctx, session, 'live');
  const kept = await judgedMessages(ctx, session, 'kept');
  const sentences = await currentSentences(ctx, session);
  const recent = recentOf(session, live, trigger);
  const plan = planConsolidation(ctx.models, {
    messages: [...kept, ...live],
    recent,
    sentences,
    ...(await ranked(ctx, session)),
    tokenThreshold: session.tokenThreshold,
    messageCount: session.messageCount,
    before: await messageBefore(ctx, session),
    foldedTokens: session.tokenCount - session.liveTokens - kept.reduce((sum, { tokens }) => sum + tokens, 0),
  });
  const judgedLive = live.slice(0, live.length - recent);
  if (!plan.changes) return false;
  await apply(ctx, { session, plan, judgedLive, trigger });
  return true;
}

/** How many of the loaded live messages are recent. A backlog's batch ends before the recent ones. */
function recentOf(session: SessionRow, live: Judged[], trigger: Trigger): number {
  if (trigger === 'priority') return live.length;
  const beyond = session.liveMessages - live.length;
  const limits =
    trigger === 'request' ? { ...session, consolidationThreshold: MIN_RECENT_MESSAGES * 2 } : session;
  if (beyond === 0)
    return recentCount(
      live.map(({ tokens }) => tokens),
      limits,
    );
  return Math.max(0, Math.floor(limits.consolidationThreshold / 2) - beyond);
}

async function apply(
  ctx: Ctx,
  input: { session: SessionRow; plan: Plan; judgedLive: Judged[]; trigger: Trigger },
): Promise<void> {
  const { session, plan, judgedLive } = input;
  const { workspaceId } = session;
  const before = await standing(ctx, session);
  await setPlacement(ctx, session, plan);
  const [folded] = await ctx.db
    .update(sessions)
    .set({
      liveMessages: session.liveMessages - judgedLive.length,
      liveTokens: session.liveTokens - judgedLive.reduce((sum, { tokens }) => sum + tokens, 0),
      foldedCount: session.foldedCount + plan.foldedIds.length,
      consolidatedThrough: judgedLive.at(-1)?.sequence ?? session.consolidatedThrough,
      updatedAt: ctx.now(),
      revision: sql`${sessions.revision} + 1`,
    })
    .where(and(eq(sessions.workspaceId, workspaceId), eq(sessions.id, session.id)))
    .returning();
  const after = await standing(ctx, folded!, plan.sentences);
  const generation = await nextGeneration(ctx, session);
  await forgetSentences(ctx, session, generation - 1);
  await ctx.db.insert(consolidations).values({
    workspaceId,
    sessionId: session.id,
    id: ctx.newId('con'),
    generation,
    trigger: input.trigger,
    foldedIds: plan.foldedIds,
    keptIds: plan.kept.map(({ id }) => id),
    sentences: plan.sentences,
    messagesBefore: before.messages,
    messagesAfter: after.messages,
    tokensBefore: before.tokens,
    tokensAfter: after.tokens,
    createdAt: ctx.now(),
  });
  if (plan.foldedIds.length > 0) await enqueueArchiving(ctx, session.id);
}

async function setPlacement({ db }: Ctx, session: SessionRow, plan: Plan): Promise<void> {
  const place = (ids: string[], placement: 'kept' | 'folded', keptReason: 'priority' | 'emotion' | null) =>
    ids.length === 0
      ? Promise.resolve()
      : db
          .update(messages)
          .set({ placement, keptReason })
          .where(and(eq(messages.workspaceId, session.workspaceId), inArray(messages.id, ids)))
          .then(() => undefined);
  const withReason = (reason: 'priority' | 'emotion') =>
    plan.kept.filter((message) => message.reason === reason).map(({ id }) => id);
  await place(plan.foldedIds, 'folded', null);
  await place(withReason('priority'), 'kept', 'priority');
  await place(withReason('emotion'), 'kept', 'emotion');
}

/** Empties the summary before the newest: kept for every fold, the summaries of a long session would outgrow its messages. */
async function forgetSentences({ db }: Ctx, session: SessionRow, generation: number): Promise<void> {
  await db
    .update(consolidations)
    .set({ sentences: [], worded: null })
    .where(
      and(
        eq(consolidations.workspaceId, session.workspaceId),
        eq(consolidations.sessionId, session.id),
        eq(consolidations.generation, generation),
      ),
    );
}

/** The last message that was judged before: the first live one may answer it. Its text never moves to the archive. */
async function messageBefore({ db }: Ctx, session: SessionRow): Promise<Speech | undefined> {
  const [found] = await selectMessages(db).where(
    and(
      eq(messages.workspaceId, session.workspaceId),
      eq(messages.sessionId, session.id),
      eq(messages.sequence, session.consolidatedThrough),
    ),
  );
  return found && { ...found, content: found.content.slice(-READ_LENGTH).toWellFormed(), intensity: 0 };
}

async function nextGeneration({ db }: Ctx, session: SessionRow): Promise<number> {
  const [newest] = await db
    .select({ generation: sql<number | null>`max(${consolidations.generation})` })
    .from(consolidations)
    .where(
      and(eq(consolidations.workspaceId, session.workspaceId), eq(consolidations.sessionId, session.id)),
    );
  return (newest?.generation ?? 0) + 1;
}

/** What stands verbatim, the summary's sentences, and the tokens of both. */
async function standing(ctx: Ctx, session: SessionRow, sentences?: SummarySentence[]) {
  const now = sentences ?? (await currentSentences(ctx, session));
  const [kept] = await ctx.db
    .select({
      count: sql<number>`count(*)::int`,
      tokens: sql<number>`coalesce(sum(${messages.tokens}), 0)::int`,
    })
    .from(messages)
    .where(and(eq(messages.workspaceId, session.workspaceId), eq(messages.sessionId, session.id), IS_KEPT));
  const tokens = kept!.tokens + session.liveTokens + now.reduce((sum, sentence) => sum + sentence.tokens, 0);
  return { messages: kept!.count + session.liveMessages, tokens, sentences: now };
}

async function judgedMessages(ctx: Ctx, session: SessionRow, placement: 'live' | 'kept'): Promise<Judged[]> {
  const found = await selectMessages(ctx.db)
    .where(
      and(
        eq(messages.workspaceId, session.workspaceId),
        eq(messages.sessionId, session.id),
        placement === 'kept'
          ? IS_KEPT
          : and(eq(messages.placement, 'live'), gt(messages.sequence, session.consolidatedThrough)),
      ),
    )
    .orderBy(asc(messages.sequence))
    .limit(placement === 'live' ? BATCH : MAX_KEPT_READ);
  return found.map((row) => ({
    ...row,
    content: row.content.slice(0, READ_LENGTH).toWellFormed(),
    intensity: intensityOf(row),
  }));
}

/** How strongly a message was felt: distance from neutral, as sure as the reading is. Neutral is 0. */
function intensityOf(row: MessageRow): number {
  if (row.emotion === null || row.emotion === 'neutral') return 0;
  const distance = Math.max(2 * Math.abs(row.valence! - 0.5), 2 * Math.abs(row.arousal! - 0.5));
  return distance * Math.sqrt(row.confidence!);
}

async function ranked({ db }: Ctx, session: SessionRow): Promise<{ high: string[]; low: string[] }> {
  const found = await db
    .select({ topic: topicPriorities.topic, priority: topicPriorities.priority })
    .from(topicPriorities)
    .where(
      and(eq(topicPriorities.workspaceId, session.workspaceId), eq(topicPriorities.sessionId, session.id)),
    )
    .orderBy(asc(topicPriorities.key));
  const named = (priority: string) =>
    found.filter((row) => row.priority === priority).map(({ topic }) => topic);
  return { high: named('high'), low: named('low') };
}

async function highlights(ctx: Ctx, session: SessionRow) {
  const found = await selectMessages(ctx.db)
    .where(and(eq(messages.workspaceId, session.workspaceId), eq(messages.sessionId, session.id), IS_KEPT))
    .orderBy(asc(messages.sequence));
  return found.map((row) => ({
    messageId: row.id,
    content: row.content,
    reason: row.keptReason!,
    ...(row.emotion && row.emotion !== 'neutral'
      ? { emotion: row.emotion as z.output<typeof EmotionName> }
      : {}),
  }));
}
