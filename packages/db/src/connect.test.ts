import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import { connect, rows } from './connect.ts';
import type { Database } from './database.ts';
import {
  DatabaseBusyError,
  DatabaseUnavailableError,
  DataDirLockedError,
  isUnavailable,
} from './failures.ts';
import { lockDataDir } from './lock.ts';
import { workspaces } from './schema.ts';
import { onPostgres, testConnection } from './testing.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pact-db-'));
  folders.push(path);
  return path;
}

const workspace = { id: 'wks_1', name: 'One', plan: 'team' as const, createdAt: new Date() };

describe('the embedded database', () => {
  test('keeps what was written when it is opened again', async () => {
    const dataDir = await folder();
    const first = await connect({ dataDir });
    await first.acrossWorkspaces.insert(workspaces).values(workspace);
    await first.close();
    const second = await connect({ dataDir });
    expect(await second.acrossWorkspaces.select().from(workspaces)).toHaveLength(1);
    await second.close();
  });

  test('refuses a folder that is open, and opens it once it is closed', async () => {
    const dataDir = await folder();
    const first = await connect({ dataDir });
    await expect(connect({ dataDir })).rejects.toBeInstanceOf(DataDirLockedError);
    await first.close();
    await (await connect({ dataDir })).close();
  });

  test('of many processes that find a dead lock gives it to one', async () => {
    for (let round = 0; round < 10; round++) {
      const dataDir = await folder();
      await writeFile(join(dataDir, 'pact.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '' }));
      const takers = await Promise.allSettled(Array.from({ length: 6 }, () => lockDataDir(dataDir)));
      const taken = takers.filter(({ status }) => status === 'fulfilled');
      expect(taken).toHaveLength(1);
    }
  });

  test.each([
    ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, started: '' })],
    ['a process id that was given out again', JSON.stringify({ pid: process.pid, started: 'another time' })],
    ['nobody, half written', '{"pid":'],
  ])('takes over the lock of %s', async (_, lock) => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'pact.lock'), lock);
    const connection = await connect({ dataDir });
    expect(JSON.parse(await readFile(join(dataDir, 'pact.lock'), 'utf8')).pid).toBe(process.pid);
    await connection.close();
  });
});

describe('a configured database', () => {
  test('that does not answer is an error of its own, without its password', async () => {
    const refused = connect({
      databaseUrl: 'postgres://user:hunter2@127.0.0.1:9/none',
      dataDir: await folder(),
    });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('either engine', () => {
  test('has the schema, its extensions, and answers', async () => {
    const connection = await testConnection();
    await connection.ping();
    const names = await rows<{ name: string }>(
      connection.acrossWorkspaces,
      sql`select extname as name from pg_extension`,
    );
    expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(['vector', 'btree_gin']));
    await connection.close();
  });

  test('puts the workspace first in every index and key, but for the look-ups that start without one', async () => {
    const connection = await testConnection();
    const indexes = await rows<{ name: string; first: string }>(
      connection.acrossWorkspaces,
      sql`select i.relname as name, a.attname as first from pg_index x
        join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
        join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0] where n.nspname = 'public'`,
    );
    await connection.close();
    const withoutWorkspace = indexes.filter(({ first }) => first !== 'workspace_id').map(({ name }) => name);
    expect(withoutWorkspace.sort()).toEqual([
      'api_keys_hash',
      'api_keys_pkey',
      'archives_writing',
      'idempotency_records_expiry',
      'workspaces_pkey',
    ]);
  });

  test('tells a broken connection from a broken statement', async () => {
    const connection = await testConnection();
    await connection.acrossWorkspaces.insert(workspaces).values(workspace);
    const twice = await connection.acrossWorkspaces
      .insert(workspaces)
      .values(workspace)
      .catch((error: unknown) => error);
    expect(twice).toBeInstanceOf(Error);
    expect(isUnavailable(twice)).toBe(false);
    await connection.close();
    await expect(connection.ping()).rejects.toThrow();
    const closed = await connection.acrossWorkspaces
      .select()
      .from(workspaces)
      .catch((error: unknown) => error);
    expect(isUnavailable(closed)).toBe(true);
  });
});

describe.skipIf(!onPostgres)('a connection that is lost in the middle of a transaction', () => {
  test('fails that transaction, and neither ends the process nor empties the pool', async () => {
    const connection = await testConnection();
    for (let at = 0; at < 12; at++) {
      const lost = connection.acrossWorkspaces.transaction(async (transaction) => {
        const [own] = await rows<{ pid: number }>(
          transaction as unknown as Database,
          sql`select pg_backend_pid() as pid`,
        );
        await connection.asOwner.execute(sql`select pg_terminate_backend(${own!.pid}, 5000)`);
        await transaction.execute(sql`select 1`);
      });
      expect(isUnavailable(await lost.catch((error: unknown) => error))).toBe(true);
    }
    expect(await connection.acrossWorkspaces.select().from(workspaces)).toEqual([]);
    await connection.close();
  });
});

describe('a failure', () => {
  const failure = (code: string) => Object.assign(new Error('x'), { code });

  test.each(['40P01', '40001', '53300', '57014', '55P03', '08006', '57P01', 'ECONNREFUSED'])(
    'with %s may pass when the request is sent again',
    (code) => {
      expect(isUnavailable(new Error('Failed query', { cause: failure(code) }))).toBe(true);
    },
  );

  test.each(['23505', '22P02', '42P01', ''])('with %j does not', (code) => {
    expect(isUnavailable(new Error('Failed query', { cause: failure(code) }))).toBe(false);
  });

  test('for want of a free connection may pass too', () => {
    expect(isUnavailable(new Error('Failed query', { cause: new DatabaseBusyError('x') }))).toBe(true);
  });

  test('is not told by what people wrote', () => {
    expect(isUnavailable(new Error('params: timeout expired', { cause: failure('23505') }))).toBe(false);
  });
});
