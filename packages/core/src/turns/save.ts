import { idempotencyRecords } from '@pact/db';
import { and, eq } from 'drizzle-orm';
import { enqueueFold } from '../consolidation/due.ts';
import { passesThreshold } from '../consolidation/threshold.ts';
import type { Ctx } from '../ctx.ts';
import { advanceState, currentEmotion, type EmotionalState, restoreState } from '../emotions/state.ts';
import { PactError } from '../errors.ts';
import { graphDelta, isTelling } from '../graph/delta.ts';
import { resolveNames } from '../graph/names.ts';
import { atomically, replayed } from '../idempotency.ts';
import { type AnalysedTurn, analyseTurns, readEmotions, type Turn } from './analyse.ts';
import { readHead, type SaveHead, type SaveSession } from './head.ts';
import { type PlacedTurn, type Save, storeSave } from './store.ts';

interface SavedTurns {
  /** One for each turn, in its order; for a turn whose external id was known, the id of the message that has it. */
  messageIds: string[];
  /** The turns as they were read; without a reading where emotion is not tracked. */
  turns: AnalysedTurn[];
  state: EmotionalState;
  tokenCount: number;
  consolidationTriggered: boolean;
}

interface SaveTurns<Answer> {
  sessionId: string;
  turns: Turn[];
  /** Shared by the turns of one exchange. */
  interactionId: string | null;
  trackEmotion: boolean;
  consolidate: boolean;
  /** What is answered, and recorded under the idempotency key. */
  answer(saved: SavedTurns): Answer;
}

/** Saves of one session that meet are prepared again; after so many times they queue for its row. */
const FREE_ATTEMPTS = 3;
/** With the row held, only a twin of the request can be in the way, and only once. */
const MAX_ATTEMPTS = 6;

/**
 * Appends turns to a session: one statement that reads what a save depends on, one that writes it all where nothing has
 * changed in between, and no transaction over several trips. With an idempotency key the answer is recorded in the same
 * statement.
 * @throws {PactError} not_found; conflict, while a twin runs; idempotency_mismatch.
 */
export async function saveTurns<Answer>(ctx: Ctx, input: SaveTurns<Answer>): Promise<Answer> {
  const saving: Saving<Answer> = {
    ...input,
    analysed: await analyseTurns(ctx.models, input.turns),
    isRead: false,
  };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const saved =
      attempt < FREE_ATTEMPTS
        ? await attemptSave(ctx, saving, false)
        : await ctx.db.transaction((transaction) =>
            attemptSave({ ...ctx, db: transaction as unknown as Ctx['db'] }, saving, true),
          );
    if (saved) return saved.answer;
  }
  throw new PactError('conflict', { retryAfter: 1 });
}

interface Saving<Answer> extends SaveTurns<Answer> {
  analysed: AnalysedTurn[];
  /** True once the emotions were read: they are the same at each attempt. */
  isRead: boolean;
}

/** @returns undefined when the session, or the record under the idempotency key, changed in between. */
async function attemptSave<Answer>(
  ctx: Ctx,
  saving: Saving<Answer>,
  lock: boolean,
): Promise<{ answer: Answer } | undefined> {
  const head = await readHead(ctx, { sessionId: saving.sessionId, turns: saving.analysed, lock });
  const recorded = await recordedAnswer<Answer>(ctx, head);
  if (recorded) return recorded;
  if (saving.trackEmotion && head.tracksEmotion && !saving.isRead) {
    saving.analysed = await readEmotions(ctx.models, saving.analysed);
    saving.isRead = true;
  }
  const { save, saved } = prepare(ctx, saving, head);
  const answer = saving.answer(saved);
  if (save.turns.length === 0) {
    // Nothing to store but, perhaps, that it was asked.
    return {
      answer: await atomically(
        ctx,
        async () => answer,
        () => [saving.sessionId],
      ),
    };
  }
  const follow = saved.consolidationTriggered && ctx.queue ? enqueueFold : undefined;
  const outcome = await storeSave(ctx, { save, answer, follow });
  if (outcome === 'twin') throw new PactError('conflict', { retryAfter: 1 });
  return outcome === 'stored' ? { answer } : undefined;
}

