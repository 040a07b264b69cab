import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, rows } from './connect.ts';
import type { Connection } from './database.ts';
import { canStartPostgres, startPostgres, type TestServer } from './testing.ts';

const MESSAGES = 20_000;

/** As on a managed server: whoever migrates owns the tables and may create roles, and is no superuser. */
describe.skipIf(!canStartPostgres)('a database whose owner is no superuser', () => {
  let server: TestServer;
  let owner: Client;
  let connection: Connection;
  beforeAll(async () => {
    server = await startPostgres();
    const url = new URL(server.url);
    const admin = new Client({ connectionString: url.href });
    await admin.connect();
    await admin.query('create role keeper login createrole');
    await admin.query('create database pact owner keeper');
    await admin.end();
    url.pathname = '/pact';
    const extensions = new Client({ connectionString: url.href });
    await extensions.connect();
    await extensions.query('create extension vector; create extension btree_gin');
    await extensions.end();
    url.username = 'keeper';
    connection = await connect({ databaseUrl: url.href, dataDir: '' });
    owner = new Client({ connectionString: url.href });
    await owner.connect();
    await connection.acrossWorkspaces.execute(sql`insert into workspaces (id, name, plan, created_at)
      select w, w, 'team', now() from unnest(array['wks_ours', 'wks_theirs']) w`);
    await connection.acrossWorkspaces.execute(sql`insert into sessions (workspace_id, id, metadata,
      consolidation_threshold, token_threshold, created_at, updated_at)
      select id, 'sess_1', '{}', 10, 2000, now(), now() from workspaces`);
    await connection.acrossWorkspaces.execute(sql`insert into messages (workspace_id, session_id, id, sequence, role,
      content, tokens, placement, occurred_at, created_at, search)
      select 'wks_ours', 'sess_1', 'msg_' || n, n, 'user', '', 1, 'live', now(), now(),
        to_tsvector('english', 'kettle number' || n) from generate_series(1, ${MESSAGES}::int) n`);
    await owner.query("set pact.workspace = '*'; analyze; set pact.workspace = ''");
  });
  afterAll(async () => {
    await owner?.end();
    await connection?.close();
    await server?.remove();
  });

  test('holds that owner to the policies as well', async () => {
    expect((await owner.query('select * from workspaces')).rows).toEqual([]);
    const searched = await owner.query(
      "select * from sessions_with_words('wks_ours', array['kettle'], null, 1)",
    );
    expect(searched.rows).toEqual([]);
    await owner.query("set pact.workspace = 'wks_theirs'");
    expect((await owner.query('select id from workspaces')).rows).toEqual([{ id: 'wks_theirs' }]);
    await owner.query("set pact.workspace = ''");
  });

  test('lets the service read and write within its scope', async () => {
    const ours = connection.forWorkspace('wks_ours');
    expect(await rows(ours, sql`select id from workspaces`)).toEqual([{ id: 'wks_ours' }]);
    const gone = ours.transaction(async (transaction) => {
      await transaction.execute(sql`delete from sessions`);
      throw new Error('undone');
    });
    await expect(gone).rejects.toThrow('undone');
  });

  test('is migrated again without a word', async () => {
    const url = new URL(server.url);
    url.pathname = '/pact';
    url.username = 'keeper';
    await (await connect({ databaseUrl: url.href, dataDir: '' })).close();
  });

  test('finds words by their index, without reading the workspace', async () => {
    const read = async () => {
      await owner.query('select pg_stat_force_next_flush()');
      const found = await owner.query(
        "select coalesce(idx_scan, 0)::int as scans, coalesce(idx_tup_read, 0)::int as read from pg_stat_user_indexes where indexrelname = 'messages_search'",
      );
      return found.rows[0] as { scans: number; read: number };
    };
    const ours = connection.forWorkspace('wks_ours');
    const before = await read();
    const found = await rows(
      ours,
      sql`select *, pg_stat_force_next_flush() from sessions_with_words('wks_ours', array['number77'], null, 10)`,
    );
    expect(found).toMatchObject([{ word: 'number77', session_id: 'sess_1', matches: 1 }]);
    await rows(ours, sql`select 1`);
    const after = await read();
    expect({ scans: after.scans - before.scans, read: after.read - before.read }).toEqual({
      scans: 1,
      read: 1,
    });
  });
});
