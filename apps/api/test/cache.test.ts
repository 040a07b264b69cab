import { runJob } from '@pact/core';
import { freshPglite } from '@pact/db/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTasks, type Tasks } from './tasks.ts';
import { type Answer, type ApiWorld, apiWorld, send } from './world.ts';

const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];

const texts = (answer: Answer) => answer.body.messages.map(({ content }: { content: string }) => content);
const cacheOf = (answer: Answer) => answer.headers.get('x-cache');

function clientOf(world: ApiWorld, key: string) {
  return {
    context: (id: string, query = '') => send(world, 'GET', `/sessions/${id}/context${query}`, { key }),
    state: (id: string) => send(world, 'GET', `/sessions/${id}/emotional_state`, { key }),
    save: (id: string, text: string, body: object = {}) =>
      send(world, 'POST', `/sessions/${id}/interactions`, {
        key,
        body: { user_message: text, ai_message: 'Noted.', ...body },
      }),
    post: (id: string, what: string, body: object) =>
      send(world, 'POST', `/sessions/${id}/${what}`, { key, body }),
  };
}

describe('one process with the embedded database', () => {
  let world: ApiWorld;
  let key: string;
  beforeAll(async () => {
    world = await apiWorld(await freshPglite());
    ({ secret: key } = await world.key('wks_alone'));
  });
  afterAll(() => world.close());
  const open = async () => (await send(world, 'POST', '/sessions', { key })).body.session_id as string;

  test('keeps a context until the session changes, and makes it ready again', async () => {
    const { context, save } = clientOf(world, key);
    const id = await open();
    await save(id, 'I am so happy about Lisbon!');
    const first = await context(id);
    const second = await context(id);
    expect([cacheOf(first), cacheOf(second)]).toEqual(['miss', 'hit']);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    await save(id, 'And then to Porto.');
    const third = await context(id);
    expect(texts(third)).toContain('And then to Porto.');
    expect(cacheOf(third)).toBe('hit');
    await save(id, 'Nobody asked in between.');
    await save(id, 'So nothing was ready.');
    expect(texts(await context(id))).toContain('So nothing was ready.');
  });

  test('keeps answers apart by what was asked, and by nothing else', async () => {
    const { context, state, save } = clientOf(world, key);
    const id = await open();
    await save(id, 'I am so happy about Lisbon!');
    expect(cacheOf(await context(id))).toBe('miss');
    expect(cacheOf(await context(id, '?max_tokens=2000&include_emotional=True'))).toBe('hit');
    expect(cacheOf(await context(id, '?include_emotional=false'))).toBe('miss');
    expect((await context(id, '?include_emotional=0')).body.emotional_state).toBeNull();
    expect(cacheOf(await context(id, '?format=text'))).toBe('miss');
    expect(cacheOf(await state(id))).toBe('miss');
    expect(cacheOf(await state(id))).toBe('hit');
    for (let at = 0; at < 2; at++) expect(cacheOf(await context(id, '?query=Lisbon'))).toBe('miss');
    expect((await send(world, 'GET', '/sessions', { key })).headers.has('x-cache')).toBe(false);
  });

  test('refuses bad input, a missing scope and a spent rate limit before it looks', async () => {
    const id = await open();
    const { context } = clientOf(world, key);
    await context(id);
    const refused = await context(id, '?max_tokens=none');
    expect(refused.status).toBe(400);
    expect(refused.body.error.details).toEqual({ field: 'max_tokens', received: '"none"' });
    const writer = await world.key('wks_alone', { scopes: ['memory:write'] });
    expect((await clientOf(world, writer.secret).context(id)).status).toBe(403);
  });

  test('counts a hit once, like any request', async () => {
    const { secret } = await world.key('wks_counted', { plan: 'free', rateLimited: true });
    const { body } = await send(world, 'POST', '/sessions', { key: secret });
    const { context } = clientOf(world, secret);
    const remaining = [];
    for (let at = 0; at < 3; at++) {
      remaining.push((await context(body.session_id)).headers.get('x-ratelimit-remaining'));
    }
    expect(remaining).toEqual(['8', '7', '6']);
    for (let at = 0; at < 6; at++) await context(body.session_id);
    expect((await context(body.session_id)).status).toBe(429);
  });

  test('lets a browser read the header', async () => {
    const { headers } = await send(world, 'GET', '/health', { headers: { origin: 'http://localhost:3000' } });
    expect(headers.get('access-control-expose-headers')).toContain('X-Cache');
  });
});

