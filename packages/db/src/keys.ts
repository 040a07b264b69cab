import { index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, instant, workspaceId } from './columns.ts';
import { workspaces } from './workspaces.ts';

/** An API key. The secret itself is never stored: only its SHA-256 and the few characters that let a person tell keys apart. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    workspaceId: workspaceId().references(() => workspaces.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    hash: text('hash').notNull(),
    start: text('start').notNull(),
    scopes: text('scopes').array().notNull(),
    /** Requests a minute, an hour, a day follow the workspace's plan; a local key has none. */
    rateLimited: text('rate_limited', { enum: ['plan', 'none'] }).notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    /** The key that took over when this one was rotated; both open until this one's `expiresAt`. */
    replacedBy: text('replaced_by'),
    /** To the minute: written in batches, so that a busy key does not write a row a request. */
    lastUsedAt: instant('last_used_at'),
    createdAt: createdAt(),
  },
  (table) => [
    // Serves authentication, the one look-up that starts from a secret and not from a workspace.
    uniqueIndex('api_keys_hash').on(table.hash),
    index('api_keys_workspace').on(table.workspaceId),
  ],
);
