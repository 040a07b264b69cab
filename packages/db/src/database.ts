import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.ts';

/** A Drizzle handle over either engine, or a transaction of one. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface Connection {
  db: Database;
  engine: 'embedded' | 'postgres';
  /** Resolves when the database answers a trivial query; rejects when it cannot be reached. */
  ping(): Promise<void>;
  /** What a server does by itself and the embedded engine does not: clear dead rows away, refresh the planner's figures. */
  maintain(): Promise<void>;
  /** Connections of the pool, and statements that wait for one; absent where there is no pool. */
  poolUse?(): { idle: number; used: number; waiting: number };
  close(): Promise<void>;
}
