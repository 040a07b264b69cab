import { revokeKey } from '@pact/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Line, lineTo } from './line.ts';
import { type RedisServer, sleep, startRedisServer, until } from './redis-server.ts';
import { startTasks, type Tasks } from './tasks.ts';
import { type ApiWorld, send } from './world.ts';

const HAS_REDIS = Boolean(process.env['PACT_TEST_REDIS_URL']);

/** Longest that a request may take while Redis is in trouble: far from the 2 s that Redis takes then. */
const BOUND_MS = 1_500;

describe.skipIf(!HAS_REDIS)('a Redis in trouble', () => {
  let server: RedisServer;
  let lines: Line[];
  let world: Tasks;
  let near: ApiWorld;
  let far: ApiWorld;
  beforeAll(async () => {
    server = await startRedisServer();
    lines = [await lineTo(server.url), await lineTo(server.url)];
    world = await startTasks(lines.map(({ url }) => url));
    [near, far] = world.tasks as [ApiWorld, ApiWorld];
  });
  afterAll(async () => {
    await world.close();
    for (const line of lines) await line.cut();
    await server.kill();
  });

  const context = async (task: ApiWorld, id: string) => {
    const since = Date.now();
    const answer = await send(task, 'GET', `/sessions/${id}/context?max_tokens=100000`, { key: world.key });
    expect(answer.status).toBe(200);
    expect(Date.now() - since).toBeLessThan(BOUND_MS);
    const texts = answer.body.messages.map(({ content }: { content: string }) => content) as string[];
    return { texts, cache: answer.headers.get('x-cache') };
  };
  const save = async (task: ApiWorld, id: string, text: string) => {
    const since = Date.now();
    const body = { user_message: text, ai_message: 'Noted.', consolidate: false };
    const answer = await send(task, 'POST', `/sessions/${id}/interactions`, { key: world.key, body });
    expect(answer.status).toBe(201);
    expect(Date.now() - since).toBeLessThan(BOUND_MS);
  };
  /** A busy machine may look like a slow Redis for a moment. */
  const hits = (task: ApiWorld, id: string) => until(async () => (await context(task, id)).cache === 'hit');
  const kept = async () => {
    const id = await world.open();
    await save(near, id, 'First.');
    await context(near, id);
    for (const task of [near, far]) await hits(task, id);
    return id;
  };
  const health = async (task: ApiWorld) => (await send(task, 'GET', '/health')).body;

  test('killed and started again: every read is right, none fails, and hits come back', async () => {
    const id = await kept();
    await server.kill();
    await save(near, id, 'While it was gone.');
    expect(await context(far, id)).toMatchObject({
      texts: expect.arrayContaining(['While it was gone.']),
      cache: 'miss',
    });
    expect(await health(near)).toMatchObject({ status: 'healthy', services: { cache: 'degraded' } });
    await server.restart();
    for (let at = 0; at < 20; at++) {
      const [writer, reader] = at % 2 ? [near, far] : [far, near];
      await save(writer, id, `As it comes back, ${at}.`);
      expect((await context(reader, id)).texts).toContain(`As it comes back, ${at}.`);
      await sleep(100);
    }
    await world.settled();
    await context(near, id);
    await hits(far, id);
    expect(await health(near)).toMatchObject({ status: 'healthy', services: { cache: 'healthy' } });
  });

  test('taking two seconds an answer: requests do not wait for it, and hits come back', async () => {
    const id = await kept();
    for (const line of lines) line.delayMs = 2_000;
    for (let at = 0; at < 10; at++) {
      const [writer, reader] = at % 2 ? [near, far] : [far, near];
      await save(writer, id, `Slowly, ${at}.`);
      expect((await context(reader, id)).texts).toContain(`Slowly, ${at}.`);
    }
    expect(await health(far)).toMatchObject({ status: 'healthy', services: { cache: 'degraded' } });
    for (const line of lines) line.delayMs = 0;
    await world.settled();
    await context(near, id);
    expect((await context(far, id)).texts).toContain('Slowly, 9.');
    await hits(far, id);
  });

  test('paused: requests do not wait for it, and hits come back', async () => {
    const id = await kept();
    const redis = new Redis(server.url);
    await redis.client('PAUSE', 2_000);
    redis.disconnect();
    await save(near, id, 'In the pause.');
    expect((await context(far, id)).texts).toContain('In the pause.');
    await sleep(2_000);
    await world.settled();
    await context(near, id);
    await hits(far, id);
  });

  test('cut off for one task alone: what it changed is declared old when it is back', async () => {
    const id = await kept();
    await lines[0]!.cut();
    await save(near, id, 'Cut off.');
    expect((await context(near, id)).texts).toContain('Cut off.');
    await lines[0]!.mend();
    await until(() => near.services.link!.isTrusted());
    for (const task of [near, far]) expect((await context(task, id)).texts).toContain('Cut off.');
    await context(near, id);
    await hits(far, id);
  });

  test('that lost its epoch, or forgot its scripts: nothing old, and hits come back', async () => {
    const id = await kept();
    const redis = new Redis(server.url);
    await redis.script('FLUSH');
    await save(near, id, 'Without scripts.');
    expect((await context(far, id)).texts).toContain('Without scripts.');
    await redis.del('pact:epoch');
    expect((await context(far, id)).texts).toContain('Without scripts.');
    await redis.flushall();
    await save(far, id, 'Without anything.');
    expect((await context(near, id)).texts).toContain('Without anything.');
    await hits(near, id);
    redis.disconnect();
  });

  test('full, so that it takes nothing more: requests are answered', async () => {
    const id = await kept();
    const redis = new Redis(server.url);
    await redis.config('SET', 'maxmemory', '1');
    await save(near, id, 'Into a full one.');
    expect((await context(far, id)).texts).toContain('Into a full one.');
    await redis.config('SET', 'maxmemory', '0');
    redis.disconnect();
    await world.settled();
    await context(near, id);
    await hits(far, id);
  });
});

