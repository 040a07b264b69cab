import { setTimeout as sleep } from 'node:timers/promises';
import { testConnection } from '@pact/db/testing';
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRateLimiter } from '../src/limits.ts';
import { upstashOver } from '../src/limits-redis.ts';
import { PLAN_WINDOWS } from '../src/limits-windows.ts';
import { connectRedis } from '../src/redis.ts';
import { REDIS_URL, type RedisServer, startRedisServer } from './redis-server.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-23T09:00:00.000Z');
const silent = pino({ level: 'silent' });
const unique = () => `key_${Math.random().toString(36).slice(2)}`;
const free = (keyId: string) => ({ keyId, plan: 'free' as const, rateLimited: true });
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

/** Requests of one test must fall into one minute of the server's clock, which no test can set. */
async function awayFromTheMinutesEnd(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 15_000) await sleep(left + 50);
}

describe('limits kept by this process', () => {
  /** Requests spread so that only the window in question refuses: ten a minute, a hundred an hour. */
  const spread = (at: number) => Math.floor(at / 100) * 3_600 + Math.floor((at % 100) / 10) * 60;

  test.each([
    ['minute', 10, 60],
    ['hour', 100, 3_600],
    ['day', 1_000, 86_400],
  ])('the %s refuses what is above it, and begins anew when it is over', async (_, requests, seconds) => {
    const limiter = createRateLimiter();
    const key = free(unique());
    for (let sent = 0; sent < requests; sent++) {
      expect((await limiter.decide(key, later(spread(sent)))).allowed).toBe(true);
    }
    const now = later(spread(requests - 1));
    const refused = await limiter.decide(key, now);
    expect(refused).toMatchObject({ allowed: false, limit: requests, remaining: 0 });
    expect(refused.reset % seconds).toBe(0);
    expect(refused.retryAfter).toBe(refused.reset - now.getTime() / 1_000);
    expect(await limiter.decide(key, new Date(refused.reset * 1_000))).toMatchObject({ allowed: true });
  });

  test('what one window refuses uses up none of the others', async () => {
    const limiter = createRateLimiter();
    const key = free(unique());
    for (let sent = 0; sent < 500; sent++) await limiter.decide(key, NOW);
    for (let minute = 1; minute < 10; minute++) {
      for (let sent = 0; sent < 10; sent++) {
        expect((await limiter.decide(key, later(minute * 60))).allowed).toBe(true);
      }
    }
    expect(await limiter.decide(key, later(601))).toMatchObject({ allowed: false, limit: 100 });
  });

  test('a clock that jumps back by a day gives one window more, and shuts nobody out', async () => {
    const limiter = createRateLimiter();
    const key = free(unique());
    for (let sent = 0; sent < 10; sent++) await limiter.decide(key, NOW);
    const back = new Date(NOW.getTime() - DAY_MS);
    const answers = await Promise.all(Array.from({ length: 30 }, () => limiter.decide(key, back)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(answers.at(-1)!.retryAfter).toBeLessThanOrEqual(60);
    expect(await limiter.decide(key, new Date(back.getTime() + 60_000))).toMatchObject({ allowed: true });
  });

  test('a key without a limit is never refused', async () => {
    const limiter = createRateLimiter();
    for (let sent = 0; sent < 2_000; sent++) {
      const key = { keyId: 'key_local', plan: 'free' as const, rateLimited: false };
      expect(await limiter.decide(key, NOW)).toMatchObject({ allowed: true, remaining: 10 });
    }
  });
});

describe.skipIf(!REDIS_URL)('limits kept in Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await connectRedis(REDIS_URL!, silent);
  });
  afterAll(() => redis.disconnect());

  /** Windows short enough for a test to see them end. */
  const plans = {
    ...PLAN_WINDOWS,
    free: [
      { seconds: 2, requests: 3 },
      { seconds: 600, requests: 5 },
    ],
  };

  test('runs the library’s own algorithms on a plain Redis', async () => {
    const adapter = upstashOver(redis);
    for (const limiter of [
      Ratelimit.fixedWindow(3, '60 s'),
      Ratelimit.slidingWindow(3, '60 s'),
      Ratelimit.tokenBucket(3, '60 s', 3),
    ]) {
      await awayFromTheMinutesEnd();
      const ratelimit = new Ratelimit({ redis: adapter, limiter, prefix: unique(), ephemeralCache: false });
      const answers = [];
      for (let sent = 0; sent < 5; sent++) answers.push((await ratelimit.limit('{a}')).success);
      expect(answers).toEqual([true, true, true, false, false]);
    }
  });

  test('each window refuses what is above it, and what one refuses uses up none of the others', async () => {
    const limiter = createRateLimiter({ redis, plans });
    const key = free(unique());
    // In the first half of a window, well away from the long one's end.
    const begin = async () => sleep(2_000 - (Date.now() % 2_000) + 100);
    await begin();
    if (600_000 - (Date.now() % 600_000) < 10_000) await sleep(10_000);
    const send = async () => (await limiter.decide(key, NOW)).allowed;
    expect(await Promise.all(Array.from({ length: 6 }, send))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    await begin();
    expect([await send(), await send(), await send()]).toEqual([true, true, false]);
    const refused = await limiter.decide(key, NOW);
    expect(refused).toMatchObject({ allowed: false, limit: 5, remaining: 0 });
    // By the clock of Redis, and not by the one that the caller believes in.
    expect(Math.abs(refused.reset - refused.retryAfter - Date.now() / 1_000)).toBeLessThan(5);
  });

  test('a process whose clock is a day behind or ahead finds the same counts', async () => {
    await awayFromTheMinutesEnd();
    const key = free(unique());
    const limiter = createRateLimiter({ redis });
    for (let sent = 0; sent < 10; sent++) await limiter.decide(key, NOW);
    for (const offset of [-DAY_MS, DAY_MS]) {
      const answer = await limiter.decide(key, new Date(NOW.getTime() + offset));
      expect(answer).toMatchObject({ allowed: false, remaining: 0 });
      expect(answer.retryAfter).toBeLessThanOrEqual(60);
    }
  });

  test('counts from a time that is yet to come, as after a jump of Redis’s own clock, shut nobody out', async () => {
    await awayFromTheMinutesEnd();
    const keyId = unique();
    const limiter = createRateLimiter({ redis });
    const tomorrow = Math.floor(Date.now() / DAY_MS + 1) * 86_400;
    await redis.set(`pact:limits:{${keyId}}`, `${tomorrow} 10 ${tomorrow} 100 ${tomorrow} 1000`);
    const answers = await Promise.all(Array.from({ length: 30 }, () => limiter.decide(free(keyId), NOW)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
  });

  test('a process that was busy itself does not take its own pause for Redis’s', async () => {
    const limiter = createRateLimiter({ redis });
    const asked = limiter.decide(free(unique()), NOW);
    // On its way, and its answer comes while this process looks elsewhere.
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 400;
    while (performance.now() < until);
    await asked;
    expect(limiter.isShared()).toBe(true);
  });

  test('keeps one key an API key, hash-tagged, for as long as its longest window', async () => {
    const keyId = unique();
    await createRateLimiter({ redis }).decide(free(keyId), NOW);
    const [name, ...others] = await redis.keys(`*${keyId}*`);
    expect(others).toEqual([]);
    expect(name).toContain(`{${keyId}}`);
    expect(await redis.ttl(name!)).toBeGreaterThan(86_000);
  });

  test('three tasks let exactly the plan’s requests through, however many come at once', async () => {
    await awayFromTheMinutesEnd();
    const connection = await testConnection();
    const shared = { ...connection, close: async () => {} };
    const worlds = await Promise.all(
      [1, 2, 3].map(async () => apiWorld(shared, { redis: await connectRedis(REDIS_URL!, silent) })),
    );
    const { secret, keyId } = await worlds[0]!.key(`wks_${unique()}`, { plan: 'free', rateLimited: true });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => send(worlds[at % 3]!, 'GET', '/sessions', { key: secret })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(50);
    for (const { headers, body } of refused) {
      expect(headers.get('x-ratelimit-limit')).toBe('10');
      expect(headers.get('x-ratelimit-remaining')).toBe('0');
      expect(headers.get('retry-after')).toBe(String(body.error.retry_after));
    }
    const remaining = answers
      .filter(({ status }) => status === 200)
      .map(({ headers }) => Number(headers.get('x-ratelimit-remaining')));
    expect(remaining.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await redis.get(`pact:limits:{${keyId}}`))!.split(' ').filter((_, at) => at % 2)).toEqual([
      '10',
      '10',
      '10',
    ]);
    for (const world of worlds) await world.close();
    await connection.close();
  });
});

describe.skipIf(!REDIS_URL)('a Redis that is away or slow', () => {
  let server: RedisServer;
  let world: ApiWorld;
  beforeEach(async () => {
    await awayFromTheMinutesEnd();
    server = await startRedisServer();
    world = await apiWorld(undefined, { redis: await connectRedis(server.url, silent) });
    // The local windows follow this clock, Redis's follow the real one.
    world.clock.now = new Date();
  });
  afterEach(async () => {
    await world.close();
    await server.kill();
  });

  const cacheHealth = async () => (await send(world, 'GET', '/health')).body.services.cache;
  const timed = async (key: string) => {
    const started = performance.now();
    const answer = await send(world, 'GET', '/sessions', { key });
    return { ...answer, ms: performance.now() - started };
  };
  const spoken = (words: string) => world.logged.filter((line) => line.includes(words)).length;

  test.each([
    ['killed', () => server.kill()],
    ['slow', () => server.pause(10_000)],
  ])('%s: no request waits long, limits hold from where they stood, and it is said', async (_, harm) => {
    const { secret } = await world.key('wks_outage', { plan: 'free', rateLimited: true });
    for (let sent = 0; sent < 6; sent++) expect((await timed(secret)).status).toBe(200);
    expect(await cacheHealth()).toBe('healthy');
    await harm();
    const answers = await Promise.all(Array.from({ length: 20 }, () => timed(secret)));
    // Four were left: the door is neither open nor closed.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(16);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(5_000);
    expect(await cacheHealth()).toBe('degraded');
    // While it rests nobody waits for it at all.
    const resting = await timed(secret);
    expect(resting.status).toBe(429);
    expect(resting.ms).toBeLessThan(5_000);
    expect(spoken('this process keeps them by itself')).toBe(1);
  });

  test('is used again when it is back', async () => {
    const { secret } = await world.key('wks_back', { plan: 'team', rateLimited: true });
    await timed(secret);
    await server.kill();
    await timed(secret);
    await server.restart();
    const direct = new Redis(server.url);
    for (let tries = 0; (await direct.keys('pact:limits:*')).length === 0; tries++) {
      if (tries > 100) throw new Error('Redis was not asked again.');
      await sleep(100);
      await timed(secret);
    }
    direct.disconnect();
    expect(await cacheHealth()).toBe('healthy');
    expect(spoken('Redis decides rate limits again')).toBe(1);
  });

  test('is no refusal to start, and no open door, when it was never there', async () => {
    await server.kill();
    const redis = await connectRedis(server.url, silent);
    const limiter = createRateLimiter({ redis });
    const key = free(unique());
    const answers = await Promise.all(Array.from({ length: 30 }, () => limiter.decide(key, NOW)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
    redis.disconnect();
  });
});
