import { eq, getTableColumns, getTableName, is, type SQL, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from './connect.ts';
import type { Database } from './database.ts';
import * as schema from './schema.ts';
import { onPostgres, type TestConnection, testConnection } from './testing.ts';

/** Every test here leaves the first lock out: no statement names the workspace that it is for. */
const OURS = 'wks_ours';
const THEIRS = 'wks_theirs';

const exported: unknown[] = Object.values(schema);
const tables = exported.filter((value): value is PgTable => is(value, PgTable));
const named = tables.map((table) => [getTableName(table), table] as const);
const ownerColumn = (table: PgTable) => ('workspaceId' in getTableColumns(table) ? 'workspace_id' : 'id');

let connection: TestConnection;
let ours: Database;
let theirs: Database;
beforeAll(async () => {
  connection = await testConnection();
  ours = connection.forWorkspace(OURS);
  theirs = connection.forWorkspace(THEIRS);
  for (const workspaceId of [OURS, THEIRS]) await plantRows(connection.acrossWorkspaces, workspaceId);
});
afterAll(() => connection.close());

/** One row in each table. */
async function plantRows(db: Database, workspaceId: string): Promise<void> {
  const createdAt = new Date();
  await db.insert(schema.workspaces).values({ id: workspaceId, name: 'x', plan: 'team', createdAt });
  await db.insert(schema.sessions).values({
    ...{ workspaceId, id: 'sess_1', userId: 'user_1', metadata: {}, createdAt, updatedAt: createdAt },
    ...{ consolidationThreshold: 10, tokenThreshold: 2_000 },
  });
  await db.insert(schema.messages).values({
    ...{
      workspaceId,
      sessionId: 'sess_1',
      id: 'msg_1',
      sequence: 1,
      role: 'user',
      content: `of ${workspaceId}`,
    },
    ...{ tokens: 1, placement: 'live', occurredAt: createdAt, createdAt, search: 'ferri' },
  });
  const values: Record<string, SQL> = {
    text: sql`'x'`,
    text_array: sql`array['sess_1']`,
    number: sql`1`,
    date: sql`now()`,
    json: sql`'{}'`,
    boolean: sql`true`,
    buffer: sql`'\\x00'`,
  };
  for (const table of tables) {
    if ([schema.workspaces, schema.sessions, schema.messages].includes(table as never)) continue;
    const columns = Object.values(getTableColumns(table)).filter((column) => column.notNull);
    const given: Record<string, SQL> = {
      workspace_id: sql`${workspaceId}`,
      session_id: sql`'sess_1'`,
      message_id: sql`'msg_1'`,
      // The one value that is unique over all workspaces.
      hash: sql`${workspaceId}`,
      id: sql`${`x_${workspaceId}`}`,
      day: sql`current_date`,
      vector: values['buffer']!,
    };
    const row = columns.map(
      (column) =>
        given[column.name] ??
        values[column.getSQLType().endsWith('[]') ? 'text_array' : column.dataType] ??
        values['text']!,
    );
    const names = columns.map((column) => sql.identifier(column.name));
    await db.execute(
      sql`insert into ${table} (${sql.join(names, sql`, `)}) values (${sql.join(row, sql`, `)})`,
    );
  }
}

const ownersIn = async (db: Database, table: PgTable) => {
  const column = sql.identifier(ownerColumn(table));
  const found = await rows<{ owner: string }>(db, sql`select ${column} as owner from ${table} order by 1`);
  return found.map(({ owner }) => owner);
};

describe.each(named)('with the first lock taken away, %s', (_, table) => {
  const column = sql.identifier(ownerColumn(table));

  test('shows a workspace its own rows', async () => {
    expect(await ownersIn(ours, table)).toEqual([OURS]);
    expect(await ownersIn(theirs, table)).toEqual([THEIRS]);
    expect(await ownersIn(connection.acrossWorkspaces, table)).toEqual([OURS, THEIRS]);
  });

  test("shows nothing to a statement that asks for a neighbour's rows", async () => {
    expect(await rows(ours, sql`select * from ${table} where ${column} = ${THEIRS}`)).toEqual([]);
  });

  test('is changed and emptied for the workspace that asked, and for no other', async () => {
    const undone = new Error('undone');
    const all = ours.transaction(async (transaction) => {
      const db = transaction as unknown as Database;
      expect(await rows(db, sql`update ${table} set ${column} = ${column} returning 1`)).toHaveLength(1);
      expect(await rows(db, sql`delete from ${table} returning 1`)).toHaveLength(1);
      expect(await ownersIn(db, table)).toEqual([]);
      throw undone;
    });
    await expect(all).rejects.toBe(undone);
    expect(await ownersIn(connection.asOwner, table)).toEqual([OURS, THEIRS]);
  });

  test('takes no row for a neighbour, and gives none away', async () => {
    const copied = sql`insert into ${table} select (jsonb_populate_record(t, jsonb_build_object(${ownerColumn(table)}::text,
      ${THEIRS}::text))).* from ${table} t`;
    expect(await codeOf(ours.execute(copied))).toBe('42501');
    expect(await codeOf(ours.execute(sql`update ${table} set ${column} = ${THEIRS}`))).toBe('42501');
    expect(await ownersIn(connection.asOwner, table)).toEqual([OURS, THEIRS]);
  });
});

/** SQLSTATE of a failure. */
const codeOf = (failing: Promise<unknown>) =>
  failing.then(
    () => 'none',
    (error: { code?: string; cause?: { code?: string } }) => error.code ?? error.cause?.code,
  );

describe('the second lock', () => {
  test('holds where a query of the product loses its condition', async () => {
    const { messages } = schema;
    const found = await ours.select().from(messages).where(eq(messages.id, 'msg_1'));
    expect(found.map(({ content }) => content)).toEqual([`of ${OURS}`]);
    await theirs.update(messages).set({ content: 'changed' });
    expect(await ours.select({ content: messages.content }).from(messages)).toEqual([
      { content: `of ${OURS}` },
    ]);
    await theirs.update(messages).set({ content: `of ${THEIRS}` });
  });

  test('is on for every table, for its owner too, with one policy that every workspace is held to', async () => {
    const found = await unlocked();
    expect(found).toEqual([]);
    await connection.asOwner.execute(sql`create table forgotten (workspace_id text)`);
    expect(await unlocked()).toEqual(['forgotten']);
    await connection.asOwner.execute(sql`drop table forgotten`);
  });

  test('shows nothing, and takes nothing, without a scope', async () => {
    const { workspaces } = schema;
    await ours.transaction(async (transaction) => {
      const db = transaction as unknown as Database;
      await db.execute(sql`select set_config('pact.workspace', '', true)`);
      for (const table of tables) expect(await ownersIn(db, table)).toEqual([]);
      const row = { id: 'wks_new', name: 'x', plan: 'team' as const, createdAt: new Date() };
      expect(await codeOf(db.insert(workspaces).values(row))).toBe('42501');
    });
    expect(await ownersIn(connection.asOwner, workspaces)).toEqual([OURS, THEIRS]);
  });

  test.skipIf(!onPostgres)('shows nothing to a connection on which the scope was never set', async () => {
    await connection.asOwner.transaction(async (transaction) => {
      const db = transaction as unknown as Database;
      await db.execute(sql`set local role pact_app`);
      const [setting] = await rows(db, sql`select current_setting('pact.workspace', true) as value`);
      expect(setting).toEqual({ value: null });
      for (const table of tables) expect(await ownersIn(db, table)).toEqual([]);
    });
  });

  test.each(['', '*'])('has no workspace called %j', (name) => {
    expect(() => connection.forWorkspace(name)).toThrow(RangeError);
  });

  test('takes a quote in the name of a workspace for a part of the name', async () => {
    const odd = connection.forWorkspace("wks_ours' or true --");
    expect(await ownersIn(odd, schema.sessions)).toEqual([]);
    await odd.transaction(async (transaction) => {
      expect(await ownersIn(transaction as unknown as Database, schema.sessions)).toEqual([]);
    });
  });

  test('leaves the tables themselves out of reach', async () => {
    for (const statement of [
      sql`create table mine (id text)`,
      sql`alter table sessions disable row level security`,
      sql`drop policy own_workspace on sessions`,
      sql`truncate usage`,
      sql`select * from drizzle.__drizzle_migrations`,
    ]) {
      expect(await codeOf(ours.execute(statement))).toBe('42501');
    }
  });

  test('lets a session take with it what hangs on it', async () => {
    const undone = new Error('undone');
    const erased = ours.transaction(async (transaction) => {
      await transaction.delete(schema.sessions);
      const left = await rows<{ workspace_id: string }>(
        transaction as unknown as Database,
        sql`select workspace_id from messages`,
      );
      expect(left).toEqual([]);
      throw undone;
    });
    await expect(erased).rejects.toBe(undone);
  });
});

/** Tables that lack any part of the lock. */
async function unlocked(): Promise<string[]> {
  const policy = (column: string) =>
    `((${column} = current_setting('pact.workspace'::text, true)) OR (current_setting('pact.workspace'::text, true) = '*'::text))`;
  const found = await rows<{ name: string; isForced: boolean; policies: Record<string, unknown>[] | null }>(
    connection.asOwner,
    sql`select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as "isForced",
        (select json_agg(json_build_object('roles', p.roles, 'command', p.cmd, 'using', p.qual, 'check', p.with_check,
          'permissive', p.permissive) order by p.policyname desc) from pg_policies p
          where p.schemaname = 'public' and p.tablename = c.relname) as policies
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'f', 'm') order by 1`,
  );
  expect(found.length).toBeGreaterThanOrEqual(tables.length);
  return found
    .filter(({ name, isForced, policies }) => {
      const using = policy(name === 'workspaces' ? 'id' : 'workspace_id');
      const [own, ...others] = policies ?? [];
      const isHeld = own && own['using'] === using && own['check'] === using && own['command'] === 'ALL';
      const onlySearches = others.every(
        ({ roles, command }) => String(roles) === 'pact_search' && command === 'SELECT',
      );
      return !(isForced && isHeld && String(own['roles']) === 'public' && onlySearches);
    })
    .map(({ name }) => name);
}

describe('what row-level security would keep from an index', () => {
  const words = (db: Database, workspaceId: string) =>
    rows<{ word: string; session_id: string; matches: number }>(
      db,
      sql`select * from sessions_with_words(${workspaceId}, array['ferry'], null, 10)`,
    );
  const quoting = (db: Database, workspaceId: string) =>
    rows(db, sql`select answers_quoting(${workspaceId}, array['sess_1']) as key`);

  test('is found for the own workspace, and for no other', async () => {
    expect(await words(ours, OURS)).toEqual([{ word: 'ferry', session_id: 'sess_1', matches: 1 }]);
    expect(await words(ours, THEIRS)).toEqual([]);
    expect(await quoting(ours, OURS)).toEqual([{ key: 'x' }]);
    expect(await quoting(ours, THEIRS)).toEqual([]);
    expect(await words(connection.acrossWorkspaces, THEIRS)).toHaveLength(1);
  });

  test('is read by a role that can do nothing else, on a fixed search path, for the service alone', async () => {
    const functions = await rows<{ name: string; owner: string; path: string[]; grants: string }>(
      connection.asOwner,
      sql`select proname as name, proowner::regrole::text as owner, proconfig as path, proacl::text as grants
        from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`,
    );
    expect(functions.map(({ name }) => name)).toEqual(['answers_quoting', 'sessions_with_words']);
    for (const { owner, path, grants } of functions) {
      expect(owner).toBe('pact_search');
      expect(path).toContain('search_path=pg_catalog, pg_temp');
      expect(grants).toMatch(/^\{pact_search=X\/pact_search,pact_app=X\/pact_search\}$/);
    }
    const [role] = await rows<Record<string, unknown>>(
      connection.asOwner,
      sql`select rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as "mayMore",
        has_schema_privilege('pact_search', 'public', 'create') as "mayCreate",
        has_column_privilege('pact_search', 'messages', 'content', 'select') as "mayReadTexts",
        has_table_privilege('pact_search', 'messages', 'insert, update, delete') as "mayWrite"
        from pg_roles where rolname = 'pact_search'`,
    );
    expect(role).toEqual({ mayMore: false, mayCreate: false, mayReadTexts: false, mayWrite: false });
  });
});

describe('the scope of a connection', () => {
  test('never passes to the next who uses it, whatever failed in between', async () => {
    const scopes = [OURS, THEIRS].map((owner) => ({ owner, db: connection.forWorkspace(owner) }));
    const seen = { statements: 0, transactions: 0, failed: 0 };
    const lane = async (lane: number) => {
      for (let at = 0; at < 40; at++) {
        const { owner, db } = scopes[(lane + at * (1 + (lane % 3))) % 2]!;
        const kind = (lane * 7 + at) % 5;
        if (kind < 2) {
          expect(await ownersIn(db, schema.sessions)).toEqual([owner]);
          seen.statements += 1;
        } else if (kind === 2) {
          await db.transaction(async (transaction) => {
            for (const table of [schema.sessions, schema.messages]) {
              expect(await ownersIn(transaction as unknown as Database, table)).toEqual([owner]);
            }
          });
          seen.transactions += 1;
        } else if (kind === 3) {
          expect(await codeOf(db.execute(sql`select 1 / (select count(*) - 1 from sessions)`))).toBe('22012');
          seen.failed += 1;
        } else {
          const failing = db.transaction((transaction) => transaction.execute(sql`select ${'x'}::int`));
          expect(await codeOf(failing)).toBe('22P02');
          seen.failed += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 30 }, (_, at) => lane(at)));
    expect(seen).toEqual({ statements: 480, transactions: 240, failed: 480 });
  });

  test.skipIf(!onPostgres)(
    'travels with its statement in one trip, and a failure takes both back',
    async () => {
      for (const { db, owner } of [
        { db: ours, owner: OURS },
        { db: theirs, owner: THEIRS },
        { db: connection.acrossWorkspaces, owner: '*' },
      ]) {
        const scope = sql`select current_setting('pact.workspace') as scope, current_user::text as role`;
        expect(await rows(db, scope)).toEqual([{ scope: owner, role: 'pact_app' }]);
        // As a prepared statement, as one without values, and with an answer that has no rows.
        const prepared = db.select({ id: schema.sessions.id }).from(schema.sessions).prepare('scoped');
        expect(await prepared.execute()).toHaveLength(owner === '*' ? 2 : 1);
        expect(await rows(db, sql`select 1 as one where false`)).toEqual([]);
        expect(await codeOf(db.execute(sql`select * from nowhere`))).toBe('42P01');
      }
    },
  );
});
