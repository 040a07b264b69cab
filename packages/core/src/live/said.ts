import { emotionalStates, messages } from '@pact/db';
import { and, asc, desc, eq, gte, lte, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { withTexts } from '../archive/texts.ts';
import type { Ctx } from '../ctx.ts';
import type { EmotionName } from '../emotions/index.ts';
import { currentEmotion, initialState, TREND_WINDOW, trendOf } from '../emotions/state.ts';
import { presentMessage, selectMessages } from '../messages.ts';
import type { Step } from './arrange.ts';
import type { Position } from './position.ts';

/** Bytes of text after which a page of messages ends: what one viewer may hold in memory, beside one message. */
const PAGE_BYTES = 512 * 1024;
/** What a text in the archive is taken to have. */
const BYTES_A_TOKEN = 5;
/** Valence by which the state must move, if its emotion stays, to be told. */
const TELLING_MOVE = 0.05;

interface Asked {
  sessionId: string;
  position: Position;
  limit: number;
  /** Sequence of the session's last message. */
  end: number;
}

/** Messages, each followed by what it did to the emotional state. */
export async function saidAfter(ctx: Ctx, asked: Asked) {
  const { position } = asked;
  const places = position.sequence < asked.end ? await placesAfter(ctx, asked) : [];
  if (places.length === 0 && position.isStateTold) return { steps: [], hasMore: false };
  const fitting = withinBytes(places);
  const last = fitting.at(-1)?.sequence ?? position.sequence;
  const changes = await changesBetween(ctx, asked, last);
  const found = fitting.length > 0 ? await messagesBetween(ctx, asked, last) : [];
  const atMs = new Map(fitting.map(({ sequence, createdAt }) => [sequence, createdAt.getTime()]));
  const pending = changes.get(position.sequence);
  const steps = [
    ...(pending && !position.isStateTold ? [stateStep(asked, 0, pending)] : []),
    ...found.flatMap((row) => {
      const at = atMs.get(row.sequence) ?? 0;
      const change = changes.get(row.sequence);
      const added = {
        type: 'message_added' as const,
        data: { sessionId: row.sessionId, message: presentMessage(row) },
      };
      const step = { atMs: at, event: added, moves: { sequence: row.sequence, isStateTold: !change } };
      return change ? [step, stateStep(asked, at, change)] : [step];
    }),
  ];
  return { steps, hasMore: fitting.length < places.length || places.length === asked.limit };
}

/** Where the next messages stand, and how large they are: their text is not read yet. */
function placesAfter({ db, actor }: Ctx, { sessionId, position, limit }: Asked) {
  return db
    .select({
      sequence: messages.sequence,
      createdAt: messages.createdAt,
      // A text in the archive is not here to be measured.
      bytes: sql<number>`case when ${messages.archiveId} is null then octet_length(${messages.content})
        else ${messages.tokens} * ${BYTES_A_TOKEN}::int end`.mapWith(Number),
    })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, actor.workspaceId),
        eq(messages.sessionId, sessionId),
        gte(messages.sequence, position.sequence + 1),
      ),
    )
    .orderBy(asc(messages.sequence))
    .limit(limit);
}

function withinBytes<Place extends { bytes: number }>(places: Place[]): Place[] {
  let bytes = 0;
  return places.filter((place, at) => {
    bytes += place.bytes;
    return at === 0 || bytes <= PAGE_BYTES;
  });
}

/** @throws {PactError} unavailable, while the archive that holds some of them cannot be reached. */
async function messagesBetween(ctx: Ctx, { sessionId, position }: Asked, last: number) {
  const { db, actor } = ctx;
  const found = await selectMessages(db)
    .where(
      and(
        eq(messages.workspaceId, actor.workspaceId),
        eq(messages.sessionId, sessionId),
        gte(messages.sequence, position.sequence + 1),
        lte(messages.sequence, last),
      ),
    )
    .orderBy(asc(messages.sequence));
  return withTexts(ctx, found);
}

type StateRow = Awaited<ReturnType<typeof statesUpTo>>[number];

/** Reads as far back as the trend of the first one needs; of many messages that say nothing, not all of them. */
function statesUpTo({ db, actor }: Ctx, { sessionId, limit }: Asked, last: number) {
  return db
    .select({
      sequence: emotionalStates.sequence,
      messageId: emotionalStates.messageId,
      confidence: emotionalStates.confidence,
      valence: emotionalStates.valence,
      stateEmotion: emotionalStates.stateEmotion,
      stateValence: emotionalStates.stateValence,
      stateArousal: emotionalStates.stateArousal,
      occurredAt: emotionalStates.occurredAt,
    })
    .from(emotionalStates)
    .where(
      and(
        eq(emotionalStates.workspaceId, actor.workspaceId),
        eq(emotionalStates.sessionId, sessionId),
        lte(emotionalStates.sequence, last),
      ),
    )
    .orderBy(desc(emotionalStates.sequence))
    .limit(limit + 1 + 2 * TREND_WINDOW);
}

/** The states that differ from the one before them, by the sequence of the message that left them. */
async function changesBetween(ctx: Ctx, asked: Asked, last: number) {
  const found = last === 0 ? [] : (await statesUpTo(ctx, asked, last)).reverse();
  const initial = initialState();
  const rest = { stateEmotion: currentEmotion(initial) as string, stateValence: initial.valence.mean };
  const changes = new Map<number, StateRow & { trend: ReturnType<typeof trendOf> }>();
  for (const [at, row] of found.entries()) {
    if (row.sequence < asked.position.sequence || !isTelling(found[at - 1] ?? rest, row)) continue;
    const recent = found.slice(0, at + 1).filter(({ confidence }) => confidence > 0);
    changes.set(row.sequence, { ...row, trend: trendOf({ recent: recent.slice(-TREND_WINDOW) }) });
  }
  return changes;
}

const isTelling = (before: Pick<StateRow, 'stateEmotion' | 'stateValence'>, after: StateRow) =>
  before.stateEmotion !== after.stateEmotion ||
  Math.abs(before.stateValence - after.stateValence) >= TELLING_MOVE;

function stateStep(
  { sessionId }: Asked,
  atMs: number,
  row: StateRow & { trend: ReturnType<typeof trendOf> },
) {
  const data = {
    sessionId,
    messageId: row.messageId,
    emotion: row.stateEmotion as z.output<typeof EmotionName>,
    valence: round(row.stateValence),
    arousal: round(row.stateArousal),
    trend: row.trend,
    timestamp: row.occurredAt.toISOString(),
  };
  const step = { type: 'emotional_state_changed' as const, data };
  return { atMs, event: step, moves: { isStateTold: true } } satisfies Step<typeof step>;
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;
