import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client, type Pool } from 'pg';
import type { Connection } from './database.ts';
import { DatabaseUnavailableError, isUnavailable } from './failures.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';
import { CONNECT_TIMEOUT_MS, openPool, requireRowSecurity } from './pool.ts';
import { Replica, type ReplicaListener } from './replica.ts';
import { handlesOf, SCOPE_SETTING } from './scope.ts';
import { scopedPool } from './scoped-pool.ts';

/** Any constant: it names the lock that lets one task migrate while the others wait. */
const MIGRATION_LOCK = 7_228_001;
/** Connections for upkeep at most, beside those that serve. */
const OWNERS_POOL_SIZE = 2;

export interface PostgresOptions {
  databaseUrl: string;
  /** A streaming replica of the same database, for `lagging`. It may be away, at start too. */
  replicaUrl?: string | undefined;
  /** Told when the replica stops and starts answering, once each time. */
  onReplica?: ReplicaListener | undefined;
  /** Connections to each server at most. */
  poolSize?: number | undefined;
}

/** Connects to PostgreSQL and migrates it; of several processes that start together, one migrates and the rest wait. */
export async function connectPostgres(options: PostgresOptions): Promise<Connection> {
  const { databaseUrl, poolSize } = options;
  const pool = openPool(databaseUrl, poolSize);
  try {
    await migrateLocked(databaseUrl);
    await requireRowSecurity(pool);
    return await connectionOver(pool, options);
  } catch (error) {
    await pool.end();
    if (!isUnavailable(error)) throw error;
    throw new DatabaseUnavailableError(`DATABASE_URL is set, but ${describe(databaseUrl)} does not answer.`, {
      cause: error,
    });
  }
}

async function connectionOver(pool: Pool, options: PostgresOptions): Promise<Connection> {
  const { databaseUrl, replicaUrl, poolSize, onReplica } = options;
  const handles = handlesOf((scope) => scopedPool(pool, scope));
  const replica = replicaUrl ? new Replica(openPool(replicaUrl, poolSize), pool, onReplica) : undefined;
  await replica?.probe();
  // Opens none until a script runs, and closes them again when none does.
  const ownersPool = openPool(databaseUrl, OWNERS_POOL_SIZE, 'owner');
  return {
    ...handles,
    engine: 'postgres',
    lagging: replica?.handles ?? handles,
    replica,
    ping: async () => {
      void replica?.probe();
      await pool.query('select 1');
    },
    script: (text: string, values?: unknown[]) => runScript(ownersPool, text, values),
    maintain: async () => {},
    poolUse: () => ({
      idle: pool.idleCount,
      used: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: async () => {
      await Promise.all([pool.end(), ownersPool.end(), replica?.close()]);
    },
  };
}

/** A script that fails may leave its transaction open: that connection is not used again. */
async function runScript(pool: Pool, text: string, values?: unknown[]): Promise<unknown[]> {
  const client = await pool.connect();
  let hasFailed = true;
  try {
    const results: unknown = await client.query(text, values);
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
