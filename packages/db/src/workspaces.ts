import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt } from './columns.ts';

/** A tenant. Everything else belongs to exactly one. */
export const workspaces = pgTable('workspaces', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  plan: text('plan', { enum: ['free', 'starter', 'pro', 'team'] }).notNull(),
  /** False: nothing about emotion is read from, or stored for, what this tenant saves from now on. */
  trackEmotion: boolean('track_emotion').notNull().default(true),
  createdAt: createdAt(),
});
