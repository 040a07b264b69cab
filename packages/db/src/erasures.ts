import { index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, workspaceId } from './columns.ts';

/** What one erasure took out of one store. */
export interface RemovedFrom {
  store: string;
  removed: number;
}

/** The receipt of an erasure. Holds ids and counts, never content. */
export const erasures = pgTable(
  'erasures',
  {
    workspaceId: workspaceId(),
    id: text('id').notNull(),
    subject: text('subject', { enum: ['session', 'user'] }).notNull(),
    subjectId: text('subject_id').notNull(),
    stores: jsonb('stores').$type<RemovedFrom[]>().notNull(),
    requestedAt: instant('requested_at').notNull(),
    /** Null while it is under way: a process that dies half-way leaves it to the worker. */
    completedAt: instant('completed_at'),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    // Serves "was this session erased?".
    index('erasures_subject').on(table.workspaceId, table.subject, table.subjectId),
  ],
);
