import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, instant, workspaceId } from './columns.ts';
import { toSession } from './sessions.ts';

/** Follow-up work, written in the transaction that made it necessary, so that neither exists without the other. */
export const jobs = pgTable(
  'jobs',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['consolidate'] }).notNull(),
    state: text('state', { enum: ['waiting', 'failed'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    runAfter: instant('run_after').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    toSession(table),
    // One waiting job of a kind a session: a second threshold crossed before it ran adds nothing.
    uniqueIndex('jobs_waiting')
      .on(table.workspaceId, table.sessionId, table.kind)
      .where(sql`${table.state} = 'waiting'`),
    // Serves the runner, which looks across workspaces.
    index('jobs_due').on(table.state, table.runAfter),
  ],
);
