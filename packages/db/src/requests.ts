import { bigint, date, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, instant, workspaceId } from './columns.ts';

/** The first answer to a request that carried an `Idempotency-Key`, written in the transaction of its effect. */
export const idempotencyRecords = pgTable(
  'idempotency_records',
  {
    workspaceId: workspaceId(),
    key: text('key').notNull(),
    /** SHA-256 of procedure and input: the same key with another request is refused. */
    requestHash: text('request_hash').notNull(),
    answer: jsonb('answer').notNull(),
    /** Sessions whose text the answer quotes: their erasure takes the record with it. */
    sessionIds: text('session_ids').array().notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.key] }),
    // Serves erasure.
    index('idempotency_records_sessions').using('gin', table.workspaceId, table.sessionIds),
    // Serves the sweep of expired records.
    index('idempotency_records_expiry').on(table.expiresAt),
  ],
);

/** Counters per key and day, spread over slots so that concurrent writers do not queue on one row. */
export const usage = pgTable(
  'usage',
  {
    workspaceId: workspaceId(),
    keyId: text('key_id').notNull(),
    day: date('day').notNull(),
    slot: integer('slot').notNull(),
    writes: bigint('writes', { mode: 'number' }).notNull(),
    messagesStored: bigint('messages_stored', { mode: 'number' }).notNull(),
    tokensStored: bigint('tokens_stored', { mode: 'number' }).notNull(),
    /** Requests of any kind that were answered; `writes` are the saves among them. */
    requests: bigint('requests', { mode: 'number' }).notNull().default(0),
    /** Tokens of contexts and recalls as served. */
    tokensServed: bigint('tokens_served', { mode: 'number' }).notNull().default(0),
    /** Tokens that the whole history would have been beyond the context that was served in its place. */
    tokensSaved: bigint('tokens_saved', { mode: 'number' }).notNull().default(0),
    /** What a configured model provider read and wrote on behalf of this key. */
    modelCalls: bigint('model_calls', { mode: 'number' }).notNull().default(0),
    modelInputTokens: bigint('model_input_tokens', { mode: 'number' }).notNull().default(0),
    modelOutputTokens: bigint('model_output_tokens', { mode: 'number' }).notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.keyId, table.day, table.slot] })],
);
