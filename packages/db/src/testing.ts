import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Client, Pool } from 'pg';
import { connect } from './connect.ts';
import type { Connection, Database } from './database.ts';
import { openPglite, wrapPglite } from './embedded.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';
import { scopedPglite, Turnstile } from './scoped-pglite.ts';
import { startTestServer, type TestServer } from './test-server.ts';

/** The PostgreSQL server that the full suite runs on; without it tests run on the embedded engine. */
const SERVER_URL = process.env.PACT_TEST_DATABASE_URL;
/** Runs PostgreSQL's programs; without it no test starts a server of its own. */
const POSTGRES_TOOL = process.env.PACT_TEST_POSTGRES_TOOL;
const CACHE_FOLDER = fileURLToPath(new URL('../../../.cache', import.meta.url));

/** True when the suite runs on a real PostgreSQL server. */
export const onPostgres = Boolean(SERVER_URL);

/** True where a test can start servers of its own, to stop and to replicate. */
export const canStartPostgres = Boolean(POSTGRES_TOOL);

/** A new PostgreSQL server for one test. Takes seconds. */
export const startPostgres = () => startTestServer(POSTGRES_TOOL!);

export type { TestServer };

/** What a test sees beside the product: everything, and tables as their owner does. */
export interface TestConnection extends Connection {
  /** Held by no policy; may change tables. */
  asOwner: Database;
}

/** An empty, migrated database of its own for one test file: on PostgreSQL when the suite has one, else embedded. */
export async function testConnection(): Promise<TestConnection> {
  return SERVER_URL ? freshPostgres(SERVER_URL) : freshPglite();
}

/** An embedded database in memory, from a migrated snapshot: a third of the time of a fresh one. */
export async function freshPglite(): Promise<TestConnection> {
  const snapshot = join(CACHE_FOLDER, `pglite-${await migrationsHash()}.tar`);
  const cached = await readFile(snapshot).catch(() => undefined);
  if (cached) return withOwner(await openPglite({ loadDataDir: new Blob([new Uint8Array(cached)]) }));
  const pglite = await openPglite({});
  const dump = await pglite.dumpDataDir('none');
  await mkdir(CACHE_FOLDER, { recursive: true });
  // Written aside and renamed: another test worker may be reading or writing the same snapshot.
  const aside = `${snapshot}.${process.pid}`;
  await writeFile(aside, Buffer.from(await dump.arrayBuffer()));
  await rename(aside, snapshot);
  return withOwner(pglite);
}

function withOwner(pglite: PGlite): TestConnection {
  const turnstile = new Turnstile(pglite);
  const asOwner = scopedPglite(pglite, (work) => turnstile.enterAsOwner(work));
  return { ...wrapPglite(pglite, turnstile), asOwner };
}

async function freshPostgres(serverUrl: string): Promise<TestConnection> {
  const { databaseUrl, drop } = await createDatabase(serverUrl);
  const connection = await connect({ databaseUrl, dataDir: '' });
  const owner = new Pool({ connectionString: databaseUrl, max: 2 });
  owner.on('error', () => {});
  return {
    ...connection,
    asOwner: drizzle(owner) as unknown as Database,
    close: async () => {
      await Promise.all([connection.close(), owner.end()]);
      await drop();
    },
  };
}

/** Creates an empty database on the server. */
export async function createDatabase(
  serverUrl: string,
): Promise<{ databaseUrl: string; drop(): Promise<void> }> {
  const name = `pact_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.href,
    drop: () => onServer(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(MIGRATIONS_FOLDER)).sort()) {
    if (file.endsWith('.sql')) hash.update(await readFile(join(MIGRATIONS_FOLDER, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
