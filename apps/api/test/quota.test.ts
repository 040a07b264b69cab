import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiWorld, apiWorld, send } from './world.ts';

const START = new Date('2026-11-23T09:00:00.000Z');
/** A little over 9,000 tokens. */
const LONG = 'The ferry leaves at nine. '.repeat(1_500);

let world: ApiWorld;
let key: string;
let workspace = 0;
let sessionId: string;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.clock.now = START;
  workspace += 1;
  ({ secret: key } = await world.key(`wks_quota_${workspace}`, { plan: 'free', rateLimited: true }));
  sessionId = (await send(world, 'POST', '/sessions', { key })).body.session_id;
});

const save = (text: string, headers: Record<string, string> = {}, secret = key) =>
  send(world, 'POST', `/sessions/${sessionId}/messages`, {
    key: secret,
    body: { messages: [{ role: 'user', content: text }] },
    headers,
  });

/** Two saves of which the second uses the quota up. */
async function useUp(): Promise<void> {
  for (const text of [LONG, LONG]) expect((await save(text)).status).toBe(201);
}

test('a save after the month’s tokens are used up is refused in clear words, at once; reading goes on', async () => {
  await useUp();
  const refused = await save('One more.');
  expect(refused.status).toBe(429);
  expect(refused.body.error).toMatchObject({
    code: 'rate_limit_exceeded',
    message:
      'The monthly token quota of plan free (10,000 tokens) is used up; it begins anew on 1 December 2026.',
    retry_after: (Date.parse('2026-12-01T00:00:00Z') - START.getTime()) / 1_000,
  });
  expect(refused.headers.get('retry-after')).toBe(String(refused.body.error.retry_after));
  const interaction = await send(world, 'POST', `/sessions/${sessionId}/interactions`, {
    key,
    body: { user_message: 'One more.', ai_message: 'No.' },
  });
  expect(interaction.status).toBe(429);
  expect((await send(world, 'GET', `/sessions/${sessionId}/context`, { key })).status).toBe(200);
  expect((await send(world, 'POST', '/recall', { key, body: { query: 'ferry' } })).status).toBe(200);
  expect((await send(world, 'DELETE', `/sessions/${sessionId}`, { key })).status).toBe(204);
});

test('what is erased was stored all the same: the quota is not given back', async () => {
  await useUp();
  await send(world, 'DELETE', `/sessions/${sessionId}`, { key });
  sessionId = (await send(world, 'POST', '/sessions', { key })).body.session_id;
  world.clock.now = new Date(START.getTime() + 60_000);
  expect((await save('One more.')).status).toBe(429);
});

test('begins anew with the month, and is not carried over by a clock that jumps back', async () => {
  await useUp();
  world.clock.now = new Date('2026-11-30T23:59:59.000Z');
  expect((await save('One more.')).body.error.retry_after).toBe(1);
  world.clock.now = new Date('2026-12-01T00:00:00.000Z');
  expect((await save('A new month.')).status).toBe(201);
  world.clock.now = new Date('2026-11-29T12:00:00.000Z');
  expect((await save('The old month.')).status).toBe(429);
});

test('a save that was answered before is answered again, whatever was used since', async () => {
  const headers = { 'idempotency-key': 'first' };
  const first = await save('The first.', headers);
  await useUp();
  const again = await save('The first.', headers);
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect((await save('Another.', { 'idempotency-key': 'second' })).status).toBe(429);
});

test('counts all keys of a workspace together, and none of a neighbour’s', async () => {
  await useUp();
  const { secret: sister } = await world.key(`wks_quota_${workspace}`, { plan: 'free', rateLimited: true });
  expect((await save('One more.', {}, sister)).status).toBe(429);
  const { secret: neighbour } = await world.key('wks_quota_neighbour', { plan: 'free', rateLimited: true });
  sessionId = (await send(world, 'POST', '/sessions', { key: neighbour })).body.session_id;
  expect((await save('Ours.', {}, neighbour)).status).toBe(201);
});

test('another task sees within seconds what this one stored', async () => {
  const other = await apiWorld({ ...world.connection, close: async () => {} });
  other.clock.now = START;
  const elsewhere = () =>
    send(other, 'POST', `/sessions/${sessionId}/messages`, {
      key,
      body: { messages: [{ role: 'user', content: 'One more.' }] },
    });
  expect((await elsewhere()).status).toBe(201);
  await useUp();
  other.clock.now = new Date(START.getTime() + 5_001);
  expect((await elsewhere()).status).toBe(429);
  await other.close();
});

test.each([
  ['a key without a rate limit, as the local one', { plan: 'free' as const, rateLimited: false }],
  ['plan team', { plan: 'team' as const, rateLimited: true }],
])('%s has no quota', async (_, options) => {
  ({ secret: key } = await world.key(`wks_free_of_quota_${workspace}`, options));
  sessionId = (await send(world, 'POST', '/sessions', { key })).body.session_id;
  await useUp();
  expect((await save('One more.')).status).toBe(201);
});
