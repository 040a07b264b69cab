import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, instant, workspaceId } from './columns.ts';
import { toSession } from './sessions.ts';

/**
 * An object of the archive: the texts of folded messages of one session, compressed. The row is there before the object and
 * leaves after it, so that an erasure finds every object that may exist.
 */
export const archives = pgTable(
  'archives',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    id: text('id').notNull(),
    /** Where the object is, below the archive's root. */
    objectKey: text('object_key').notNull(),
    /** writing: may or may not be there yet · stored: there, and read back by its checksum. */
    state: text('state', { enum: ['writing', 'stored'] }).notNull(),
    firstSequence: integer('first_sequence').notNull(),
    lastSequence: integer('last_sequence').notNull(),
    messages: integer('messages').notNull(),
    /** Compressed size. */
    bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
    /** SHA-256 of the compressed object, hex. */
    sha256: text('sha256'),
    createdAt: createdAt(),
    storedAt: instant('stored_at'),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    toSession(table),
    // Serves erasure, and reading a session's texts back.
    index('archives_session').on(table.workspaceId, table.sessionId, table.firstSequence),
    // Serves the worker that finishes what a dead one began.
    index('archives_writing').on(table.createdAt).where(sql`${table.state} = 'writing'`),
  ],
);
