import { doublePrecision, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, workspaceId } from './columns.ts';
import { toSession } from './sessions.ts';

const ENTITY_TYPES = ['person', 'place', 'organisation', 'product', 'date', 'id'] as const;

/** A topic, an entity or an emotion of a session. Messages are nodes too, but their rows stand in `messages` already. */
export const memoryNodes = pgTable(
  'memory_nodes',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    /** Derived from session, type and key, so that writing a node twice is writing it once. */
    id: text('id').notNull(),
    type: text('type', { enum: ['topic', 'entity', 'emotion'] }).notNull(),
    key: text('key').notNull(),
    name: text('name').notNull(),
    aliases: jsonb('aliases').$type<string[]>().notNull(),
    /** What an entity is, where that is sure. */
    entityType: text('entity_type', { enum: ENTITY_TYPES }),
    mentions: integer('mentions').notNull(),
    /** How many of the mentions are the user's own: what only an assistant brought up is no trait of the user. */
    userMentions: integer('user_mentions').notNull().default(0),
    /** Sum of the salience (0 to 1) over its mentions. */
    weight: doublePrecision('weight').notNull(),
    /** Sums over the user's messages that mention it, and how many those are: their means say how it felt. */
    valenceSum: doublePrecision('valence_sum').notNull(),
    arousalSum: doublePrecision('arousal_sum').notNull(),
    felt: integer('felt').notNull(),
    firstSequence: integer('first_sequence').notNull(),
    lastSequence: integer('last_sequence').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.sessionId, table.id] }),
    toSession(table),
    // Serves the graph, which takes its candidates by weight and never reads the rest.
    index('memory_nodes_weight').on(table.workspaceId, table.sessionId, table.weight.desc()),
  ],
);

/**
 * Under which names an entity is known in a session: "priya" and "priya raman" lead to one node. One row a name, so that
 * finding a name costs the same in a long session; a short name that two share leads to the one named in full last.
 */
export const memoryNames = pgTable(
  'memory_names',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    key: text('key').notNull(),
    nodeId: text('node_id').notNull(),
    /** The fullest name of the entity; equal to `key` in its own row. */
    fullKey: text('full_key').notNull(),
    entityType: text('entity_type', { enum: ENTITY_TYPES }),
  },
  // Serves the look-up of every name that a save mentions.
  (table) => [primaryKey({ columns: [table.workspaceId, table.sessionId, table.key] }), toSession(table)],
);

/** A weighted, typed edge. `from` is a message for `mentions`, a node for the rest. */
export const memoryEdges = pgTable(
  'memory_edges',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    fromId: text('from_id').notNull(),
    toId: text('to_id').notNull(),
    type: text('type', { enum: ['mentions', 'co_occurs', 'evokes'] }).notNull(),
    weight: doublePrecision('weight').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.sessionId, table.fromId, table.toId, table.type] }),
    toSession(table),
    // Serves "which messages mention this", for filters and for the graph's message nodes.
    index('memory_edges_to').on(table.workspaceId, table.sessionId, table.toId, table.weight.desc()),
  ],
);

/** What a user said about a topic's importance; it outlives and predates the topic's node. */
export const topicPriorities = pgTable(
  'topic_priorities',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    key: text('key').notNull(),
    topic: text('topic').notNull(),
    priority: text('priority', { enum: ['high', 'medium', 'low'] }).notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.sessionId, table.key] }), toSession(table)],
);
