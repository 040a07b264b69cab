import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { connect } from './connect.ts';
import type { Connection } from './database.ts';
import { openPglite, wrapPglite } from './embedded.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';

/** The PostgreSQL server that the full suite runs on; without it tests run on the embedded engine. */
const SERVER_URL = process.env.PACT_TEST_DATABASE_URL;
const CACHE_FOLDER = fileURLToPath(new URL('../../../.cache', import.meta.url));

/** True when the suite runs on a real PostgreSQL server. */
export const onPostgres = Boolean(SERVER_URL);

/** An empty, migrated database of its own for one test file: on PostgreSQL when the suite has one, else embedded. */
export async function testConnection(): Promise<Connection> {
  return SERVER_URL ? freshPostgres(SERVER_URL) : freshPglite();
}

/** An embedded database in memory, from a migrated snapshot: a third of the time of a fresh one. */
export async function freshPglite(): Promise<Connection> {
  const snapshot = join(CACHE_FOLDER, `pglite-${await migrationsHash()}.tar`);
  const cached = await readFile(snapshot).catch(() => undefined);
  if (cached) return wrapPglite(await openPglite({ loadDataDir: new Blob([new Uint8Array(cached)]) }));
  const pglite = await openPglite({});
  const dump = await pglite.dumpDataDir('none');
  await mkdir(CACHE_FOLDER, { recursive: true });
  // Written aside and renamed: another test worker may be reading or writing the same snapshot.
  const aside = `${snapshot}.${process.pid}`;
  await writeFile(aside, Buffer.from(await dump.arrayBuffer()));
  await rename(aside, snapshot);
  return wrapPglite(pglite);
}

async function freshPostgres(serverUrl: string): Promise<Connection> {
  const { databaseUrl, drop } = await createDatabase(serverUrl);
  const connection = await connect({ databaseUrl, dataDir: '' });
  return {
    ...connection,
    close: async () => {
      await connection.close();
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
