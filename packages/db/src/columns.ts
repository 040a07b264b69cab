import { text, timestamp } from 'drizzle-orm/pg-core';

/** A point in time, stored with zone, read back as a `Date`. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** The tenant that owns a row. First in every primary key and every index. */
export const workspaceId = () => text('workspace_id').notNull();

/** When the row was written, by the application's clock. */
export const createdAt = () => instant('created_at').notNull();
