import { revokeKey, type Scope } from '@pact/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, operations } from '../src/operations.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

/** What makes a request of each procedure good: a body, and what its path names. A new procedure needs its line here. */
const FIXTURES: Record<Operation['name'], { body?: object; invalid?: object }> = {
  createSession: { body: {}, invalid: { consolidation_threshold: 'ten' } },
  listSessions: {},
  getSession: {},
  deleteSession: {},
  saveInteraction: { body: { user_message: 'Hello', ai_message: 'Hi' }, invalid: { user_message: 'Hello' } },
  saveMessages: { body: { messages: [{ role: 'user', content: 'Hello' }] }, invalid: { messages: [] } },
  listMessages: {},
  getContext: {},
  getEmotionalState: {},
  getMemoryGraph: {},
  consolidate: { body: {} },
  expand: { body: { source_ids: ['msg_none'] }, invalid: { source_ids: [] } },
  setPriority: {
    body: { topic: 'kettle', priority: 'high' },
    invalid: { topic: 'kettle', priority: 'urgent' },
  },
  recall: { body: { query: 'kettle' }, invalid: { query: 7 } },
  getErasure: {},
  exportUser: {},
  eraseUser: {},
  usage: {},
  stream: {},
  health: {},
};

let world: ApiWorld;
let key: string;
let ids: Record<string, string>;
let neighbourIds: Record<string, string>;

beforeAll(async () => {
  world = await apiWorld();
  ({ secret: key } = await world.key('wks_ours'));
  const { secret: neighbour } = await world.key('wks_neighbour');
  ids = await makeIds(key);
  neighbourIds = await makeIds(neighbour);
});
afterAll(() => world.close());

/** A session, and the receipt of another one's erasure. */
async function makeIds(secret: string): Promise<Record<string, string>> {
  const create = async () =>
    (await send(world, 'POST', '/sessions', { key: secret })).body.session_id as string;
  const gone = await send(world, 'DELETE', `/sessions/${await create()}`, { key: secret });
  const userId = `user-of-${secret.slice(-8)}`;
  await send(world, 'POST', '/sessions', { key: secret, body: { metadata: { user_id: userId } } });
  const erasureId = gone.headers.get('x-pact-erasure')!;
  return { session_id: await create(), erasure_id: erasureId, user_id: userId };
}

const keyed = operations().filter(({ meta }) => meta.scope);
/** The erasure of a user answers with a receipt, whether anything was held or not. */
const withIds = keyed.filter(({ name, pathParameters }) => pathParameters.length > 0 && name !== 'eraseUser');
const withBody = keyed.filter(({ hasBody }) => hasBody);

function call(operation: Operation, options: Parameters<typeof send>[3] = {}, given = ids) {
  const path = operation.meta.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(given[name]!),
  );
  const { body } = FIXTURES[operation.name];
  return send(world, operation.meta.method, path, { ...(body ? { body } : {}), ...options });
}

function expectRefusal(answer: Awaited<ReturnType<typeof send>>, status: number, code: string) {
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatchObject({ code, message: expect.any(String) });
  expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'));
}

test('every procedure has its fixture here', () => {
  expect(Object.keys(FIXTURES).sort()).toEqual(
    operations()
      .map(({ name }) => name)
      .sort(),
  );
});

describe.each(keyed)('$name', (operation) => {
  test('refuses a request without a key', async () => {
    expectRefusal(await call(operation), 401, 'unauthorized');
  });

  test.each([
    'Bearer',
    'Bearer nonsense',
    'Basic dTpw',
    'Bearer sk_test_unknownunknownunknown',
    'Bearer sk_test_\u00e9',
  ])('refuses the header %j', async (authorization) => {
    expectRefusal(await call(operation, { headers: { authorization } }), 401, 'unauthorized');
  });

  test('refuses an expired key', async () => {
    const { secret } = await world.key('wks_ours', { expiresAt: world.clock.now });
    expectRefusal(await call(operation, { key: secret }), 401, 'unauthorized');
  });

  test('refuses a revoked key, a second after it was last used at the latest', async () => {
    const { secret, keyId } = await world.key('wks_ours');
    await send(world, 'GET', '/sessions', { key: secret });
    await revokeKey(world.connection.acrossWorkspaces, {
      workspaceId: 'wks_ours',
      keyId,
      now: world.clock.now,
    });
    world.clock.now = new Date(world.clock.now.getTime() + 1_001);
    expectRefusal(await call(operation, { key: secret }), 401, 'unauthorized');
  });

  test('refuses a key without its scope', async () => {
    const scopes = (['memory:read', 'memory:write', 'memory:erase'] as Scope[]).filter(
      (scope) => scope !== operation.meta.scope,
    );
    const { secret } = await world.key('wks_ours', { scopes });
    expectRefusal(await call(operation, { key: secret }), 403, 'forbidden');
  });

  test('refuses when the rate limit is used up, and says when to come back', async () => {
    const { secret } = await world.key(`wks_free_${operation.name}`, { plan: 'free', rateLimited: true });
    for (let at = 0; at < 10; at++) await send(world, 'GET', '/sessions', { key: secret });
    const answer = await call(operation, { key: secret });
    expectRefusal(answer, 429, 'rate_limit_exceeded');
    expect(Number(answer.headers.get('retry-after'))).toBe(answer.body.error.retry_after);
    expect(answer.headers.get('x-ratelimit-limit')).toBe('10');
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(answer.headers.get('x-ratelimit-reset'))).toBeGreaterThan(
      world.clock.now.getTime() / 1_000,
    );
  });
});

