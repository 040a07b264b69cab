import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  type PgColumn,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { createdAt, instant, workspaceId } from './columns.ts';
import { workspaces } from './workspaces.ts';

/** A vector whose length is its model's, not the column's. */
const vectorOfAnyLength = customType<{ data: string }>({ dataType: () => 'vector' });

/** One conversation. Carries the counters and the emotional filter's state, so that no read has to walk its messages. */
export const sessions = pgTable(
  'sessions',
  {
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: 'cascade' }),
    id: text('id').notNull(),
    externalId: text('external_id'),
    userId: text('user_id'),
    application: text('application'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull(),
    consolidationThreshold: integer('consolidation_threshold').notNull(),
    tokenThreshold: integer('token_threshold').notNull(),
    /** False: nothing about emotion is read from, or stored for, this session. Set when it is opened, for good. */
    trackEmotion: boolean('track_emotion').notNull().default(true),
    messageCount: integer('message_count').notNull().default(0),
    tokenCount: bigint('token_count', { mode: 'number' }).notNull().default(0),
    /** Messages that no consolidation has judged yet, and their tokens: what the thresholds are held against. */
    liveMessages: integer('live_messages').notNull().default(0),
    liveTokens: bigint('live_tokens', { mode: 'number' }).notNull().default(0),
    nodeCount: integer('node_count').notNull().default(0),
    edgeCount: integer('edge_count').notNull().default(0),
    /** Messages whose place in the context a summary has taken. */
    foldedCount: integer('folded_count').notNull().default(0),
    /** The highest message sequence that a consolidation has judged; everything after it is live. */
    consolidatedThrough: integer('consolidated_through').notNull().default(0),
    /** Grows with every change of the row: a save that was prepared on an older one is prepared again. */
    revision: bigint('revision', { mode: 'number' }).notNull().default(0),
    emotionalState: jsonb('emotional_state'),
    /** Sum of its messages' vectors, with the name of the model they are of: how near the session as a whole is to a query. */
    embeddingSum: vectorOfAnyLength('embedding_sum'),
    embeddingName: text('embedding_name'),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    // Serves create-or-get by the client's own id.
    uniqueIndex('sessions_external_id')
      .on(table.workspaceId, table.externalId)
      .where(sql`${table.externalId} is not null`),
    // Serves the listing, newest first, and its cursor.
    index('sessions_recent').on(table.workspaceId, table.createdAt.desc(), table.id.desc()),
    // Serves the listing of one application.
    index('sessions_application').on(table.workspaceId, table.application, table.createdAt.desc()),
    // Serves listing and recall over one end user.
    index('sessions_user').on(table.workspaceId, table.userId, table.createdAt.desc()),
  ],
);

/** The foreign key of everything that belongs to a session and goes with it. */
export const toSession = (table: { workspaceId: PgColumn; sessionId: PgColumn }) =>
  foreignKey({
    columns: [table.workspaceId, table.sessionId],
    foreignColumns: [sessions.workspaceId, sessions.id],
  }).onDelete('cascade');
