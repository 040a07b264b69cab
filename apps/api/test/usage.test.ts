import { listKeys } from '@pact/core';
import { type Connection, connect, usage } from '@pact/db';
import { createDatabase, onPostgres, testConnection } from '@pact/db/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMeter } from '../src/meter.ts';
import { type Line, lineTo } from './line.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];
const silent = pino({ level: 'silent' });

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

async function openSession(at: ApiWorld, key: string): Promise<string> {
  return (await send(at, 'POST', '/sessions', { key })).body.session_id;
}

async function save(at: ApiWorld, key: string, sessionId: string, text = 'The ferry leaves at nine.') {
  const body = { user_message: text, ai_message: 'Noted.' };
  return send(at, 'POST', `/sessions/${sessionId}/interactions`, { key, body });
}

/** What the table holds, whoever counts. */
async function requestsOf({ acrossWorkspaces }: Connection, workspaceId: string): Promise<number> {
  const found = await acrossWorkspaces.select().from(usage);
  return found
    .filter((row) => row.workspaceId === workspaceId)
    .reduce((sum, { requests }) => sum + requests, 0);
}

const usageOf = async (at: ApiWorld, key: string, query = '') =>
  (await send(at, 'GET', `/usage${query}`, { key })).body;

describe('GET /usage', () => {
  test('sums what was sent: requests, tokens stored, served, and saved beside the whole session', async () => {
    const { secret: key, keyId } = await world.key('wks_sums');
    const sessionId = await openSession(world, key);
    let stored = 0;
    for (let turn = 0; turn < 12; turn++) {
      stored += (await save(world, key, sessionId, `Turn ${turn}: the ferry to Rhodes is late.`)).body
        .token_count;
    }
    const contexts = [
      await send(world, 'GET', `/sessions/${sessionId}/context?max_tokens=60`, { key }),
      await send(world, 'GET', `/sessions/${sessionId}/context?max_tokens=100000&format=anthropic`, { key }),
    ].map(({ body }) => body.token_count as number);
    const recalled = await send(world, 'POST', '/recall', { key, body: { query: 'ferry' } });
    expect(recalled.body.token_count).toBeGreaterThan(0);
    const served = contexts[0]! + contexts[1]! + recalled.body.token_count;
    const saved = contexts.reduce((sum, tokens) => sum + Math.max(0, stored - tokens), 0);
    expect(saved).toBeGreaterThan(0);
    const figures = { requests: 16, tokens_stored: stored, tokens_served: served, tokens_saved: saved };
    const answer = await usageOf(world, key);
    expect(answer).toEqual({
      from: '2026-11-01',
      to: '2026-11-23',
      data: [{ day: '2026-11-23', ...figures }],
      totals: figures,
    });
    // Asking was a request too.
    expect((await usageOf(world, key, '?group_by=key')).data).toEqual([
      { key_id: keyId, ...figures, requests: 17 },
    ]);
  });

  test('the wire carries no field that only the count needs', async () => {
    const { secret: key } = await world.key('wks_wire');
    const sessionId = await openSession(world, key);
    await save(world, key, sessionId);
    const { body } = await send(world, 'GET', `/sessions/${sessionId}/context`, { key });
    expect(Object.keys(body)).not.toContain('session_tokens');
    expect(Object.keys(body)).not.toContain('sessionTokens');
  });

  test('counts what was answered, also a missing session, and nothing that was refused at the door', async () => {
    const { secret: key } = await world.key('wks_door', { plan: 'free', rateLimited: true });
    const { secret: reader } = await world.key('wks_door', { plan: 'free', scopes: ['memory:read'] });
    expect((await send(world, 'GET', '/sessions/sess_none', { key })).status).toBe(404);
    expect((await send(world, 'GET', '/sessions?limit=no', { key })).status).toBe(400);
    expect((await send(world, 'POST', '/sessions', { key: reader })).status).toBe(403);
    expect((await send(world, 'GET', '/sessions', { key: `${key}x` })).status).toBe(401);
    for (let sent = 0; sent < 12; sent++) await send(world, 'GET', '/sessions', { key });
    expect((await usageOf(world, reader)).totals.requests).toBe(10);
  });

  test('keeps keys and days apart, counts both ends in, and shows a neighbour nothing of ours', async () => {
    const { secret: first, keyId: firstId } = await world.key('wks_days');
    const { secret: second, keyId: secondId } = await world.key('wks_days');
    const { secret: neighbour } = await world.key('wks_days_neighbour');
    const before = world.clock.now;
    for (const day of ['2026-11-24', '2026-11-25', '2026-11-26']) {
      world.clock.now = new Date(`${day}T23:59:59.999Z`);
      await send(world, 'GET', '/sessions', { key: first });
      await send(world, 'GET', '/sessions', { key: second });
      await send(world, 'GET', '/sessions', { key: second });
    }
    const days = await usageOf(world, first, '?from=2026-11-24&to=2026-11-25');
    expect(days.data.map(({ day, requests }: { day: string; requests: number }) => [day, requests])).toEqual([
      ['2026-11-24', 3],
      ['2026-11-25', 3],
    ]);
    const keys = await usageOf(world, first, '?from=2026-11-24&to=2026-11-25&group_by=key');
    const byKey = keys.data.map(({ key_id, requests }: { key_id: string; requests: number }) => [
      key_id,
      requests,
    ]);
    expect(new Map(byKey)).toEqual(
      new Map([
        [firstId, 2],
        [secondId, 4],
      ]),
    );
    expect(await usageOf(world, neighbour, '?from=2026-11-01&to=2026-11-30')).toMatchObject({
      data: [],
      totals: { requests: 0, tokens_stored: 0, tokens_served: 0, tokens_saved: 0 },
    });
    world.clock.now = before;
  });

  test.each([
    ['from=yesterday', 'from'],
    ['to=2026-02-30', 'to'],
    ['from=2026-11-02&to=2026-11-01', 'to'],
    ['from=2025-01-01&to=2026-11-01', 'to'],
    ['group_by=colour', 'group_by'],
  ])('refuses %s by name', async (query, field) => {
    const { secret: key } = await world.key('wks_bad_range');
    const answer = await send(world, 'GET', `/usage?${query}`, { key });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.field).toBe(field);
  });

  test('says what a model provider read and wrote, where one was asked', async () => {
    const { secret: key, keyId } = await world.key('wks_model');
    const row = { workspaceId: 'wks_model', keyId, day: '2026-11-23', slot: 3 };
    const none = { writes: 0, messagesStored: 0, tokensStored: 0 };
    const model = { modelCalls: 2, modelInputTokens: 300, modelOutputTokens: 40 };
    await world.connection.acrossWorkspaces.insert(usage).values({ ...row, ...none, ...model });
    const { totals } = await usageOf(world, key);
    expect(totals.model).toEqual({ calls: 2, input_tokens: 300, output_tokens: 40 });
  });
});