describe.skipIf(!HAS_REDIS)('keys of two tasks', () => {
  let server: RedisServer;
  let world: Tasks;
  beforeAll(async () => {
    server = await startRedisServer();
    world = await startTasks([server.url, server.url]);
  });
  afterAll(async () => {
    await world.close();
    await server.kill();
  });
  const status = async (task: ApiWorld, key: string) =>
    (await send(task, 'GET', '/sessions', { key })).status;
  const pass = (ms: number) => {
    for (const { clock } of world.tasks) clock.now = new Date(clock.now.getTime() + ms);
    return sleep(ms);
  };

  test('are looked up once, and never kept as they are', async () => {
    const [near, far] = world.tasks as [ApiWorld, ApiWorld];
    const { secret } = await near.key('wks_keys');
    expect(await status(near, secret)).toBe(200);
    const redis = new Redis(server.url);
    const names = await redis.keys('pact:key:*');
    const values = await Promise.all(names.map((name) => redis.get(name)));
    expect(names.length).toBeGreaterThan(0);
    expect(JSON.stringify([names, values])).not.toContain(secret.slice(8));
    for (const name of names) expect(await redis.pttl(name)).toBeLessThanOrEqual(400);
    redis.disconnect();
    expect(await status(far, secret)).toBe(200);
  });

  test('open nothing a second after they were revoked, however often they were used until then', async () => {
    const { secret, keyId } = await world.tasks[0]!.key('wks_keys');
    for (const task of world.tasks) expect(await status(task, secret)).toBe(200);
    const { connection, clock } = world.tasks[0]!;
    await revokeKey(connection.acrossWorkspaces, { workspaceId: 'wks_keys', keyId, now: clock.now });
    for (let at = 0; at < 10; at++) {
      for (const task of world.tasks) await status(task, secret);
      await pass(100);
    }
    for (const task of world.tasks) expect(await status(task, secret)).toBe(401);
  });

  test('work from the moment they are made, at every task', async () => {
    const secret = 'sk_test_made_a_little_later';
    for (const task of world.tasks) expect(await status(task, secret)).toBe(401);
    const { secret: made } = await world.tasks[0]!.key('wks_keys');
    for (const task of world.tasks) expect(await status(task, made)).toBe(200);
  });

  test('of many requests at once are looked up together', async () => {
    const [near] = world.tasks as [ApiWorld];
    const { secret } = await near.key('wks_keys');
    const authorization = `Bearer ${secret}`;
    const found = await Promise.all(
      Array.from({ length: 50 }, () => near.services.authenticate(authorization)),
    );
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toMatchObject({ workspaceId: 'wks_keys' });
  });
});
