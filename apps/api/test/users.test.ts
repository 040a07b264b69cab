import { gunzipSync } from 'node:zlib';
import { type Ctx, createTextCache, type ObjectStore, runJob } from '@pact/core';
import { type Database, erasures, statement } from '@pact/db';
import { testConnection } from '@pact/db/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLACES, type Place } from './places.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];
const DAY_MS = 24 * 60 * 60_000;

describe.each(PLACES)('an end user, with an archive in %s', (_, open) => {
  let world: ApiWorld;
  let owner: Database;
  let place: Place;
  let key: string;
  let archive: NonNullable<Ctx['archive']>;
  beforeAll(async () => {
    place = await open();
    archive = { objects: place.objects, afterMs: DAY_MS, texts: createTextCache() };
    const connection = await testConnection();
    owner = connection.asOwner;
    world = await apiWorld(connection, { archive, withQueue: true });
    ({ secret: key } = await world.key('wks_users'));
  });
  afterAll(async () => {
    await world.close();
    await place.close();
  });

  const call = (method: string, path: string, body?: object, headers?: Record<string, string>) =>
    send(world, method, path, { key, body, ...(headers ? { headers } : {}) });
  const archiveAll = async (sessionIds: string[]) => {
    world.clock.now = new Date(world.clock.now.getTime() + 2 * DAY_MS);
    for (const sessionId of sessionIds) {
      await runJob(world.services.jobCtx, { kind: 'archive', workspaceId: 'wks_users', sessionId });
    }
  };

  /** Three sessions of a user that hold a phrase wherever a phrase can be held; two of them partly in the archive. */
  const plant = async (userId: string, phrase: string) => {
    const sessionIds: string[] = [];
    for (let session = 0; session < 3; session++) {
      world.clock.now = new Date(world.clock.now.getTime() + 1_000);
      const { body } = await call('POST', '/sessions', {
        external_id: `${phrase}-${session}`,
        metadata: { user_id: userId, application: `app of ${phrase}`, note: { deep: [phrase] } },
      });
      const path = `/sessions/${body.session_id}`;
      sessionIds.push(body.session_id);
      for (let at = 0; at < 8; at++) {
        const turn = {
          user_message: `I am furious about the ${phrase} number ${at}, said Marek ${phrase} in Berlin!`,
          ai_message: `The ${phrase} is noted.`,
        };
        await call('POST', `${path}/interactions`, turn, { 'idempotency-key': `${phrase}-${session}-${at}` });
      }
      const tool = { role: 'tool', name: phrase, content: `{"found": "${phrase}"}`, external_id: phrase };
      await call('POST', `${path}/messages`, { messages: [tool] });
      const ranked = await call('POST', `${path}/priority`, { topic: phrase, priority: 'high' });
      expect(ranked.status).toBe(200);
      await call('POST', `${path}/priority`, { topic: 'noted', priority: 'low' });
      await call(
        'POST',
        '/recall',
        { query: phrase, session_id: body.session_id },
        { 'idempotency-key': `q-${phrase}-${session}` },
      );
      await call('POST', `${path}/consolidate`, {}, { 'idempotency-key': `c-${phrase}-${session}` });
    }
    await archiveAll(sessionIds.slice(0, 2));
    return sessionIds;
  };

  test('is exported whole: every session, every text, wherever it lies', async () => {
    const phrase = 'clarinet-topaz';
    const sessionIds = await plant('user-export', phrase);
    archive.texts.entries.clear();
    const { status, body } = await call('GET', '/users/user-export/export');
    expect(status).toBe(200);
    expect(body).toMatchObject({ user_id: 'user-export', exported_at: expect.any(String) });
    expect(
      body.sessions.map(({ session }: { session: { session_id: string } }) => session.session_id),
    ).toEqual(sessionIds);
    for (const exported of body.sessions) {
      const path = `/sessions/${exported.session.session_id}`;
      expect(exported.session).toEqual((await call('GET', path)).body);
      expect(exported.messages).toEqual((await call('GET', `${path}/messages?limit=200`)).body.data);
      expect(exported.messages).toHaveLength(17);
      for (const { content } of exported.messages) expect(content).toContain(phrase);
      expect(exported.emotional_history).toHaveLength(8);
      const graph = (await call('GET', `${path}/graph`)).body;
      const nodes = graph.nodes.filter(({ type }: { type: string }) => type !== 'message');
      expect(exported.graph.nodes.length).toBeGreaterThanOrEqual(nodes.length);
      expect(exported.graph.edges.length).toBeGreaterThan(0);
      expect(exported.summary.sentences.length).toBeGreaterThan(0);
      expect(exported.priorities.map(({ topic }: { topic: string }) => topic)).toEqual([phrase, 'noted']);
    }
    expect((await call('GET', '/users/nobody/export')).status).toBe(404);
  });

  test('is in no store after the erasure, and another user is untouched', async () => {
    const phrase = 'xylophone-quartz';
    const userId = `user of ${phrase}/ä?`;
    const sessionIds = await plant(userId, phrase);
    await plant('someone else', 'bassoon-amber');
    const others = async () =>
      (await call('GET', `/users/${encodeURIComponent('someone else')}/export`)).body.sessions;
    const before = await others();
    // The walk sees what it is to find gone.
    expect(await cellsWith(owner, [phrase])).toEqual(
      expect.arrayContaining([
        'public.consolidations.sentences',
        'public.idempotency_records.answer',
        'public.memory_nodes.name',
        'public.messages.content',
        'public.messages.search',
        'public.sessions.metadata',
        'public.topic_priorities.topic',
      ]),
    );
    const stored = (await place.contents()).map((bytes) => gunzipSync(bytes).toString());
    expect(stored.filter((text) => text.includes(phrase))).toHaveLength(2);
    const erased = await call('DELETE', `/users/${encodeURIComponent(userId)}`);
    expect(erased.status).toBe(200);
    expect(erased.headers.get('x-pact-erasure')).toBe(erased.body.erasure_id);
    expect(erased.body).toMatchObject({
      subject: 'user',
      subject_id: userId,
      completed_at: expect.any(String),
    });
    const removed = Object.fromEntries(
      erased.body.stores.map(({ store, removed: count }: { store: string; removed: number }) => [
        store,
        count,
      ]),
    );
    expect(removed).toMatchObject({ sessions: 3, messages: 51, archives: 2, archive_objects: 2 });
    for (const store of [
      'emotional_states',
      'memory_nodes',
      'memory_edges',
      'memory_names',
      'consolidations',
    ])
      expect(removed[store]).toBeGreaterThan(0);
    expect(removed['idempotency_records']).toBe(30);
    expect(removed['jobs']).toBeGreaterThan(0);
    expect((await call('GET', `/erasures/${erased.body.erasure_id}`)).body).toEqual(erased.body);

    // The receipt names the user that it is about, and nothing else does.
    const held = await cellsWith(owner, [phrase]);
    expect(held).toEqual(['public.erasures.subject_id']);
    for (const bytes of await place.contents()) expect(gunzipSync(bytes).toString()).not.toContain(phrase);
    for (const found of await redisEntries()) expect(found).not.toContain(phrase);
    expect(
      [...archive.texts.entries.keys()].filter((entry) => sessionIds.some((id) => entry.includes(id))),
    ).toEqual([]);
    const indexed = [...world.services.jobCtx.indexes.entries.keys()];
    expect(indexed.filter((entry) => sessionIds.some((id) => entry.includes(id)))).toEqual([]);
    // Of its sessions only the sweep of the archive knows still, until it has run.
    const jobs = await statement<{ name: string }>(
      world.connection.acrossWorkspaces,
      `select name from pgboss.job where data->>'sessionId' = any($1::text[])`,
      [sessionIds],
    );
    expect(new Set(jobs.map(({ name }) => name))).toEqual(new Set(['archive-sweep']));
    expect(await others()).toEqual(before);
    expect((await call('POST', '/recall', { query: phrase })).body.results.map(String).join()).not.toContain(
      phrase,
    );
  });

  test('is erased once: asked for again, the receipt says that nothing is held', async () => {
    await plant('user-twice', 'oboe-jade');
    const [first, twin] = await Promise.all([
      call('DELETE', '/users/user-twice'),
      call('DELETE', '/users/user-twice'),
    ]);
    expect([first.status, twin.status]).toEqual([200, 200]);
    const counts = [first, twin].map(
      ({ body }) => body.stores.find((s: { store: string }) => s.store === 'sessions').removed,
    );
    expect(Math.max(...counts)).toBe(3);
    const again = await call('DELETE', '/users/user-twice');
    expect(again.body.erasure_id).not.toBe(first.body.erasure_id);
    for (const { removed } of again.body.stores) expect(removed).toBe(0);
  });

  test('that lost its archive half-way is erased by the queue, session opened meanwhile included', async () => {
    const sessionIds = await plant('user-half', 'fagott-onyx');
    // The archive goes away after the first session: the rest stays whole, and the caller is told.
    let calls = 0;
    const failing: ObjectStore = {
      ...place.objects,
      removeBelow: async (prefix) => {
        calls += 1;
        if (calls > 1) throw new Error('gone');
        return place.objects.removeBelow(prefix);
      },
    };
    Object.assign(archive, { objects: failing });
    const refused = await call('DELETE', '/users/user-half');
    expect(refused.status).toBe(503);
    expect(refused.body.error.message).toContain('archive');
    expect((await call('GET', `/sessions/${sessionIds[0]}`)).status).toBe(404);
    expect((await call('GET', `/sessions/${sessionIds[2]}`)).status).toBe(200);
    Object.assign(archive, { objects: place.objects });
    await call('POST', '/sessions', { metadata: { user_id: 'user-half', note: 'fagott-onyx' } });
    const [pending] = (await world.connection.acrossWorkspaces.select().from(erasures)).filter(
      (row) => !row.completedAt,
    );
    expect(pending).toMatchObject({ subject: 'user', subjectId: 'user-half' });
    // As the worker finds it in the queue.
    const [job] = await statement<{ data: { kind: 'erase'; workspaceId: string; erasureId: string } }>(
      world.connection.acrossWorkspaces,
      `select data from pgboss.job where name = 'erase'`,
      [],
    );
    expect(job!.data.erasureId).toBe(pending!.id);
    expect(await runJob(world.services.jobCtx, job!.data)).toBe('done');
    const receipt = (await call('GET', `/erasures/${pending!.id}`)).body;
    expect(receipt.completed_at).not.toBeNull();
    expect(receipt.stores).toContainEqual({ store: 'sessions', removed: 4 });
    expect(receipt.stores).toContainEqual({ store: 'messages', removed: 51 });
    expect(await cellsWith(owner, ['fagott-onyx'])).toEqual([]);
    expect(
      await statement(world.connection.acrossWorkspaces, `select 1 from pgboss.job where name = 'erase'`, []),
    ).toEqual([]);
  });
});

