import { rows } from '@pact/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import type { EmotionalState } from '../emotions/state.ts';
import type { EdgeDelta, NodeDelta } from '../graph/delta.ts';
import type { KnownName } from '../graph/names.ts';
import { KEPT_MS, lockName } from '../idempotency.ts';
import { encodeFeatures } from '../recall/features.ts';
import { USAGE_SLOTS } from '../usage.ts';
import type { AnalysedTurn } from './analyse.ts';
import type { SaveSession } from './head.ts';

/** A turn with its place in the session and where it left the state. */
export interface PlacedTurn extends AnalysedTurn {
  id: string;
  interactionId: string | null;
  sequence: number;
  at: Date;
  state: { emotion: string; valence: number; arousal: number } | null;
}

/** Everything that one save changes. */
export interface Save {
  session: SaveSession;
  turns: PlacedTurn[];
  /** Null while nothing was read: a session without emotion stores none. */
  state: EmotionalState | null;
  nodes: NodeDelta[];
  edges: EdgeDelta[];
  /** Names to file, with what they lead to. */
  names: ({ key: string } & KnownName)[];
  /** Messages that point at an emotion node; those edges are not stored, the emotional states say the same. */
  expressing: number;
}

interface Storing {
  save: Save;
  /** Recorded under the idempotency key, when the request has one. */
  answer: unknown;
  /** Writes down what the save left to do, in its transaction; absent, the save is one statement without one. */
  follow?: ((inner: Ctx, sessionId: string) => Promise<void>) | undefined;
}

/** Spellings that a node keeps beside its name. */
const MAX_ALIASES = 12;

type Outcome = 'stored' | 'changed' | 'twin';

/**
 * Writes a save as one statement: whatever happens to this process or the server, all of it is there or none. It writes
 * only where the session is as the save was prepared on, and no twin of the request runs.
 * @returns changed: nothing was written, prepare again · twin: nothing was written, the same request is still running.
 */
export async function storeSave(ctx: Ctx, storing: Storing): Promise<Outcome> {
  try {
    return await (storing.follow ? storeWith(ctx, storing, storing.follow) : write(ctx, storing));
  } catch (error) {
    // A twin that ended between this statement's start and its end has left its record.
    if (isTaken(error)) return 'changed';
    throw error;
  }
}

/** The save and what follows from it, both or neither. In a transaction of the caller's, what fails here is undone alone. */
function storeWith(ctx: Ctx, storing: Storing, follow: NonNullable<Storing['follow']>): Promise<Outcome> {
  return ctx.db.transaction(async (transaction) => {
    const inner = { ...ctx, db: transaction as unknown as Ctx['db'] };
    const outcome = await write(inner, storing);
    if (outcome === 'stored') await follow(inner, storing.save.session.id);
    return outcome;
  });
}

async function write(ctx: Ctx, { save, answer }: Storing): Promise<Outcome> {
  const [outcome] = await rows<{ taken: boolean; stored: boolean }>(
    ctx.db,
    statementOf(ctx, save, answer),
    'pact_save',
  );
  if (!outcome!.taken) return 'twin';
  return outcome!.stored ? 'stored' : 'changed';
}

