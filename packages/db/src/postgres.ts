import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client, Pool } from 'pg';
import type { Connection } from './database.ts';
import { DatabaseUnavailableError, isUnavailable } from './failures.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';
import { APP_ROLE, handlesOf, SCOPE_SETTING } from './scope.ts';
import { scopedPool } from './scoped-pool.ts';

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
    return await openPool(databaseUrl);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new DatabaseUnavailableError(`DATABASE_URL is set, but ${describe(databaseUrl)} does not answer.`, {
      cause: error,
    });
  }
}

async function openPool(databaseUrl: string): Promise<Connection> {
  const pool = new Pool({
    connectionString: asApp(databaseUrl),
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
  try {
    await requireRowSecurity(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const handles = handlesOf((scope) => scopedPool(pool, scope));
  return {
    ...handles,
    lagging: handles,
    engine: 'postgres',
    ping: async () => void (await pool.query('select 1')),
    maintain: async () => {},
    close: () => pool.end(),
  };
}

/** @throws {Error} when a setting of the server or of the URL lets this service past row-level security. */
async function requireRowSecurity(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; isHeld: boolean }>(
    'select rolname as name, not (rolsuper or rolbypassrls) as "isHeld" from pg_roles where rolname = current_user',
  );
  if (rows[0]?.name === APP_ROLE && rows[0].isHeld) return;
  throw new Error(
    `DATABASE_URL leads to a connection as ${rows[0]?.name} that row-level security does not hold; ${APP_ROLE} is expected.`,
  );
}

/** What a connection starts with, beside what the URL gives: the role that row-level security holds, and scope over nothing. */
function asApp(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  // Statements here take milliseconds: compiling one takes longer than running it ever does.
  const options = [url.searchParams.get('options'), `-c role=${APP_ROLE}`, '-c jit=off'];
  url.searchParams.set('options', options.filter(Boolean).join(' '));
  return url.href;
}

async function migrateLocked(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // A migration that changes rows is held to the policies too, unless it runs as a superuser.
    await client.query(`set ${SCOPE_SETTING} = '*'`);
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
