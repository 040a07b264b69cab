import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { vector } from '@electric-sql/pglite-pgvector';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection } from './database.ts';
import { lockDataDir } from './lock.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';
import { handlesOf } from './scope.ts';
import { scopedPglite, Turnstile } from './scoped-pglite.ts';

/** PostgreSQL inside this process, its files in `dataDir/database`. One process at a time. */
export async function connectEmbedded(dataDir: string): Promise<Connection> {
  const folder = resolve(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await lockDataDir(folder);
  try {
    const pglite = await openPglite({ dataDir: join(folder, 'database') });
    return {
      ...wrapPglite(pglite),
      close: async () => {
        await pglite.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** An embedded database, migrated. Without `dataDir` it lives in memory. */
export async function openPglite(options: { dataDir?: string; loadDataDir?: Blob }): Promise<PGlite> {
  const pglite = await PGlite.create({ ...options, extensions: { vector, btree_gin } });
  await migrate(drizzle(pglite), { migrationsFolder: MIGRATIONS_FOLDER });
  return pglite;
}

export function wrapPglite(pglite: PGlite, turnstile = new Turnstile(pglite)): Connection {
  const handles = handlesOf((scope) => scopedPglite(pglite, (work) => turnstile.enter(scope, work)));
  return {
    ...handles,
    lagging: handles,
    engine: 'embedded',
    // Busy is not gone: its one connection may be in a long transaction, and a query would wait for it.
    ping: async () => {
      if (pglite.closed) throw new Error('PGlite is closed');
    },
    script: (text, values = []) =>
      turnstile.enterAsOwner(async () => {
        if (values.length > 0) return (await pglite.query(text, values.map(asText))).rows;
        try {
          return (await pglite.exec(text)).at(-1)?.rows ?? [];
        } catch (error) {
          // What it opened would swallow whatever comes next: there is one connection.
          await pglite.exec('rollback');
          throw error;
        }
      }),
    maintain: () => turnstile.enterAsOwner(async () => void (await pglite.exec('vacuum (analyze)'))),
    close: () => pglite.close(),
  };
}

/** The engine takes a number nowhere but where the server wants one; a text, everywhere. */
const asText = (value: unknown) => (typeof value === 'number' ? String(value) : value);