/** True for a row that another statement wrote first: the record of a twin, or a client's own id of a message. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as { code?: unknown }).code === '23505' || isTaken(error.cause);
}

function statementOf(ctx: Ctx, save: Save, answer: unknown): SQL {
  const { workspaceId, keyId } = ctx.actor;
  const { session } = save;
  const now = ctx.now().toISOString();
  const tokens = save.turns.reduce((sum, turn) => sum + turn.tokens, 0);
  const { embeddingName } = ctx.models;
  const vectors = sumOfVectors(save.turns);
  const slot =
    (session.id.charCodeAt(session.id.length - 1) * 31 + session.id.charCodeAt(session.id.length - 2)) %
    USAGE_SLOTS;
  const key = ctx.idempotency?.key ?? null;
  return sql`
with claim as materialized (
  select case when ${key}::text is null then true
    else pg_try_advisory_xact_lock(hashtextextended(${key === null ? null : lockName(ctx, key)}::text, 0)) end as taken
), guard as materialized (
  select s.id from sessions s, claim
  where claim.taken and s.workspace_id = ${workspaceId} and s.id = ${session.id} and s.revision = ${session.revision}::bigint
  for update of s
), new_messages as (
  insert into messages (workspace_id, session_id, id, sequence, interaction_id, external_id, role, name, content, tokens,
    placement, occurred_at, created_at, features, search)
  select ${workspaceId}, ${session.id}, m.id, m.sequence, m.interaction_id, m.external_id, m.role, m.name, m.content,
    m.tokens, 'live', m.at, ${now}::timestamptz, decode(m.features, 'base64'),
    to_tsvector('english', left(m.content, 100000))
  from jsonb_to_recordset(${messagesJson(save, embeddingName)}::jsonb) as m(id text, sequence int, interaction_id text, external_id text,
    role text, name text, content text, tokens int, at timestamptz, features text), guard
), new_states as (
  insert into emotional_states (workspace_id, session_id, message_id, sequence, emotion, confidence, valence, arousal,
    words, state_emotion, state_valence, state_arousal, occurred_at)
  select ${workspaceId}, ${session.id}, e.id, e.sequence, e.emotion, e.confidence, e.valence, e.arousal, e.words,
    e.state_emotion, e.state_valence, e.state_arousal, e.at
  from jsonb_to_recordset(${statesJson(save)}::jsonb) as e(id text, sequence int, emotion text, confidence float8,
    valence float8, arousal float8, words jsonb, state_emotion text, state_valence float8, state_arousal float8,
    at timestamptz), guard
), new_nodes as (
  insert into memory_nodes as n (workspace_id, session_id, id, type, key, name, aliases, entity_type, mentions,
    user_mentions, weight, valence_sum, arousal_sum, felt, first_sequence, last_sequence, last_at)
  select ${workspaceId}, ${session.id}, d.id, d.type, d.key, d.name, d.aliases, d."entityType", d.mentions,
    d."userMentions", d.weight, d."valenceSum", d."arousalSum", d.felt, d."firstSequence", d."lastSequence", d."lastAt"
  from jsonb_to_recordset(${JSON.stringify(save.nodes)}::jsonb) as d(id text, type text, key text, name text,
    aliases jsonb, "entityType" text, mentions int, "userMentions" int, weight float8, "valenceSum" float8,
    "arousalSum" float8, felt int, "firstSequence" int, "lastSequence" int, "lastAt" timestamptz), guard
  on conflict (workspace_id, session_id, id) do update set mentions = n.mentions + excluded.mentions,
    user_mentions = n.user_mentions + excluded.user_mentions,
    weight = n.weight + excluded.weight, valence_sum = n.valence_sum + excluded.valence_sum,
    arousal_sum = n.arousal_sum + excluded.arousal_sum, felt = n.felt + excluded.felt,
    last_sequence = excluded.last_sequence, last_at = greatest(n.last_at, excluded.last_at),
    type = case when excluded.type = 'entity' then excluded.type else n.type end,
    entity_type = coalesce(n.entity_type, excluded.entity_type),
    name = case when excluded.type = 'entity' and (n.type <> 'entity' or length(excluded.name) > length(n.name))
      then excluded.name else n.name end,
    aliases = case when n.name = excluded.name and n.aliases @> excluded.aliases then n.aliases
      else (select coalesce(jsonb_agg(a order by a collate "C"), '[]') from (
        select distinct a from jsonb_array_elements_text(n.aliases || excluded.aliases ||
          jsonb_build_array(n.name, excluded.name)) as spellings(a) limit ${MAX_ALIASES}) s) end
  returning (xmax = 0) as created
), new_names as (
  insert into memory_names as k (workspace_id, session_id, key, node_id, full_key, entity_type)
  select ${workspaceId}, ${session.id}, d.key, d."nodeId", d."fullKey", d.type
  from jsonb_to_recordset(${JSON.stringify(save.names)}::jsonb) as d(key text, "nodeId" text, "fullKey" text, type text), guard
  on conflict (workspace_id, session_id, key) do update set node_id = excluded.node_id, full_key = excluded.full_key,
    entity_type = excluded.entity_type
), new_edges as (
  insert into memory_edges as g (workspace_id, session_id, from_id, to_id, type, weight)
  select ${workspaceId}, ${session.id}, d."fromId", d."toId", d.type, d.weight
  from jsonb_to_recordset(${JSON.stringify(save.edges)}::jsonb) as d("fromId" text, "toId" text, type text, weight float8), guard
  on conflict (workspace_id, session_id, from_id, to_id, type) do update set weight = g.weight + excluded.weight
  returning (xmax = 0) as created
), counted as (
  insert into usage as u (workspace_id, key_id, day, slot, writes, messages_stored, tokens_stored)
  select ${workspaceId}, ${keyId}, ${now.slice(0, 10)}::date, ${slot}::int, 1, ${save.turns.length}::int, ${tokens}::int from guard
  on conflict (workspace_id, key_id, day, slot) do update set writes = u.writes + 1,
    messages_stored = u.messages_stored + excluded.messages_stored, tokens_stored = u.tokens_stored + excluded.tokens_stored
), recorded as (
  insert into idempotency_records (workspace_id, key, request_hash, answer, session_ids, created_at, expires_at)
  select ${workspaceId}, ${key}::text, ${ctx.idempotency?.requestHash ?? null}::text, ${JSON.stringify(answer)}::jsonb,
    array[${session.id}], ${now}::timestamptz, ${new Date(ctx.now().getTime() + KEPT_MS).toISOString()}::timestamptz
  from guard where ${key}::text is not null
), changed as (
update sessions set
  message_count = message_count + ${save.turns.length}::int, token_count = token_count + ${tokens}::int,
  live_messages = live_messages + ${save.turns.length}::int, live_tokens = live_tokens + ${tokens}::int,
  node_count = node_count + (select count(*) filter (where created) from new_nodes),
  edge_count = edge_count + ${save.expressing}::int + (select count(*) filter (where created) from new_edges),
  embedding_sum = case when ${vectors}::text is null then embedding_sum
    when embedding_name = ${embeddingName} and embedding_sum is not null then embedding_sum + ${vectors}::vector
    else ${vectors}::vector end,
  embedding_name = case when ${vectors}::text is null then embedding_name else ${embeddingName} end,
  emotional_state = ${save.state && JSON.stringify(save.state)}::jsonb, updated_at = ${now}::timestamptz,
  revision = revision + 1
where workspace_id = ${workspaceId} and id = ${session.id} and exists (select from guard)
returning 1
) select (select taken from claim) as taken, exists (select from changed) as stored`;
}

function messagesJson(save: Save, embeddingName: string): string {
  return JSON.stringify(
    save.turns.map((turn) => ({
      id: turn.id,
      sequence: turn.sequence,
      interaction_id: turn.interactionId,
      external_id: turn.externalId ?? null,
      role: turn.role,
      name: turn.name ?? null,
      content: turn.content,
      tokens: turn.tokens,
      at: turn.at.toISOString(),
      features: Buffer.from(encodeFeatures(turn.features, embeddingName)).toString('base64'),
    })),
  );
}

/** As pgvector reads it. A turn without a known word adds nothing. */
function sumOfVectors(turns: PlacedTurn[]): string | null {
  const sum: number[] = [];
  for (const { features } of turns) {
    for (const [i, value] of features.vector.entries()) sum[i] = (sum[i] ?? 0) + value;
  }
  return sum.length === 0 ? null : JSON.stringify(sum);
}

function statesJson(save: Save): string {
  return JSON.stringify(
    save.turns.flatMap(({ id, sequence, at, reading, state }) =>
      reading && state
        ? [
            {
              id,
              sequence,
              at: at.toISOString(),
              emotion: reading.emotion,
              confidence: reading.confidence,
              valence: reading.valence,
              arousal: reading.arousal,
              words: reading.words,
              state_emotion: state.emotion,
              state_valence: state.valence,
              state_arousal: state.arousal,
            },
          ]
        : [],
    ),
  );
}
