import { idempotencyRecords, memoryNames, memoryNodes, messages, rows, sessions, workspaces } from '@pact/db';
import { sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { notFound } from '../errors.ts';
import { isPossibleId } from '../fields.ts';
import { type KnownName, keysAskedFor, type Names } from '../graph/names.ts';
import { nodeId } from '../ids.ts';
import type { SessionRow } from '../sessions.ts';
import type { AnalysedTurn } from './analyse.ts';

/** What of a session's row a save needs. */
export type SaveSession = Pick<
  SessionRow,
  | 'workspaceId'
  | 'id'
  | 'revision'
  | 'messageCount'
  | 'liveMessages'
  | 'liveTokens'
  | 'consolidationThreshold'
  | 'tokenThreshold'
  | 'emotionalState'
>;

/** Everything that a save must know of what is stored, as of `session.revision`. */
export interface SaveHead {
  session: SaveSession;
  /** Whether emotion may be read: the workspace and the session must both allow it. */
  tracksEmotion: boolean;
  names: Names;
  /** Ids of messages that are stored already, by the client's own ids: the import that was sent twice. */
  known: ReadonlyMap<string, string>;
  /** What was answered to an earlier request under this one's idempotency key. */
  record: { requestHash: string; answer: unknown; expiresAt: Date } | undefined;
}

interface HeadRow extends Omit<SaveSession, 'workspaceId' | 'id'> {
  tracksEmotion: boolean;
  names: [key: string, nodeId: string, fullKey: string, type: KnownName['type']][] | null;
  topics: string[] | null;
  known: Record<string, string> | null;
  record: { requestHash: string; answer: unknown; expiresAt: string } | null;
}

/**
 * Reads it in one statement, whatever the session's length.
 * @param lock true, inside a transaction: writers of the session follow one another.
 * @throws {PactError} not_found.
 */
export async function readHead(
  ctx: Ctx,
  input: { sessionId: string; turns: AnalysedTurn[]; lock: boolean },
): Promise<SaveHead> {
  const { sessionId, turns, lock } = input;
  if (!isPossibleId(sessionId)) throw notFound('session');
  const concepts = turns.flatMap((turn) => turn.concepts);
  const entities = concepts.filter(({ kind }) => kind === 'entity');
  const topicIds = new Map<string, string>(entities.map(({ key }) => [nodeId(sessionId, 'topic', key), key]));
  const externalIds = turns.flatMap(({ externalId }) => (externalId ? [externalId] : []));
  const { workspaceId } = ctx.actor;
  const list = (values: string[]) =>
    sql`(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;
  const [found] = await rows<HeadRow>(
    ctx.db,
    sql`select s.revision::float8 as revision, s.message_count as "messageCount", s.live_messages as "liveMessages",
      s.live_tokens::float8 as "liveTokens", s.consolidation_threshold as "consolidationThreshold",
      s.token_threshold as "tokenThreshold", s.emotional_state as "emotionalState",
      s.track_emotion and w.track_emotion as "tracksEmotion",
      (select jsonb_agg(jsonb_build_array(n.key, n.node_id, n.full_key, n.entity_type)) from ${memoryNames} n
        where n.workspace_id = ${workspaceId} and n.session_id = ${sessionId} and n.key in ${list(keysAskedFor(concepts))}) as names,
      (select jsonb_agg(t.id) from ${memoryNodes} t where t.workspace_id = ${workspaceId} and t.session_id = ${sessionId}
        and t.type = 'topic' and t.id in ${list([...topicIds.keys()])}) as topics,
      (select jsonb_object_agg(m.external_id, m.id) from ${messages} m where m.workspace_id = ${workspaceId}
        and m.session_id = ${sessionId} and m.external_id in ${list(externalIds)}) as known,
      (select jsonb_build_object('requestHash', r.request_hash, 'answer', r.answer, 'expiresAt', r.expires_at)
        from ${idempotencyRecords} r where r.workspace_id = ${workspaceId} and r.key = ${ctx.idempotency?.key ?? null}::text) as record
      from ${sessions} s join ${workspaces} w on w.id = s.workspace_id
      where s.workspace_id = ${workspaceId} and s.id = ${sessionId} ${lock ? sql`for update of s` : sql``}`,
    lock ? 'pact_save_head_locked' : 'pact_save_head',
  );
  if (!found) throw notFound('session');
  const { tracksEmotion, names, topics, known, record, ...session } = found;
  return {
    session: { ...session, workspaceId, id: sessionId },
    tracksEmotion,
    names: {
      byKey: new Map(
        (names ?? []).map(([key, node, fullKey, type]) => [key, { nodeId: node, fullKey, type }]),
      ),
      topics: new Set((topics ?? []).map((id) => topicIds.get(id)!)),
    },
    known: new Map(Object.entries(known ?? {})),
    record: record ? { ...record, expiresAt: new Date(record.expiresAt) } : undefined,
  };
}
