import { integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, workspaceId } from './columns.ts';
import { toSession } from './sessions.ts';

/** A sentence of a summary, with the messages that it came from. */
export interface SummarySentence {
  text: string;
  /** Who says it: a name, or the role. */
  speaker: string;
  /** The day it was said, `2026-11-23`. */
  day: string;
  sourceIds: string[];
  /** Sequence of its first source: the order in which sentences are read. */
  sequence: number;
  /** Place within that message. */
  position: number;
  /** Value for the summary, comparable within one session only. */
  score: number;
  /** The same after the priorities of its topics: what decides who leaves first. */
  worth: number;
  tokens: number;
}

/** A summary in a model's words. */
export interface WordedSummary {
  model: string;
  text: string;
  tokens: number;
}

/** One fold: what went in, what stayed, what the summary says since then. The newest row is the session's summary. */
export const consolidations = pgTable(
  'consolidations',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    id: text('id').notNull(),
    /** 1, 2, 3 … within the session. */
    generation: integer('generation').notNull(),
    trigger: text('trigger', { enum: ['threshold', 'request', 'priority'] }).notNull(),
    foldedIds: text('folded_ids').array().notNull(),
    keptIds: text('kept_ids').array().notNull(),
    sentences: jsonb('sentences').$type<SummarySentence[]>().notNull(),
    /** The same summary as a model of a provider words it; the sentences stay, as its evidence. */
    worded: jsonb('worded').$type<WordedSummary>(),
    messagesBefore: integer('messages_before').notNull(),
    messagesAfter: integer('messages_after').notNull(),
    tokensBefore: integer('tokens_before').notNull(),
    tokensAfter: integer('tokens_after').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    toSession(table),
    // Serves "the newest"; unique, so that of two folds at once one loses.
    uniqueIndex('consolidations_generation').on(table.workspaceId, table.sessionId, table.generation),
  ],
);
