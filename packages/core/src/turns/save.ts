import { messages } from '@pact/db';
import { and, eq, inArray } from 'drizzle-orm';
import { enqueueFold } from '../consolidation/due.ts';
import { passesThreshold } from '../consolidation/threshold.ts';
import type { Ctx } from '../ctx.ts';
import { stateOf } from '../emotions/index.ts';
import { advanceState, currentEmotion, type EmotionalState } from '../emotions/state.ts';
import { readNames } from '../graph/candidates.ts';
import { graphDelta, isTelling } from '../graph/delta.ts';
import { resolveNames } from '../graph/names.ts';
import { findSession, type SessionRow } from '../sessions.ts';
import type { AnalysedTurn } from './analyse.ts';
import { type PlacedTurn, type Save, storeSave } from './store.ts';

export interface SavedTurns {
  /** One for each turn, in its order; for a turn whose external id was known, the id of the message that has it. */
  messageIds: string[];
  state: EmotionalState;
  tokenCount: number;
  consolidationTriggered: boolean;
}

/**
 * Appends analysed turns to a session. Runs inside the caller's transaction.
 * @throws {PactError} not_found.
 */
export async function saveTurns(
  ctx: Ctx,
  input: { sessionId: string; turns: AnalysedTurn[]; interactionId: string | null; consolidate: boolean },
): Promise<SavedTurns> {
  const session = await findSession(ctx, input.sessionId, 'for update');
  const known = await knownExternalIds(ctx, session, input.turns);
  const fresh = input.turns.filter(({ externalId }) => !externalId || !known.has(externalId));
  const { turns, state } = place(ctx, session, fresh, input.interactionId);
  const tokenCount = turns.reduce((sum, turn) => sum + turn.tokens, 0);
  const consolidationTriggered =
    input.consolidate && turns.length > 0 && passesAfter(session, turns, tokenCount);
  if (turns.length > 0) {
    const save: Save = {
      session,
      turns,
      state: session.emotionalState === null && turns.every(({ reading }) => !reading) ? null : state,
      ...(await graphOf(ctx, session, turns)),
      expressing: turns.filter(({ reading }) => reading && isTelling(reading)).length,
    };
    await storeSave(ctx, save);
    if (consolidationTriggered) await enqueueFold(ctx, session.id);
  }
  const created = turns[Symbol.iterator]();
  const messageIds = input.turns.map(
    ({ externalId }) => (externalId && known.get(externalId)) || (created.next().value as PlacedTurn).id,
  );
  return { messageIds, state, tokenCount, consolidationTriggered };
}

/** What these turns add to the graph, after finding who their names are. */
async function graphOf(ctx: Ctx, session: SessionRow, turns: PlacedTurn[]) {
  const concepts = turns.map((turn) => turn.concepts);
  const known = await readNames(ctx, session, concepts.flat());
  const { mentions, filed } = resolveNames(session.id, concepts, known);
  const analysed = turns.map((turn, at) => ({ ...turn, occurredAt: turn.at, mentions: mentions[at]! }));
  return {
    ...graphDelta(session.id, analysed),
    names: [...filed].map(([key, name]) => ({ key, ...name })),
  };
}

function passesAfter(session: SessionRow, turns: PlacedTurn[], tokens: number): boolean {
  return passesThreshold({
    ...session,
    liveMessages: session.liveMessages + turns.length,
    liveTokens: session.liveTokens + tokens,
  });
}

/** Gives each turn its id, its sequence, and the state that it left. */
function place(
  ctx: Ctx,
  session: SessionRow,
  analysed: AnalysedTurn[],
  interactionId: string | null,
): { turns: PlacedTurn[]; state: EmotionalState } {
  let state = stateOf(session);
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

/** Which of these turns are stored already, by the client's own ids: the import that was sent twice. */
async function knownExternalIds(
  { db, actor }: Ctx,
  session: SessionRow,
  turns: AnalysedTurn[],
): Promise<Map<string, string>> {
  const externalIds = turns.flatMap(({ externalId }) => (externalId ? [externalId] : []));
  if (externalIds.length === 0) return new Map();
  const found = await db
    .select({ id: messages.id, externalId: messages.externalId })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, actor.workspaceId),
        eq(messages.sessionId, session.id),
        inArray(messages.externalId, externalIds),
      ),
    );
  return new Map(found.map(({ id, externalId }) => [externalId!, id]));
}
