import { emotionalStates, type ModelReading, messages } from '@pact/db';
import { and, desc, eq, gt, inArray, isNull, lt, ne } from 'drizzle-orm';
import { changing } from '../changes.ts';
import type { Ctx, LanguageModel } from '../ctx.ts';
import { tracksEmotion } from '../emotions/tracking.ts';
import { findSession, type SessionRow } from '../sessions.ts';
import { countModelCall } from './usage.ts';

/** Below it the built-in label is more likely wrong than right: its confidence is a calibrated probability. */
const UNSURE_BELOW = 0.5;
/** Messages that one run has read. */
const BATCH = 10;
/** How far back a run looks, in messages: what older ones felt moves nobody's state any more. */
const WINDOW = 200;
/** Characters of a message, and of the one it answers, from their ends: what is felt is said last. */
const READ_LENGTH = 1_000;
const BEFORE_LENGTH = 300;

interface Unsure {
  messageId: string;
  sequence: number;
  content: string;
}

/**
 * Has the latest user messages read that the built-in engine is unsure of, and stores that beside its readings. Reads and
 * stores nothing where emotion is not tracked.
 * @returns how many were stored; `unusable` for an answer that was not.
 * @throws {Error} when the model fails. @throws {PactError} not_found.
 */
export async function readUnsure(
  ctx: Ctx,
  model: LanguageModel,
  input: { sessionId: string; signal?: AbortSignal | undefined },
): Promise<number | 'unusable'> {
  if (!(await tracksEmotion(ctx, input.sessionId))) return 0;
  const session = await findSession(ctx, input.sessionId);
  const unsure = await unsureMessages(ctx, session);
  if (unsure.length === 0) return 0;
  const before = await answersBefore(ctx, session, unsure);
  const asked = unsure.map(({ sequence, content }) => ({
    text: endOf(content, READ_LENGTH),
    before: before.get(sequence - 1),
  }));
  const { readings, spent } = await model.readEmotions(asked, input.signal);
  await countModelCall(ctx, spent);
  if (readings === null || readings.length !== unsure.length) return 'unusable';
  const named = unsure.map(({ messageId }, at) => ({
    messageId,
    reading: { model: model.name, ...rounded(readings[at]!) },
  }));
  return changing(ctx, [session.id], () => store(ctx, session.id, named));
}

/** Newest first. A message of confidence 0 says nothing, to any model; one in the archive has no text here. */
function unsureMessages({ db }: Ctx, session: SessionRow): Promise<Unsure[]> {
  return db
    .select({
      messageId: emotionalStates.messageId,
      sequence: emotionalStates.sequence,
      content: messages.content,
    })
    .from(emotionalStates)
    .innerJoin(
      messages,
      and(eq(messages.workspaceId, emotionalStates.workspaceId), eq(messages.id, emotionalStates.messageId)),
    )
    .where(
      and(
        eq(emotionalStates.workspaceId, session.workspaceId),
        eq(emotionalStates.sessionId, session.id),
        gt(emotionalStates.sequence, session.messageCount - WINDOW),
        gt(emotionalStates.confidence, 0),
        lt(emotionalStates.confidence, UNSURE_BELOW),
        isNull(emotionalStates.modelReading),
        isNull(messages.archiveId),
        ne(messages.content, ''),
      ),
    )
    .orderBy(desc(emotionalStates.sequence))
    .limit(BATCH);
}

/** What the assistant said right before each. Never what a user said, who may have been promised that nothing is read. */
async function answersBefore(
  { db }: Ctx,
  session: SessionRow,
  unsure: Unsure[],
): Promise<Map<number, string>> {
  const found = await db
    .select({ sequence: messages.sequence, content: messages.content })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, session.workspaceId),
        eq(messages.sessionId, session.id),
        inArray(
          messages.sequence,
          unsure.map(({ sequence }) => sequence - 1),
        ),
        eq(messages.role, 'assistant'),
        ne(messages.content, ''),
      ),
    );
  return new Map(found.map(({ sequence, content }) => [sequence, endOf(content, BEFORE_LENGTH)]));
}

/** Each once: where another run was first, its reading stays. Nothing, when emotion was switched off meanwhile. */
function store(
  ctx: Ctx,
  sessionId: string,
  named: { messageId: string; reading: ModelReading }[],
): Promise<number> {
  return ctx.db.transaction(async (transaction) => {
    const inner = { ...ctx, db: transaction as unknown as Ctx['db'] };
    await findSession(inner, sessionId, 'for update');
    if (!(await tracksEmotion(inner, sessionId))) return 0;
    let stored = 0;
    for (const { messageId, reading } of named) {
      const updated = await inner.db
        .update(emotionalStates)
        .set({ modelReading: reading })
        .where(
          and(
            eq(emotionalStates.workspaceId, ctx.actor.workspaceId),
            eq(emotionalStates.messageId, messageId),
            isNull(emotionalStates.modelReading),
          ),
        )
        .returning({ messageId: emotionalStates.messageId });
      stored += updated.length;
    }
    return stored;
  });
}

const endOf = (text: string, length: number) => text.slice(-length).toWellFormed();

/** Three decimals, as the built-in readings have. */
function rounded(reading: Omit<ModelReading, 'model'>): Omit<ModelReading, 'model'> {
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  return { emotion: reading.emotion, valence: round(reading.valence), arousal: round(reading.arousal) };
}
