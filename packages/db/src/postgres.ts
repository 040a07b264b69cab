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
/** Any constant: it names the lock that lets one task migrate while the others wait. */
const MIGRATION_LOCK = 7_228_001;

/** Connects to PostgreSQL and migrates it; of several processes that start together, one migrates and the rest wait. */
export async function connectPostgres(databaseUrl: string, poolSize = 10): Promise<Connection> {
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
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const db = drizzle(pool, { schema }) as unknown as Database;
  return {
    db,
    engine: 'postgres',
    ping: async () => void (await db.execute(sql`select 1`)),
    maintain: async () => {},
    close: () => pool.end(),
  };
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
