import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProcessStore } from '../src/cache/in-process.ts';
import { createSessionCache, type SessionCache } from '../src/cache/index.ts';
import { createRedisLink, type RedisLink } from '../src/cache/link.ts';
import { createRedisStore } from '../src/cache/redis-store.ts';
import type { AnswerStore, Kept } from '../src/cache/store.ts';
import { connectRedis } from '../src/redis.ts';
import { sleep, until } from './redis-server.ts';

const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];
const log = pino({ level: 'silent' });

/** A database of one value, whose readers can be held between reading and answering. */
function database() {
  const state = { value: 'old', reads: 0, gate: Promise.resolve() };
  const read = async (): Promise<Kept> => {
    state.reads += 1;
    const body = Buffer.from(state.value);
    await state.gate;
    return { body, tokensServed: 3, tokensSaved: 4 };
  };
  /** Readers that come from now on answer when told to. */
  const hold = () => {
    let release = () => {};
    state.gate = new Promise<void>((resolve) => {
      release = () => {
        state.gate = Promise.resolve();
        resolve();
      };
    });
    return release;
  };
  return { state, read, hold };
}

type World = { stores: AnswerStore[]; close(): Promise<void> };

const worlds: [string, boolean, () => Promise<World>][] = [
  [
    'in process',
    true,
    async () => {
      const store = createProcessStore();
      return { stores: [store, store], close: async () => {} };
    },
  ],
  [
    'two tasks on Redis',
    Boolean(REDIS_URL),
    async () => {
      const shared = [await connectRedis(REDIS_URL!, log), await connectRedis(REDIS_URL!, log)];
      const links = shared.map((redis) => createRedisLink(redis, log, 5_000));
      await until(() => links.every((link) => link.isTrusted()));
      return { stores: links.map(createRedisStore), close: async () => closeAll(links, shared) };
    },
  ],
];

function closeAll(links: RedisLink[], shared: Redis[]): void {
  for (const link of links) link.close();
  for (const redis of shared) redis.disconnect();
}

let sessions = 0;
const newSession = () => ({
  workspaceId: 'wks_races',
  sessionId: `sess_${process.pid}_${Date.now()}_${++sessions}`,
});

