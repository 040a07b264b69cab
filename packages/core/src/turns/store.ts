import { rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import type { EmotionalState } from '../emotions/state.ts';
import type { EdgeDelta, NodeDelta } from '../graph/delta.ts';
import type { KnownName } from '../graph/names.ts';
import { encodeFeatures } from '../recall/features.ts';
import type { SessionRow } from '../sessions.ts';
import type { AnalysedTurn } from './analyse.ts';

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
  session: SessionRow;
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

/** Slots over which a key's usage of one day is spread, so that writers do not queue on one row. */
const USAGE_SLOTS = 16;
/** Spellings that a node keeps beside its name. */
const MAX_ALIASES = 12;

/**
 * Writes a save as one statement: whatever happens to this process or the server, all of it is there or none.
 * Needs the session's row locked by the caller's transaction, because sequences and counters are taken from it.
 */
export async function storeSave(ctx: Ctx, save: Save): Promise<void> {
  const { workspaceId, keyId } = ctx.actor;
  const { session } = save;
  const now = ctx.now().toISOString();
  const tokens = save.turns.reduce((sum, turn) => sum + turn.tokens, 0);
  const { embeddingName } = ctx.models;
  const vectors = sumOfVectors(save.turns);
  const slot = session.id.charCodeAt(session.id.length - 1) % USAGE_SLOTS;
  await rows(
    ctx.db,
    sql`
with new_messages as (
  insert into messages (workspace_id, session_id, id, sequence, interaction_id, external_id, role, name, content, tokens,
    placement, occurred_at, created_at, features, search)
  select ${workspaceId}, ${session.id}, m.id, m.sequence, m.interaction_id, m.external_id, m.role, m.name, m.content,
    m.tokens, 'live', m.at, ${now}::timestamptz, decode(m.features, 'base64'),
    to_tsvector('english', left(m.content, 100000))
  from jsonb_to_recordset(${messagesJson(save, embeddingName)}::jsonb) as m(id text, sequence int, interaction_id text, external_id text,
    role text, name text, content text, tokens int, at timestamptz, features text)
), new_states as (
  insert into emotional_states (workspace_id, session_id, message_id, sequence, emotion, confidence, valence, arousal,
    words, state_emotion, state_valence, state_arousal, occurred_at)
  select ${workspaceId}, ${session.id}, e.id, e.sequence, e.emotion, e.confidence, e.valence, e.arousal, e.words,
    e.state_emotion, e.state_valence, e.state_arousal, e.at
  from jsonb_to_recordset(${statesJson(save)}::jsonb) as e(id text, sequence int, emotion text, confidence float8,
    valence float8, arousal float8, words jsonb, state_emotion text, state_valence float8, state_arousal float8,
    at timestamptz)
), new_nodes as (
  insert into memory_nodes as n (workspace_id, session_id, id, type, key, name, aliases, entity_type, mentions,
    user_mentions, weight, valence_sum, arousal_sum, felt, first_sequence, last_sequence, last_at)
  select ${workspaceId}, ${session.id}, d.id, d.type, d.key, d.name, d.aliases, d."entityType", d.mentions,
    d."userMentions", d.weight, d."valenceSum", d."arousalSum", d.felt, d."firstSequence", d."lastSequence", d."lastAt"
  from jsonb_to_recordset(${JSON.stringify(save.nodes)}::jsonb) as d(id text, type text, key text, name text,
    aliases jsonb, "entityType" text, mentions int, "userMentions" int, weight float8, "valenceSum" float8,
    "arousalSum" float8, felt int, "firstSequence" int, "lastSequence" int, "lastAt" timestamptz)
  on conflict (workspace_id, session_id, id) do update set mentions = n.mentions + excluded.mentions,
    user_mentions = n.user_mentions + excluded.user_mentions,
    weight = n.weight + excluded.weight, valence_sum = n.valence_sum + excluded.valence_sum,
    arousal_sum = n.arousal_sum + excluded.arousal_sum, felt = n.felt + excluded.felt,
    last_sequence = excluded.last_sequence, last_at = greatest(n.last_at, excluded.last_at),
    type = case when excluded.type = 'entity' then excluded.type else n.type end,
    entity_type = coalesce(n.entity_type, excluded.entity_type),
    name = case when excluded.type = 'entity' and length(excluded.name) > length(n.name) then excluded.name else n.name end,
    aliases = case when n.name = excluded.name and n.aliases @> excluded.aliases then n.aliases
      else (select coalesce(jsonb_agg(a order by a collate "C"), '[]') from (
        select distinct a from jsonb_array_elements_text(n.aliases || excluded.aliases ||
          jsonb_build_array(n.name, excluded.name)) as spellings(a) limit ${MAX_ALIASES}) s) end
  returning (xmax = 0) as created
), new_names as (
  insert into memory_names as k (workspace_id, session_id, key, node_id, full_key, entity_type)
  select ${workspaceId}, ${session.id}, d.key, d."nodeId", d."fullKey", d.type
  from jsonb_to_recordset(${JSON.stringify(save.names)}::jsonb) as d(key text, "nodeId" text, "fullKey" text, type text)
  on conflict (workspace_id, session_id, key) do update set node_id = excluded.node_id, full_key = excluded.full_key,
    entity_type = excluded.entity_type
), new_edges as (
  insert into memory_edges as g (workspace_id, session_id, from_id, to_id, type, weight)
  select ${workspaceId}, ${session.id}, d."fromId", d."toId", d.type, d.weight
  from jsonb_to_recordset(${JSON.stringify(save.edges)}::jsonb) as d("fromId" text, "toId" text, type text, weight float8)
  on conflict (workspace_id, session_id, from_id, to_id, type) do update set weight = g.weight + excluded.weight
  returning (xmax = 0) as created
), counted as (
  insert into usage as u (workspace_id, key_id, day, slot, writes, messages_stored, tokens_stored)
  values (${workspaceId}, ${keyId}, ${now.slice(0, 10)}::date, ${slot}::int, 1, ${save.turns.length}::int, ${tokens}::int)
  on conflict (workspace_id, key_id, day, slot) do update set writes = u.writes + 1,
    messages_stored = u.messages_stored + excluded.messages_stored, tokens_stored = u.tokens_stored + excluded.tokens_stored
)
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
where workspace_id = ${workspaceId} and id = ${session.id}`,
  );
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