describe.each(withIds)('$name', (operation) => {
  test('answers the same 404 for a missing id, a neighbour’s and one that cannot exist', async () => {
    const missing = { session_id: 'sess_missing', erasure_id: 'era_missing', user_id: 'user_missing' };
    const impossible = { session_id: '\0', erasure_id: 'x'.repeat(300), user_id: '\0' };
    const answers = await Promise.all(
      [missing, neighbourIds, impossible].map((given) => call(operation, { key }, given)),
    );
    for (const answer of answers) expectRefusal(answer, 404, 'not_found');
    expect(new Set(answers.map(({ body }) => body.error.message)).size).toBe(1);
  });
});

describe('eraseUser', () => {
  const eraseUser = keyed.find(({ name }) => name === 'eraseUser')!;

  test('answers a receipt of nothing for a missing user and for a neighbour’s, which stays', async () => {
    for (const given of [{ ...ids, user_id: 'user_missing' }, neighbourIds]) {
      const { status, body, headers } = await call(eraseUser, { key }, given);
      expect(status).toBe(200);
      expect(headers.get('x-pact-erasure')).toBe(body.erasure_id);
      expect(body).toMatchObject({ subject: 'user', completed_at: expect.any(String) });
      for (const { removed } of body.stores) expect(removed).toBe(0);
    }
    const { secret: again } = await world.key('wks_neighbour');
    const kept = await send(world, 'GET', `/users/${neighbourIds['user_id']}/export`, { key: again });
    expect(kept.body.sessions).toHaveLength(1);
  });

  test.each(['\0', 'x'.repeat(300)])('answers 404 for a name that no user can have: %j', async (userId) => {
    expectRefusal(await call(eraseUser, { key }, { ...ids, user_id: userId }), 404, 'not_found');
  });
});

describe.each(withBody)('$name', (operation) => {
  test.each([
    ['malformed JSON', '{"a":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '7'],
    ['a string', '"x"'],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['a prototype', '{"__proto__": {"x": 1}}'],
  ])('refuses %s', async (_, body) => {
    expectRefusal(await call(operation, { key, body }), 400, 'invalid_request');
  });

  test('refuses a body that is not JSON by its content type', async () => {
    const answer = await call(operation, { key, body: 'a=b', headers: { 'content-type': 'text/plain' } });
    expectRefusal(answer, 400, 'invalid_request');
  });

  test('refuses a body above 5 MB', async () => {
    const answer = await call(operation, { key, body: JSON.stringify({ a: 'x'.repeat(10 * 1024 * 1024) }) });
    expectRefusal(answer, 413, 'too_large');
  });

  test('names the field that is wrong', async () => {
    const { invalid } = FIXTURES[operation.name];
    if (!invalid) return;
    const answer = await call(operation, { key, body: invalid });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details).toEqual({ field: expect.any(String), received: expect.any(String) });
  });

  test('replays its first answer for an idempotency key, and refuses another body under it', async () => {
    const headers = { 'idempotency-key': `key-${operation.name}` };
    const first = await call(operation, { key, headers });
    const second = await call(operation, { key, headers });
    expect(first.status).toBeLessThan(300);
    expect(second).toMatchObject({ status: first.status, body: first.body });
    const other = {
      ...FIXTURES[operation.name].body,
      metadata: { a: 1 },
      topic: 'x',
      query: 'x',
      user_message: 'x',
      source_ids: ['msg_other'],
    };
    const hasFields =
      Object.keys(FIXTURES[operation.name].body!).length > 0 || operation.name === 'createSession';
    const changed = { ...other, messages: [{ role: 'user', content: 'x' }] };
    if (hasFields)
      expectRefusal(await call(operation, { key, headers, body: changed }), 422, 'idempotency_mismatch');
  });

  test('refuses an idempotency key that is empty or endless', async () => {
    const answer = await call(operation, { key, headers: { 'idempotency-key': 'x'.repeat(256) } });
    expectRefusal(answer, 400, 'invalid_request');
  });
});
