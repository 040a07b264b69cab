import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.ts';

/** A Drizzle handle over either engine, or a transaction of one. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface Connection {
  db: Database;
  engine: 'embedded' | 'postgres';
  /** Resolves when the database answers a trivial query; rejects when it cannot be reached. */
  ping(): Promise<void>;
  /**
   * Runs statements without values, several at a time, with their own `begin` and `commit` where they have them.
   * @returns the rows of the last.
   */
  script(text: string): Promise<unknown[]>;
  /** What a server does by itself and the embedded engine does not: clear dead rows away, refresh the planner's figures. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}