describe('usage of several tasks', () => {
  test('adds up once each has flushed, and what is left is written at the end', async () => {
    const connection = await testConnection();
    const kept = { ...connection, close: async () => {} };
    const tasks = await Promise.all([apiWorld(kept), apiWorld(kept)]);
    const [first, second] = tasks as [ApiWorld, ApiWorld];
    const { secret: key } = await first.key('wks_tasks');
    const sent = async (task: ApiWorld, times: number) => {
      await Promise.all(Array.from({ length: times }, () => send(task, 'GET', '/sessions', { key })));
    };
    await Promise.all([sent(first, 20), sent(second, 30)]);
    await Promise.all([first.services.meter.flush(), second.services.meter.flush()]);
    expect(await requestsOf(connection, 'wks_tasks')).toBe(50);
    await Promise.all([sent(first, 3), sent(second, 4)]);
    // What ends a process: nobody asked for a flush.
    for (const task of tasks) await task.close();
    expect(await requestsOf(connection, 'wks_tasks')).toBe(57);
    await connection.close();
  });
});

describe('the meter', () => {
  const who = { workspaceId: 'wks_meter', keyId: 'key_meter' };

  test('writes once what several flushes at a time ask for', async () => {
    const { secret, keyId } = await world.key('wks_flushes');
    const meter = createMeter(world.connection.acrossWorkspaces, { now: () => world.clock.now, log: silent });
    for (let at = 0; at < 100; at++) {
      meter.count({ workspaceId: 'wks_flushes', keyId }, { tokensServed: 2, tokensSaved: 1 });
      void meter.flush();
    }
    await meter.flush();
    expect((await usageOf(world, secret)).totals).toMatchObject({
      requests: 100,
      tokens_served: 200,
      tokens_saved: 100,
    });
  });

  test.each([
    ['committed', true],
    ['rolled back', false],
  ])('counts once when the connection broke and the batch was %s', async (word, isCommitted) => {
    const workspaceId = `wks_doubt_${isCommitted}`;
    const { acrossWorkspaces: db } = world.connection;
    const broken = new Error('Connection terminated unexpectedly');
    let isBroken = true;
    // A real transaction, whose end nobody hears of.
    const breaking = Object.create(db) as typeof db;
    breaking.transaction = async (work) => {
      if (!isBroken) return db.transaction(work);
      await db.transaction(async (transaction) => {
        await work(transaction);
        if (!isCommitted) throw broken;
      });
      throw broken;
    };
    const meter = createMeter(breaking, { now: () => world.clock.now, log: silent });
    meter.count({ workspaceId, keyId: word });
    await expect(meter.flush()).rejects.toThrow(broken);
    expect(await requestsOf(world.connection, workspaceId)).toBe(isCommitted ? 1 : 0);
    isBroken = false;
    meter.count({ workspaceId, keyId: word });
    await meter.flush();
    expect(await requestsOf(world.connection, workspaceId)).toBe(2);
  });

  test('notes when a key was last used, to the minute, and never an earlier one', async () => {
    const { secret } = await world.key('wks_last');
    const lastUsed = async () => {
      await world.services.meter.flush();
      const [found] = await listKeys(world.connection.acrossWorkspaces, { workspaceId: 'wks_last' });
      return found!.lastUsedAt?.toISOString();
    };
    expect(await lastUsed()).toBeUndefined();
    const before = world.clock.now;
    world.clock.now = new Date('2026-11-23T10:11:12.345Z');
    await send(world, 'GET', '/sessions', { key: secret });
    expect(await lastUsed()).toBe('2026-11-23T10:11:00.000Z');
    world.clock.now = before;
    await send(world, 'GET', '/sessions', { key: secret });
    expect(await lastUsed()).toBe('2026-11-23T10:11:00.000Z');
  });

  test('holds a bounded number of counts, and says what it could not count', async () => {
    const logged: object[] = [];
    const log = { warn: () => {}, error: (line: object) => void logged.push(line) };
    const meter = createMeter(world.connection.acrossWorkspaces, {
      now: () => world.clock.now,
      log: log as unknown as typeof silent,
      maxCounts: 3,
    });
    for (let at = 0; at < 5; at++) meter.count({ ...who, keyId: `key_${at}` });
    meter.count({ ...who, keyId: 'key_0' });
    await meter.flush();
    expect(logged).toEqual([{ requests: 2 }]);
    expect(await requestsOf(world.connection, who.workspaceId)).toBe(4);
  });
});