interface Column {
  schema: string;
  table: string;
  column: string;
}

/** Every column of every table of the database, ours and the queue's, that holds one of the phrases in any form: as their owner sees it. */
async function cellsWith(owner: Database, phrases: string[]): Promise<string[]> {
  const columns = await statement<Column>(
    owner,
    `select c.table_schema as schema, c.table_name as table, c.column_name as column from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')`,
    [],
  );
  expect(new Set(columns.map(({ schema }) => schema))).toEqual(new Set(['public', 'pgboss', 'drizzle']));
  expect(columns.length).toBeGreaterThan(150);
  const words = phrases.flatMap((phrase) => [phrase, ...phrase.split('-')]);
  const holding: string[] = [];
  for (const { schema, table, column } of columns) {
    // As text, and bytes as the characters that they may be.
    const cell = `case when pg_typeof("${column}")::text = 'bytea' then encode("${column}"::text::bytea, 'escape') else "${column}"::text end`;
    const [found] = await statement<{ is: boolean }>(
      owner,
      `select exists (select 1 from "${schema}"."${table}" where ${cell} ilike any($1::text[])) as is`,
      [words.map((word) => `%${word}%`)],
    );
    if (found!.is) holding.push(`${schema}.${table}.${column}`);
  }
  return holding;
}

/** Every key and value of the cache that the processes share. */
async function redisEntries(): Promise<string[]> {
  if (!REDIS_URL) return [];
  const redis = new Redis(REDIS_URL);
  const found: string[] = [];
  for await (const keys of redis.scanStream() as AsyncIterable<string[]>) {
    for (const name of keys) {
      found.push(name, (await redis.dumpBuffer(name))?.toString('latin1') ?? '');
    }
  }
  redis.disconnect();
  return found;
}
