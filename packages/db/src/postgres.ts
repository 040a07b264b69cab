import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client, Pool } from 'pg';
import type { Connection, Database } from './database.ts';
import { DatabaseUnavailableError, isUnavailable } from './failures.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';
import * as schema from './schema.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longer than the server's own limit: for a network that swallows the answer. */
const QUERY_TIMEOUT_MS = 20_000;
/** One busy session must not hold every connection: who waits longer for its row is told to come back. */
const LOCK_TIMEOUT_MS = 3_000;
const IDLE_IN_TRANSACTION_MS = 30_000;
const POOL_SIZE = 10;
/** Any constant: it names the lock that lets one task migrate while the others wait. */
const MIGRATION_LOCK = 7_228_001;

/** Connects to PostgreSQL and migrates it; of several processes that start together, one migrates and the rest wait. */
export async function connectPostgres(databaseUrl: string): Promise<Connection> {
  try {
    await migrateLocked(databaseUrl);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new DatabaseUnavailableError(`DATABASE_URL is set, but ${describe(databaseUrl)} does not answer.`, {
      cause: error,
    });
  }
  const pool = new Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A connection that breaks, idle or in the middle of a transaction, is replaced by the pool, and its statement fails;
  // without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = withSafeTransactions(pool);
  return {
    db,
    engine: 'postgres',
    ping: async () => void (await db.execute(sql`select 1`)),
    script: (text) => runScript(pool, text),
    maintain: async () => {},
    close: () => pool.end(),
  };
}

/**
 * Drizzle's own transaction over a pool never gives the connection back when `begin` fails: ten of those, and the pool is
 * empty for good. Here it is given back whatever happens, and one that failed is not used again.
 */
function withSafeTransactions(pool: Pool): Database {
  const db = drizzle(pool, { schema });
  type Transaction = typeof db.transaction;
  const transaction: Transaction = async (work, config) => {
    const client = await pool.connect();
    let failure: unknown;
    try {
      return await drizzle(client, { schema }).transaction(work, config);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.release(isUnavailable(failure));
    }
  };
  return Object.assign(db, { transaction }) as unknown as Database;
}

/** A script that fails may leave its transaction open: that connection is not used again. */
async function runScript(pool: Pool, text: string): Promise<unknown[]> {
  const client = await pool.connect();
  let hasFailed = true;
  try {
    const results: unknown = await client.query(text);
    hasFailed = false;
    const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: unknown[] };
    return last.rows;
  } finally {
    client.release(hasFailed);
  }
}

async function migrateLocked(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end();
  }
}

/** Host and database of a URL, without its password. */
function describe(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    return `${url.hostname}:${url.port || 5432}${url.pathname}`;
  } catch {
    return 'the server it names';
  }
}