describe.skipIf(!onPostgres)('a database that is gone for a moment', () => {
  let line: Line;
  let drop: () => Promise<void>;
  let down: ApiWorld;
  beforeAll(async () => {
    const database = await createDatabase(SERVER_URL!);
    drop = database.drop;
    const url = new URL(database.databaseUrl);
    line = await lineTo(new URL(url));
    url.port = String(line.port);
    down = await apiWorld(await connect({ databaseUrl: url.href, dataDir: '' }));
  });
  afterAll(async () => {
    await down.close();
    await line.cut();
    await drop();
  });

  test('loses no count and doubles none', async () => {
    const { secret: key, keyId } = await down.key('wks_gone');
    const { meter } = down.services;
    const count = (times: number) => {
      for (let at = 0; at < times; at++) meter.count({ workspaceId: 'wks_gone', keyId });
    };
    count(7);
    await line.cut();
    await expect(meter.flush()).rejects.toThrow();
    count(5);
    await expect(meter.flush()).rejects.toThrow();
    await line.mend();
    // Cut in the middle of flushes, again and again: some were committed though nobody heard of it.
    for (let round = 0; round < 25; round++) {
      count(3);
      const flushed = meter.flush().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, round % 8));
      await line.cut();
      await flushed;
      await line.mend();
    }
    await meter.flush();
    expect((await usageOf(down, key)).totals.requests).toBe(12 + 75);
  });
});
