import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { vector } from '@electric-sql/pglite-pgvector';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection, Database } from './database.ts';
import { lockDataDir } from './lock.ts';
import { MIGRATIONS_FOLDER } from './migrations.ts';
import * as schema from './schema.ts';

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

export function wrapPglite(pglite: PGlite): Connection {
  return {
    db: drizzle(pglite, { schema }) as unknown as Database,
    engine: 'embedded',
    // Busy is not gone: its one connection may be in a long transaction, and a query would wait for it.
    ping: async () => {
      if (pglite.closed) throw new Error('PGlite is closed');
    },
    script: async (text) => {
      try {
        return (await pglite.exec(text)).at(-1)?.rows ?? [];
      } catch (error) {
        // What it opened would swallow whatever comes next: there is one connection.
        await pglite.exec('rollback');
        throw error;
      }
    },
    maintain: async () => void (await pglite.exec('vacuum (analyze)')),
    close: () => pglite.close(),
  };
}