/** An answer that was given to this request before; a record whose day is over makes room for the new one. */
async function recordedAnswer<Answer>(ctx: Ctx, head: SaveHead): Promise<{ answer: Answer } | undefined> {
  if (!ctx.idempotency || !head.record) return undefined;
  const { key, requestHash } = ctx.idempotency;
  const recorded = replayed<Answer>(ctx, head.record, requestHash);
  if (recorded) return recorded;
  await ctx.db
    .delete(idempotencyRecords)
    .where(
      and(
        eq(idempotencyRecords.workspaceId, ctx.actor.workspaceId),
        eq(idempotencyRecords.key, key),
        eq(idempotencyRecords.expiresAt, head.record.expiresAt),
      ),
    );
  return undefined;
}

/** Everything that the save changes, and what it answers from. Pure but for ids and the clock. */
function prepare<Answer>(ctx: Ctx, input: Saving<Answer>, head: SaveHead): { save: Save; saved: SavedTurns } {
  const { session, known } = head;
  const fresh = input.analysed.filter(({ externalId }) => !externalId || !known.has(externalId));
  const { turns, state } = place(ctx, session, fresh, input.interactionId);
  const tokenCount = turns.reduce((sum, turn) => sum + turn.tokens, 0);
  const consolidationTriggered =
    input.consolidate && turns.length > 0 && passesAfter(session, turns, tokenCount);
  const save: Save = {
    session,
    turns,
    state: session.emotionalState === null && turns.every(({ reading }) => !reading) ? null : state,
    ...graphOf(session, turns, head),
    expressing: turns.filter(({ reading }) => reading && isTelling(reading)).length,
  };
  const created = turns[Symbol.iterator]();
  const messageIds = input.analysed.map(
    ({ externalId }) => (externalId && known.get(externalId)) || (created.next().value as PlacedTurn).id,
  );
  return { save, saved: { messageIds, turns: input.analysed, state, tokenCount, consolidationTriggered } };
}

/** What these turns add to the graph, after finding who their names are. */
function graphOf(session: SaveSession, turns: PlacedTurn[], { names }: SaveHead) {
  const { mentions, filed } = resolveNames(
    session.id,
    turns.map((turn) => turn.concepts),
    names,
  );
  const analysed = turns.map((turn, at) => ({ ...turn, occurredAt: turn.at, mentions: mentions[at]! }));
  return {
    ...graphDelta(session.id, analysed),
    names: [...filed].map(([key, name]) => ({ key, ...name })),
  };
}

function passesAfter(session: SaveSession, turns: PlacedTurn[], tokens: number): boolean {
  return passesThreshold({
    ...session,
    liveMessages: session.liveMessages + turns.length,
    liveTokens: session.liveTokens + tokens,
  });
}

/** Gives each turn its id, its sequence, and the state that it left. */
function place(
  ctx: Ctx,
  session: SaveSession,
  analysed: AnalysedTurn[],
  interactionId: string | null,
): { turns: PlacedTurn[]; state: EmotionalState } {
  let state = restoreState(session.emotionalState);
  const now = ctx.now();
  const turns = analysed.map((turn, index) => {
    const at = turn.occurredAt ? new Date(turn.occurredAt) : now;
    const id = ctx.newId('msg');
    if (turn.reading) state = advanceState(state, turn.reading, at, id);
    return {
      ...turn,
      id,
      interactionId,
      sequence: session.messageCount + index + 1,
      at,
      state: turn.reading
        ? { emotion: currentEmotion(state), valence: state.valence.mean, arousal: state.arousal.mean }
        : null,
    };
  });
  return { turns, state };
}