for (const [name, isThere, make] of worlds) {
  describe.skipIf(!isThere)(`races, ${name}`, () => {
    let world: World;
    let near: SessionCache;
    let far: SessionCache;
    let data: ReturnType<typeof database>;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(() => world.close());
    const begin = () => {
      data = database();
      [near, far] = world.stores.map((store) => createSessionCache(store)) as [SessionCache, SessionCache];
      near.makeWith(data.read);
      far.makeWith(data.read);
      return { ...newSession(), answer: 'getContext {}' };
    };
    const shown = async (cache: SessionCache, place: ReturnType<typeof begin>) => {
      const { kept, isHit } = await cache.read(place);
      return [String(kept.body), isHit ? 'hit' : 'miss'];
    };
    const write = (
      cache: SessionCache,
      { workspaceId, sessionId }: ReturnType<typeof begin>,
      value: string,
    ) =>
      cache.around({ workspaceId, sessionIds: [sessionId] }, async () => {
        data.state.value = value;
      });

    test('a slow reader that began before a change does not put back what the change replaced', async () => {
      const place = begin();
      const release = data.hold();
      const slow = shown(near, place);
      await until(() => data.state.reads === 1);
      await write(far, place, 'new');
      data.state.gate = Promise.resolve();
      expect(await shown(far, place)).toEqual(['new', 'miss']);
      release();
      expect(await slow).toEqual(['old', 'miss']);
      for (const cache of [near, far]) expect(await shown(cache, place)).toEqual(['new', 'hit']);
    });

    test('a read after an answered change shows it, however short the change was', async () => {
      for (let at = 0; at < 20; at++) {
        const place = begin();
        // Kept, copied, and the copy just confirmed.
        for (let read = 0; read < 3; read++) await shown(far, place);
        await write(near, place, `new ${at}`);
        expect((await shown(far, place))[0]).toBe(`new ${at}`);
      }
    });

    test('a reader that came while a change was under way keeps nothing', async () => {
      const place = begin();
      let commit = () => {};
      const committed = new Promise<void>((resolve) => {
        commit = resolve;
      });
      const { workspaceId, sessionId } = place;
      let isBegun = false;
      const change = far.around({ workspaceId, sessionIds: [sessionId] }, async () => {
        isBegun = true;
        await committed;
        data.state.value = 'new';
      });
      await until(() => isBegun);
      expect(await shown(near, place)).toEqual(['old', 'miss']);
      expect(await shown(near, place)).toEqual(['old', 'miss']);
      const release = data.hold();
      const slow = shown(near, place);
      await until(() => data.state.reads === 3);
      commit();
      await change;
      release();
      expect(await slow).toEqual(['old', 'miss']);
      expect(await shown(near, place)).toEqual(['new', 'miss']);
    });

    test('who comes after a change does not share the query of who came before it', async () => {
      const place = begin();
      const release = data.hold();
      const before = shown(near, place);
      await until(() => data.state.reads === 1);
      await write(near, place, 'new');
      const after = shown(near, place);
      await until(() => data.state.reads === 2);
      release();
      expect(await before).toEqual(['old', 'miss']);
      expect(await after).toEqual(['new', 'miss']);
    });

    test('fifty misses at once are one query', async () => {
      const place = begin();
      const release = data.hold();
      const all = Array.from({ length: 50 }, () => shown(near, place));
      await until(() => data.state.reads === 1);
      await sleep(50);
      release();
      for (const answer of await Promise.all(all)) expect(answer).toEqual(['old', 'miss']);
      expect(data.state.reads).toBe(1);
      expect(await shown(far, place)).toEqual(['old', 'hit']);
    });

    test('a writer that dies between its commit and the end leaves nothing old', async () => {
      const place = begin();
      await shown(near, place);
      await shown(far, place);
      await world.stores[0]!.begin(place);
      // Its answer would have waited so long.
      await sleep(10);
      data.state.value = 'new';
      for (const cache of [near, far, near]) expect(await shown(cache, place)).toEqual(['new', 'miss']);
    });

    test('a change that failed drops what was kept, and the next read keeps again', async () => {
      const place = begin();
      await shown(near, place);
      const { workspaceId, sessionId } = place;
      const failing = near.around({ workspaceId, sessionIds: [sessionId] }, async () => {
        throw new RangeError('refused');
      });
      await expect(failing).rejects.toThrow('refused');
      expect(await shown(far, place)).toEqual(['old', 'miss']);
      expect(await shown(near, place)).toEqual(['old', 'hit']);
    });

    test('what was read is made ready again, two answers at most, and an error in that is nobody’s', async () => {
      const place = begin();
      const places = ['a', 'b', 'c'].map((answer) => ({ ...place, answer }));
      for (const one of places) await shown(near, one);
      data.state.reads = 0;
      await write(near, place, 'new');
      expect(data.state.reads).toBe(2);
      expect(await shown(far, places[1]!)).toEqual(['new', 'hit']);
      far.makeWith(async () => {
        throw new Error('no');
      });
      await write(far, place, 'newer');
      expect(await shown(near, places[1]!)).toEqual(['newer', 'miss']);
    });

    test('an answer above a megabyte is served and not kept, and a session keeps eight', async () => {
      const place = begin();
      data.state.value = 'x'.repeat(1024 * 1024 + 1);
      for (let at = 0; at < 2; at++) expect((await near.read(place)).isHit).toBe(false);
      const other = begin();
      for (let at = 0; at < 10; at++) await shown(near, { ...other, answer: `answer ${at}` });
      expect(await shown(far, { ...other, answer: 'answer 7' })).toEqual(['old', 'hit']);
      expect(await shown(far, { ...other, answer: 'answer 9' })).toEqual(['old', 'miss']);
    });

    test('an id that could be read as another session’s is served and not kept', async () => {
      const place = { ...begin(), workspaceId: 'wks', sessionId: 'a/b' };
      for (let at = 0; at < 2; at++) expect((await near.read(place)).isHit).toBe(false);
    });
  });
}

describe('what a process holds', () => {
  test('stays within its bytes: the sessions used longest ago go', async () => {
    const store = createProcessStore(300_000);
    const cache = createSessionCache(store);
    cache.makeWith(async () => ({ body: Buffer.alloc(50_000), tokensServed: 0, tokensSaved: 0 }));
    const places = Array.from({ length: 20 }, (_, at) => ({
      workspaceId: 'w',
      sessionId: `s${at}`,
      answer: 'a',
    }));
    for (const place of places) {
      await cache.read(place);
      expect((await cache.read(places[0]!)).isHit).toBe(true);
    }
    const hits = [];
    for (const place of places) if ((await store.look(place, 'a'))?.kept) hits.push(place.sessionId);
    expect(hits).toEqual(['s0', 's16', 's17', 's18', 's19']);
  });
});