describe.skipIf(!REDIS_URL)('two tasks on one Redis', () => {
  let world: Tasks;
  let near: ReturnType<typeof clientOf>;
  let far: ReturnType<typeof clientOf>;
  let redis: Redis;
  beforeAll(async () => {
    world = await startTasks([REDIS_URL!, REDIS_URL!], 5_000);
    near = clientOf(world.tasks[0]!, world.key);
    far = clientOf(world.tasks[1]!, world.key);
    redis = new Redis(REDIS_URL!);
  });
  afterAll(async () => {
    redis.disconnect();
    await world.close();
  });

  /** A session with a turn, whose context and state both tasks hold. */
  async function kept(body?: object): Promise<string> {
    const id = await world.open(body);
    await near.save(id, 'I am so happy about Lisbon!');
    for (const { context, state } of [near, far]) {
      await context(id);
      await state(id);
    }
    for (const { context, state } of [near, far]) {
      expect([cacheOf(await context(id)), cacheOf(await state(id))]).toEqual(['hit', 'hit']);
    }
    return id;
  }

  test('share what one of them made', async () => {
    const id = await world.open();
    await near.save(id, 'I am so happy about Lisbon!');
    const first = await near.context(id);
    const second = await far.context(id);
    expect([cacheOf(first), cacheOf(second)]).toEqual(['miss', 'hit']);
    expect(second.body).toEqual(first.body);
  });

  test('see a save of the other at once, ready', async () => {
    const id = await kept();
    await near.save(id, 'Now I am furious with the airline!');
    const [context, state] = [await far.context(id), await far.state(id)];
    expect(texts(context)).toContain('Now I am furious with the airline!');
    expect(state.body.emotional_history).toHaveLength(2);
    expect([cacheOf(context), cacheOf(state)]).toEqual(['hit', 'hit']);
    // Ready, but read by the other task alone: it is made ready again, once more and no further.
    await near.save(id, 'Then it was calm.');
    expect(cacheOf(await far.context(id))).toBe('hit');
  });

  test('do not make ready what nobody read', async () => {
    const id = await kept();
    await near.save(id, 'One.');
    await near.save(id, 'Two.');
    expect(await redis.hkeys(`pact:{wks_tasks/${id}}:answers`)).toEqual([]);
    const context = await far.context(id);
    expect(cacheOf(context)).toBe('miss');
    expect(texts(context)).toContain('Two.');
  });

  test('see an import, a consolidation and a priority of the other', async () => {
    const id = await kept();
    await near.post(id, 'messages', { messages: [{ role: 'user', content: 'Imported.' }] });
    expect(texts(await far.context(id))).toContain('Imported.');
    for (let at = 0; at < 4; at++)
      await near.save(id, `Order ${at} to Porto is late.`, { consolidate: false });
    expect((await far.context(id)).body.consolidated_summary).toBe('');
    await near.post(id, 'consolidate', {});
    const folded = await far.context(id);
    expect(folded.body.consolidated_summary).toContain('Porto');
    await near.post(id, 'priority', { topic: 'Lisbon', priority: 'high' });
    expect(texts(await far.context(id))).toContain('I am so happy about Lisbon!');
  });

  test('see what a job folded in the background of the other', async () => {
    const id = await kept({ consolidation_threshold: 4 });
    // As if the process that saved them had died before it ran its job.
    const { services } = world.tasks[0]!;
    const { fold } = services;
    services.fold = async () => {};
    for (let at = 0; at < 4; at++) await near.save(id, `My sister Ana flies to Vienna on day ${at}.`);
    services.fold = fold;
    expect((await far.context(id)).body.consolidated_summary).toBe('');
    await runJob(services.jobCtx, { kind: 'consolidate', workspaceId: 'wks_tasks', sessionId: id });
    expect((await far.context(id)).body.consolidated_summary).toContain('Vienna');
  });

  test('answer 404 for a session that the other erased, and leave nothing of it in Redis', async () => {
    const id = await world.open();
    await near.save(id, 'The planted phrase is tangerine-dream.');
    for (const { context, state } of [near, far]) {
      await context(id);
      await context(id);
      await context(id, '?format=text');
      await state(id);
    }
    expect(await holdsOf(redis, 'tangerine-dream')).not.toEqual([]);
    await send(world.tasks[0]!, 'DELETE', `/sessions/${id}`, { key: world.key });
    expect(await holdsOf(redis, 'tangerine-dream')).toEqual([]);
    for (const { context, state } of [near, far]) {
      expect([(await context(id)).status, (await state(id)).status]).toEqual([404, 404]);
    }
  });

  test('never serve a neighbour what is kept under the same session id', async () => {
    const id = await kept();
    const { secret } = await world.tasks[0]!.key('wks_neighbour');
    for (const task of world.tasks) {
      const { context, state } = clientOf(task, secret);
      expect([(await context(id)).status, (await state(id)).status]).toEqual([404, 404]);
    }
    expect(cacheOf(await near.context(id))).toBe('hit');
  });

  test('make an answer once for fifty who miss it at once', async () => {
    const id = await world.open();
    await near.save(id, 'I am so happy about Lisbon!');
    const { domain } = world.tasks[0]!.services;
    let counted = 0;
    const { countTokens } = domain.models;
    domain.models.countTokens = (text) => {
      counted += 1;
      return countTokens(text);
    };
    await near.context(id);
    const once = counted;
    await near.save(id, 'And about Porto!');
    // What was made ready is dropped, as if it had expired.
    await redis.del(`pact:{wks_tasks/${id}}:version`);
    counted = 0;
    const answers = await Promise.all(Array.from({ length: 50 }, () => near.context(id)));
    domain.models.countTokens = countTokens;
    for (const answer of answers) expect(texts(answer)).toContain('And about Porto!');
    expect(counted).toBe(once);
  });

  test('are one to a client that writes and reads at either, whatever the order', async () => {
    for (const seed of [1, 2, 3]) {
      const random = randomOf(seed);
      const id = await world.open({ consolidation_threshold: 1000, token_threshold: 1_000_000 });
      const answered: string[] = [];
      const lane = async (name: number) => {
        for (let at = 0; at < 25; at++) {
          const client = random() < 0.5 ? near : far;
          if (random() < 0.3) {
            const text = `Lane ${name}, turn ${at}.`;
            expect((await client.save(id, text)).status).toBe(201);
            answered.push(text);
          } else {
            const before = [...answered];
            const shown = new Set(texts(await client.context(id, '?max_tokens=100000')));
            expect(before.filter((text) => !shown.has(text))).toEqual([]);
          }
        }
      };
      await Promise.all([0, 1, 2, 3].map(lane));
    }
  });

  test('say that the cache is healthy', async () => {
    for (const task of world.tasks) {
      expect((await send(task, 'GET', '/health')).body.services.cache).toBe('healthy');
    }
  });
});

/** The keys of Redis whose name or value holds a text. */
async function holdsOf(redis: Redis, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of redis.scanStream()) {
    for (const key of keys as string[]) if ((await contentOf(redis, key)).includes(text)) found.push(key);
  }
  return found;
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  if (type === 'none') return '';
  const read: Record<string, () => Promise<unknown>> = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    zset: () => redis.zrange(key, '0', '-1'),
    set: () => redis.smembers(key),
    list: () => redis.lrange(key, '0', '-1'),
    stream: () => redis.xrange(key, '-', '+'),
  };
  return key + JSON.stringify(await read[type]!());
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
