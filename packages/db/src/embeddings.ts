import { customType, foreignKey, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { workspaceId } from './columns.ts';
import { messages } from './messages.ts';
import { toSession } from './sessions.ts';

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** Meanings that a model outside the process gave, where one is configured. The built-in ones stand in the message's row. */
export const messageEmbeddings = pgTable(
  'message_embeddings',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    messageId: text('message_id').notNull(),
    /** Model that gave it: vectors of different models are not comparable. */
    model: text('model').notNull(),
    /** A unit vector times 127, a byte a number. */
    vector: bytea('vector').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.messageId] }),
    toSession(table),
    foreignKey({
      columns: [table.workspaceId, table.messageId],
      foreignColumns: [messages.workspaceId, messages.id],
    }).onDelete('cascade'),
  ],
);