describe.skipIf(!REDIS_URL)('in Redis', () => {
  let redis: Redis;
  let link: RedisLink;
  let shared: Redis;
  beforeAll(async () => {
    redis = new Redis(REDIS_URL!);
    shared = await connectRedis(REDIS_URL!, log);
    link = createRedisLink(shared, log, 5_000);
    await until(() => link.isTrusted());
  });
  afterAll(() => {
    redis.disconnect();
    closeAll([link], [shared]);
  });
  const cacheWith = (read: () => Promise<Kept>) => {
    const cache = createSessionCache(createRedisStore(link));
    cache.makeWith(read);
    return cache;
  };

  test('everything that is kept of a session expires within a minute, and so does what a dead writer left', async () => {
    const { read } = database();
    const place = { ...newSession(), answer: 'a' };
    const cache = cacheWith(read);
    await cache.read(place);
    expect((await cache.read(place)).isHit).toBe(true);
    const store = createRedisStore(link);
    const keys = `pact:{${place.workspaceId}/${place.sessionId}}`;
    expect(await redis.pttl(`${keys}:answers`)).toBeGreaterThan(0);
    expect(await redis.pttl(`${keys}:answers`)).toBeLessThanOrEqual(60_000);
    await store.begin(place);
    expect(await redis.pttl(`${keys}:changes`)).toBeLessThanOrEqual(60_000);
    // Its answer would have waited so long.
    await sleep(10);
    expect((await cache.read(place)).isHit).toBe(false);
    expect((await cache.read(place)).isHit).toBe(false);
    // As after a minute.
    for (const token of await redis.zrange(`${keys}:changes`, '0', '-1'))
      await redis.zadd(`${keys}:changes`, 1, token);
    await cache.read(place);
    expect((await cache.read(place)).isHit).toBe(true);
  });

  test('what an eviction takes, in part or whole, makes a miss and nothing worse', async () => {
    const data = database();
    const place = { ...newSession(), answer: 'a' };
    const cache = cacheWith(data.read);
    await cache.read(place);
    data.state.value = 'new';
    await redis.del(`pact:{${place.workspaceId}/${place.sessionId}}:version`);
    expect(String((await cache.read(place)).kept.body)).toBe('new');
    const release = data.hold();
    const slow = cacheWith(data.read).read({ ...place, answer: 'b' });
    await until(() => data.state.reads === 3);
    await redis.del(`pact:{${place.workspaceId}/${place.sessionId}}:version`);
    release();
    await slow;
    expect((await cache.read({ ...place, answer: 'b' })).isHit).toBe(false);
  });

  test('a transaction whose end the database did not tell keeps others from keeping for a while', async () => {
    const { read } = database();
    const cache = cacheWith(read);
    const after = async (error: Error) => {
      const place = { ...newSession(), answer: 'a' };
      const { workspaceId, sessionId } = place;
      const work = async () => Promise.reject(error);
      await expect(cache.around({ workspaceId, sessionIds: [sessionId] }, work)).rejects.toBe(error);
      await cache.read(place);
      return (await cache.read(place)).isHit;
    };
    expect(await after(new Error('Connection terminated unexpectedly'))).toBe(false);
    expect(await after(Object.assign(new Error('write'), { code: 'EPIPE' }))).toBe(false);
    expect(await after(Object.assign(new Error('shutting down'), { code: '57P01' }))).toBe(false);
    expect(await after(Object.assign(new Error('deadlock'), { code: '40P01' }))).toBe(true);
    expect(await after(new RangeError('refused'))).toBe(true);
  });

  test('a value that none of us wrote is a miss', async () => {
    const { read } = database();
    const place = { ...newSession(), answer: 'a' };
    await cacheWith(read).read(place);
    await redis.hset(`pact:{${place.workspaceId}/${place.sessionId}}:answers`, '=a', 'nonsense');
    expect(String((await cacheWith(read).read(place)).kept.body)).toBe('old');
  });
});
