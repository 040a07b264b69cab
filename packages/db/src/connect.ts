import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { connectEmbedded } from './embedded.ts';
import { connectPostgres } from './postgres.ts';
import type * as schema from './schema.ts';

/** A Drizzle handle over either engine, or a transaction of one. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface Connection {
  db: Database;
  engine: 'embedded' | 'postgres';
  /** Resolves when the database answers a trivial query; rejects when it cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** `postgres://…`. When it is set, it is used or the connection fails: there is no fallback. */
  databaseUrl?: string | undefined;
  /** The folder of the embedded database, created when missing. Used only without `databaseUrl`. */
  dataDir: string;
  /** Most connections to PostgreSQL that this process holds. */
  poolSize?: number;
}

/**
 * Connects and brings the schema up to date.
 * @throws {DatabaseUnavailableError} the configured PostgreSQL does not answer.
 * @throws {DataDirLockedError} another process has the embedded folder open.
 */
export function connect(options: ConnectOptions): Promise<Connection> {
  return options.databaseUrl
    ? connectPostgres(options.databaseUrl, options.poolSize)
    : connectEmbedded(options.dataDir);
}

/** Runs a statement that Drizzle's builder cannot express and returns its rows as the driver gives them. */
export async function rows<Row>(db: Database, statement: SQL): Promise<Row[]> {
  return ((await db.execute(statement)) as unknown as { rows: Row[] }).rows;
}
