import { revokeKey } from '@pact/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STREAM_LIMITS } from '../src/live/streams.ts';
import { type EventStream, openEventStream, until } from './event-stream.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

let world: ApiWorld;
let key: string;
const opened: EventStream[] = [];
beforeAll(async () => {
  world = await apiWorld(undefined, { streamLimits: { ...STREAM_LIMITS, perKey: 25, quietMs: 1_000 } });
  ({ secret: key } = await world.key('wks_live'));
});
afterAll(async () => {
  for (const stream of opened) stream.leave();
  await world.close();
});

const newSession = async (secret = key, body: object = {}) =>
  (await send(world, 'POST', '/sessions', { key: secret, body })).body.session_id as string;
const say = (sessionId: string, text: string, secret = key) =>
  send(world, 'POST', `/sessions/${sessionId}/interactions`, {
    key: secret,
    body: { user_message: text, ai_message: 'I see.' },
  });
async function watch(sessionId: string, options: Parameters<typeof openEventStream>[2] = {}) {
  const stream = await openEventStream(world, sessionId, { key, ...options });
  opened.push(stream);
  return stream;
}
const contents = (stream: EventStream) =>
  stream.events.flatMap(({ event, data }) => (event === 'message_added' ? [data.message.content] : []));

describe('a stream', () => {
  test('tells what is saved while it is open, in the wire’s names, with headers that nothing buffers', async () => {
    const sessionId = await newSession();
    const stream = await watch(sessionId);
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.stringMatching(/^req_/),
    });
    await say(sessionId, 'I am so happy!');
    const [added, changed, answered] = await stream.came(3);
    expect(added).toMatchObject({
      event: 'message_added',
      data: {
        session_id: sessionId,
        message: { role: 'user', emotional_metadata: { detected_emotion: 'happy' } },
      },
    });
    expect(changed).toMatchObject({
      event: 'emotional_state_changed',
      data: { session_id: sessionId, message_id: added!.data.message.id, emotion: 'happy', trend: 'stable' },
    });
    expect(answered).toMatchObject({ event: 'message_added', data: { message: { role: 'assistant' } } });
    await send(world, 'POST', `/sessions/${sessionId}/consolidate`, { key });
    await say(sessionId, 'The ferry to Rhodes leaves at nine.');
    await send(world, 'POST', `/sessions/${sessionId}/consolidate`, { key });
    await until(() => stream.events.some(({ event }) => event === 'consolidation_triggered'));
    const fold = stream.events.find(({ event }) => event === 'consolidation_triggered');
    expect(fold?.data).toEqual({
      session_id: sessionId,
      trigger: 'request',
      messages_before: expect.any(Number),
      messages_after: expect.any(Number),
      tokens_saved: expect.any(Number),
      timestamp: expect.stringMatching(/Z$/),
    });
  });

  test('says when to come back, and that it still stands', async () => {
    const stream = await watch(await newSession());
    await until(() => stream.comments.some((comment) => comment.includes('keep-alive')));
    expect(stream.comments[0]).toBe('retry: 1000\nid: 0.1-0');
  });

  test('that brought nothing yet says where to come back to', async () => {
    const sessionId = await newSession();
    await say(sessionId, 'Before.');
    const stream = await watch(sessionId);
    await until(() => stream.comments.length > 0);
    stream.leave();
    await say(sessionId, 'Between.');
    const again = await watch(sessionId, { lastEventId: /id: (\S+)/.exec(stream.comments[0]!)![1] });
    await again.came(2);
    expect(contents(again)).toEqual(['Between.', 'I see.']);
  });

  test('ends with the erasure of its session, which it tells', async () => {
    const sessionId = await newSession();
    const stream = await watch(sessionId);
    await send(world, 'DELETE', `/sessions/${sessionId}`, { key });
    await stream.ended;
    expect(stream.events).toMatchObject([{ event: 'session_deleted', data: { session_id: sessionId } }]);
  });

  test('ends when its key is revoked', async () => {
    const { secret, keyId } = await world.key('wks_live');
    const stream = await watch(await newSession(), { key: secret });
    await revokeKey(world.connection.acrossWorkspaces, {
      workspaceId: 'wks_live',
      keyId,
      now: world.clock.now,
    });
    world.clock.now = new Date(world.clock.now.getTime() + 1_001);
    await stream.ended;
  });

  test('is refused before it begins, as JSON: a neighbour’s session, a position that never was', async () => {
    const { secret: neighbour } = await world.key('wks_live_neighbour');
    const theirs = await newSession(neighbour);
    const answer = (path: string, headers = {}) => send(world, 'GET', path, { key, headers });
    const missing = await answer('/sessions/sess_none/stream');
    const hidden = await answer(`/sessions/${theirs}/stream`);
    expect([missing.status, hidden.status]).toEqual([404, 404]);
    expect(hidden.body.error.message).toBe(missing.body.error.message);
    const ours = await newSession();
    for (const id of ['nonsense', '7-0', 'é', 'x'.repeat(200)]) {
      const refused = await answer(`/sessions/${ours}/stream`, { 'last-event-id': id });
      expect(refused.status, id).toBe(400);
      expect(refused.body.error).toMatchObject({ code: 'invalid_request' });
    }
    expect((await answer(`/sessions/${ours}/stream?from=yesterday`)).status).toBe(400);
    const head = await fetch(`${world.origin}/pact/v1/sessions/${ours}/stream`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(head.status).toBe(404);
  });

  test('counts as one request', async () => {
    const { secret } = await world.key('wks_live_counted', { plan: 'free', rateLimited: true });
    const sessionId = await newSession(secret);
    const stream = await watch(sessionId, { key: secret });
    await say(sessionId, 'Hello.', secret);
    await stream.came(2);
    expect(stream.headers['x-ratelimit-remaining']).toBe('8');
    expect(
      (await send(world, 'GET', '/sessions', { key: secret })).headers.get('x-ratelimit-remaining'),
    ).toBe('6');
  });

  test('is one of so many that a key may have open; who leaves makes room', async () => {
    const { secret } = await world.key('wks_live');
    const sessionId = await newSession();
    const streams = await Promise.all(Array.from({ length: 25 }, () => watch(sessionId, { key: secret })));
    const refused = await send(world, 'GET', `/sessions/${sessionId}/stream`, { key: secret });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    await say(sessionId, 'To all of you.');
    await Promise.all(streams.map((stream) => stream.came(2)));
    for (const stream of streams) expect(contents(stream)).toEqual(['To all of you.', 'I see.']);
    streams[0]!.leave();
    await until(async () => (await watch(sessionId, { key: secret })).status === 200);
  });

  test('goes on over any number of broken connections: nothing missed, nothing twice', async () => {
    const sessionId = await newSession(key, { consolidation_threshold: 6 });
    const seen: { event: string; id: string }[] = [];
    let isSaved = false;
    const saving = (async () => {
      for (let at = 0; at < 40; at++)
        await say(sessionId, `${at % 3 ? 'Lovely' : 'Horrible'} day, number ${at}!`);
      isSaved = true;
    })();
    let lastEventId: string | undefined = '0-0';
    let random = 7;
    for (;;) {
      const stream = await watch(sessionId, { lastEventId });
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      const isLast = isSaved;
      // Breaks off in the middle of things: what was under way is not counted as seen.
      if (isLast) await new Promise((resolve) => setTimeout(resolve, 500));
      else await Promise.race([stream.came(1 + (random % 7)), saving]);
      seen.push(...stream.events.splice(0));
      stream.leave();
      lastEventId = seen.at(-1)?.id ?? lastEventId;
      if (isLast) break;
    }
    await saving;
    const whole = await watch(sessionId, { from: 'start' });
    await whole.came(seen.length);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const inOrder = (events: { event: string; id: string }[], name: string) =>
      events.filter(({ event }) => event === name).map((event) => JSON.stringify({ ...event, id: '' }));
    for (const name of ['message_added', 'emotional_state_changed', 'consolidation_triggered']) {
      expect(inOrder(seen, name), name).toEqual(inOrder(whole.events, name));
    }
    expect(inOrder(seen, 'message_added')).toHaveLength(80);
    expect(inOrder(seen, 'consolidation_triggered').length).toBeGreaterThan(2);
  });
});

test('while the process is ending, streams end and none is opened', async () => {
  const ending = await apiWorld();
  const { secret } = await ending.key('wks_ending');
  const { body } = await send(ending, 'POST', '/sessions', { key: secret });
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => openEventStream(ending, body.session_id, { key: secret })),
  );
  ending.services.live.end();
  await Promise.all(streams.map(({ ended }) => ended));
  const refused = await send(ending, 'GET', `/sessions/${body.session_id}/stream`, { key: secret });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  await ending.close();
});
