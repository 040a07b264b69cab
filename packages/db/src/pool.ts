import { Pool } from 'pg';
import { APP_ROLE } from './scope.ts';

/**
 * Longest that a request waits for a connection, a new one or one that others use. As long as a statement may wait for a
 * locked row: whoever holds the connections has moved on by then, or the database is in trouble.
 */
export const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longer than the server's own limit: for a network that swallows the answer. */
const QUERY_TIMEOUT_MS = 20_000;
/** One busy session must not hold every connection: who waits longer for its row is told to come back. */
const LOCK_TIMEOUT_MS = 3_000;
const IDLE_IN_TRANSACTION_MS = 30_000;
/**
 * Connections of a process unless it is told otherwise. One process fills a few of a server's cores; many processes share
 * the server's connections, some hundreds in all.
 */
const POOL_SIZE = 10;

/**
 * Connections that row-level security holds, with nothing in sight until a scope is set; or those of the owner, who may
 * change tables. Opens none yet.
 */
export function openPool(databaseUrl: string, size = POOL_SIZE, as: 'app' | 'owner' = 'app'): Pool {
  const pool = new Pool({
    connectionString: as === 'app' ? asApp(databaseUrl) : databaseUrl,
    max: size,
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
  return pool;
}

/** @throws {Error} when something between here and the tables lets this service past row-level security. */
export async function requireRowSecurity(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; isHeld: boolean }>(
    'select rolname as name, not (rolsuper or rolbypassrls) as "isHeld" from pg_roles where rolname = current_user',
  );
  if (rows[0]?.name === APP_ROLE && rows[0].isHeld) return;
  throw new Error(
    `Row-level security does not hold connections as ${rows[0]?.name}: they should be ${APP_ROLE}, without privileges.`,
  );
}

/** The URL with what a connection starts with, beside what it says itself. */
function asApp(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  // No statement here runs as long as compiling it would take.
  const options = [url.searchParams.get('options'), `-c role=${APP_ROLE}`, '-c jit=off'];
  url.searchParams.set('options', options.filter(Boolean).join(' '));
  return url.href;
}
