import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Connection, Database } from './database.ts';
import { connectEmbedded } from './embedded.ts';
import { connectPostgres, type PostgresOptions } from './postgres.ts';

export interface ConnectOptions extends Omit<PostgresOptions, 'databaseUrl'> {
  /** `postgres://…`. When it is set, it is used or the connection fails: there is no fallback. */
  databaseUrl?: string | undefined;
  /** The folder of the embedded database, created when missing. Used only without `databaseUrl`. */
  dataDir: string;
}

/**
 * Connects and brings the schema up to date.
 * @throws {DatabaseUnavailableError} the configured PostgreSQL does not answer.
 * @throws {DataDirLockedError} another process has the embedded folder open.
 */
export function connect(options: ConnectOptions): Promise<Connection> {
  const { databaseUrl, dataDir, ...rest } = options;
  return databaseUrl ? connectPostgres({ ...rest, databaseUrl }) : connectEmbedded(dataDir);
}

const dialect = new PgDialect();

/**
 * Runs a statement that Drizzle's builder cannot express and returns its rows as the driver gives them.
 * @param name for a statement that is run again and again with the same text: the server parses and plans it once a
 *   connection.
 */
export async function rows<Row>(db: Database, statement: SQL, name?: string): Promise<Row[]> {
  const answer =
    name === undefined
      ? db.execute(statement)
      : db._.session.prepareQuery(dialect.sqlToQuery(statement), undefined, name, false).execute();
  return ((await answer) as unknown as { rows: Row[] }).rows;
}

/**
 * Runs a statement that a library wrote, its values as `$1`, `$2` … in the text, on a connection or in a transaction.
 * Drizzle numbers the values that it is given, in their order, wherever they stand: here in a comment, so that the text
 * keeps its own numbers. Numbers go as text: one of the drivers takes nothing else where the server wants a text.
 */
export async function statement<Row>(db: Database, text: string, values: readonly unknown[]): Promise<Row[]> {
  const given = values.map(
    (value) => sql`${sql.param(typeof value === 'number' ? String(value) : (value ?? null))}`,
  );
  return rows<Row>(db, sql`${sql.raw(text)} /* ${sql.join(given)} */`);
}
