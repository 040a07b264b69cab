import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, rows } from './connect.ts';
import type { Connection, Database } from './database.ts';
import { workspaces } from './schema.ts';
import { canStartPostgres, startPostgres, type TestServer, testConnection } from './testing.ts';

const workspace = (id: string) => ({ id, name: id, plan: 'team' as const, createdAt: new Date() });
const readsFrom = async (db: Database) => {
  const [found] = await rows<{ isReplica: boolean }>(db, sql`select pg_is_in_recovery() as "isReplica"`);
  return found!.isReplica ? 'replica' : 'primary';
};

/** Waits for what the replica or its probe does in its own time. */
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error('It did not come to be.');
}

describe('without a replica', () => {
  test('what may lag is read from the primary', async () => {
    const connection = await testConnection();
    await connection.acrossWorkspaces.insert(workspaces).values(workspace('wks_ours'));
    expect(await connection.lagging.forWorkspace('wks_ours').select().from(workspaces)).toHaveLength(1);
    expect(connection.replica).toBeUndefined();
    await connection.close();
  });
});

describe.skipIf(!canStartPostgres)('with a streaming replica', () => {
  let primary: TestServer;
  let standby: TestServer;
  let connection: Connection;
  let lagging: Database;
  const heard: string[] = [];
  beforeAll(async () => {
    primary = await startPostgres();
    const first = await connect({ databaseUrl: primary.url, dataDir: '' });
    await first.acrossWorkspaces.insert(workspaces).values([workspace('wks_ours'), workspace('wks_theirs')]);
    await first.close();
    standby = await primary.standby();
    connection = await connect({
      databaseUrl: primary.url,
      replicaUrl: standby.url,
      onReplica: (state) => heard.push(state),
      dataDir: '',
    });
    lagging = connection.lagging.forWorkspace('wks_ours');
  });
  afterAll(async () => {
    await connection?.close();
    await standby?.remove();
    await primary?.remove();
  });

  test('what may lag is read from it, and nothing else is', async () => {
    expect(await readsFrom(lagging)).toBe('replica');
    expect(await readsFrom(connection.lagging.acrossWorkspaces)).toBe('replica');
    expect(await readsFrom(connection.forWorkspace('wks_ours'))).toBe('primary');
    expect(await readsFrom(connection.acrossWorkspaces)).toBe('primary');
    expect(heard).toEqual([]);
  });

  test('what the primary writes arrives there', async () => {
    await connection.acrossWorkspaces.update(workspaces).set({ name: 'renamed' });
    await until(async () => (await lagging.select().from(workspaces))[0]?.name === 'renamed');
  });

  test('row-level security holds there too', async () => {
    expect(await lagging.select({ id: workspaces.id }).from(workspaces)).toEqual([{ id: 'wks_ours' }]);
    expect(await connection.lagging.acrossWorkspaces.select().from(workspaces)).toHaveLength(2);
  });

  test('a write through it is refused, and not done by the primary instead', async () => {
    const write = connection.lagging.acrossWorkspaces.insert(workspaces).values(workspace('wks_new'));
    await expect(write).rejects.toMatchObject({ cause: { code: '25006' } });
    await expect(lagging.transaction(async () => {})).rejects.toThrow('one statement at a time');
    expect(await connection.acrossWorkspaces.select().from(workspaces)).toHaveLength(2);
  });

  test('a statement that is wrong is wrong, and the replica stays in use', async () => {
    await expect(lagging.execute(sql`select * from nowhere`)).rejects.toMatchObject({
      cause: { code: '42P01' },
    });
    expect(await readsFrom(lagging)).toBe('replica');
  });

  test('the primary answers while it is down, which is said once, and it is used again when it is back', async () => {
    await standby.stop('immediate');
    for (let at = 0; at < 5; at++) expect(await readsFrom(lagging)).toBe('primary');
    await Promise.all(
      Array.from({ length: 20 }, async () => expect(await readsFrom(lagging)).toBe('primary')),
    );
    expect(connection.replica?.isAnswering()).toBe(false);
    expect(heard).toEqual(['gone']);
    await connection.ping();
    await standby.start();
    await until(async () => (await readsFrom(lagging)) === 'replica');
    expect(connection.replica?.isAnswering()).toBe(true);
    expect(heard).toEqual(['gone', 'back']);
  });

  test('one that is not there, or lets nobody in, at the start keeps nobody from starting', async () => {
    const elsewhere = new URL(primary.url);
    elsewhere.port = '9';
    const unknown = new URL(standby.url);
    unknown.pathname = '/no_such_database';
    for (const replicaUrl of [elsewhere.href, unknown.href]) {
      const said: string[] = [];
      const alone = await connect({
        ...{ databaseUrl: primary.url, replicaUrl, dataDir: '' },
        onReplica: (state) => said.push(state),
      });
      expect(await readsFrom(alone.lagging.acrossWorkspaces)).toBe('primary');
      expect(said).toEqual(['gone']);
      await alone.ping();
      await alone.close();
    }
  });
});
