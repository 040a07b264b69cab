import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import {
  AuthenticationError,
  NotFoundError,
  PACTConnectionError,
  PACTError,
  PACTTimeoutError,
  RateLimitError,
  type StreamEvent,
} from './index.ts';
import { json, refuse, serve } from './testing.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

const OPENED = 'retry: 5\nid: p0\n\n';
const added = (at: number) =>
  `event: message_added\nid: p${at}\ndata: {"session_id":"sess_1","message":{"id":"msg_${at}","external_id":"x"}}\n\n`;
const DELETED = 'event: session_deleted\nid: p9\ndata: {"session_id":"sess_1"}\n\n';

/** Answers with a stream: what is said at once, and whether it ends, breaks off or stands after it. */
const stream =
  (text: string, then: 'end' | 'break' | 'stand' = 'end'): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'break') response.destroy();
    });
  };

async function all(events: AsyncIterable<StreamEvent>, count = Infinity): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of events) if (ids.push(id) >= count) break;
  return ids;
}

test('events come typed, in names of TypeScript, until the session is deleted', async () => {
  await using server = await serve(stream(OPENED + added(1) + DELETED));
  const events: StreamEvent[] = [];
  for await (const event of server.client().stream('sess_1', { from: 'start' })) events.push(event);
  expect(events).toEqual([
    {
      type: 'message_added',
      id: 'p1',
      data: { sessionId: 'sess_1', message: { id: 'msg_1', externalId: 'x' } },
    },
    { type: 'session_deleted', id: 'p9', data: { sessionId: 'sess_1' } },
  ]);
  expect(server.seen).toHaveLength(1);
  expect(server.seen[0]).toMatchObject({
    method: 'GET',
    url: '/pact/v1/sessions/sess_1/stream?from=start',
    headers: { accept: 'text/event-stream', authorization: 'Bearer sk_test_1' },
  });
  expect(server.seen[0]?.headers['last-event-id']).toBeUndefined();
});

test('a stream that ends or breaks off goes on right behind its last event', async () => {
  await using server = await serve(
    stream(OPENED),
    stream(OPENED + added(1) + added(2).slice(0, -1), 'break'),
    stream(`retry: 5\nid: p1\n\n${added(2)}`),
    stream(added(3) + DELETED),
  );
  expect(await all(server.client().stream('sess_1'))).toEqual(['p1', 'p2', 'p3', 'p9']);
  expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'p0', 'p1', 'p2']);
});

test('a stream is resumed elsewhere from where another one stood', async () => {
  await using server = await serve(stream(OPENED + added(1) + added(2)), stream(added(2) + DELETED));
  const first = server.client().stream('sess_1');
  expect(first.lastEventId).toBeUndefined();
  expect(await all(first, 1)).toEqual(['p1']);
  const { lastEventId } = first;
  expect(await all(server.client().stream('sess_1', { lastEventId }))).toEqual(['p2', 'p9']);
  expect(server.seen[1]?.headers['last-event-id']).toBe('p1');
});

test('break closes the connection', async () => {
  let connection: ServerResponse | undefined;
  await using server = await serve((request, response) => {
    connection = response;
    stream(OPENED + added(1), 'stand')(request, response);
  });
  const events = server.client().stream('sess_1');
  expect(await all(events, 1)).toEqual(['p1']);
  await expect.poll(() => connection?.destroyed).toBe(true);
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(server.seen).toHaveLength(1);
});

test('return ends a read that waits, and one that waits for the next attempt', async () => {
  await using server = await serve(
    stream(OPENED, 'stand'),
    refuse(503, 'unavailable', { 'Retry-After': '60' }),
  );
  const standing = server.client().stream('sess_1');
  const waiting = server.client().stream('sess_1');
  await standing.opened();
  const reads = [standing.next(), waiting.next()];
  await expect.poll(() => server.seen.length).toBe(2);
  await Promise.all([standing.return(), waiting.return()]);
  expect(await Promise.all(reads)).toEqual(Array(2).fill({ done: true, value: undefined }));
});

test('an abort ends a stream before it, in it and between its attempts, with the reason of its signal', async () => {
  const reason = new Error('enough');
  await using server = await serve(
    stream(OPENED + added(1), 'stand'),
    refuse(503, 'unavailable', { 'Retry-After': '60' }),
  );
  const pact = server.client();
  for (const ids of [['p1'], []]) {
    const controller = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { id } of pact.stream('sess_1', {}, { signal: controller.signal })) seen.push(id);
    })();
    await expect.poll(() => server.seen.length).toBe(ids.length > 0 ? 1 : 2);
    await expect.poll(() => seen).toEqual(ids);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  }
  const late = pact.stream('sess_1', {}, { signal: AbortSignal.abort(reason) });
  await expect(late.next()).rejects.toBe(reason);
  expect(server.seen).toHaveLength(2);
});

test.each([
  [404, 'not_found', NotFoundError],
  [401, 'unauthorized', AuthenticationError],
])('a %i is not tried again, and is thrown once', async (status, code, ErrorClass) => {
  await using server = await serve(refuse(status, code));
  const events = server.client().stream('sess_1');
  await expect(events.opened()).rejects.toThrow(ErrorClass);
  await expect(events.next()).rejects.toMatchObject({ status, code, requestId: 'req_1' });
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(server.seen).toHaveLength(1);
});

test('a key that is revoked under way ends the stream with what PACT says of it', async () => {
  await using server = await serve(stream(OPENED + added(1)), refuse(401, 'unauthorized'));
  const events = server.client().stream('sess_1');
  expect((await events.next()).value).toMatchObject({ id: 'p1' });
  await expect(events.next()).rejects.toThrow(AuthenticationError);
});

test('a stream that never opens gives up after the retries of a call, and obeys Retry-After', async () => {
  const busy = refuse(429, 'rate_limit_exceeded', { 'Retry-After': '0' });
  await using server = await serve(busy);
  await expect(server.client().stream('sess_1').next()).rejects.toThrow(RateLimitError);
  expect(server.seen).toHaveLength(3);
  await expect(server.client().stream('sess_1', {}, { maxRetries: 0 }).next()).rejects.toThrow(
    RateLimitError,
  );
  expect(server.seen).toHaveLength(4);
  await using later = await serve(refuse(503, 'unavailable', { 'Retry-After': '61' }));
  await expect(later.client().stream('sess_1').next()).rejects.toMatchObject({ retryAfter: 61 });
  expect(later.seen).toHaveLength(1);
});

test('a stream that has opened is patient; each good connection makes it patient again', async () => {
  const away = refuse(503, 'unavailable', { 'Retry-After': '0' });
  await using server = await serve(stream(OPENED), ...Array(10).fill(away), stream(added(1)), away);
  const events = server.client().stream('sess_1');
  expect((await events.next()).value).toMatchObject({ id: 'p1' });
  await expect(events.next()).rejects.toMatchObject({ status: 503 });
  expect(server.seen).toHaveLength(1 + 10 + 1 + 11);
});

test('heartbeats keep a stream alive; one that brings nothing is made anew', async () => {
  let beats = 0;
  await using server = await serve(
    (request, response) => {
      stream(OPENED, 'stand')(request, response);
      const timer = setInterval(() => {
        beats += 1;
        if (beats <= 15) response.write(': keep-alive\n\n');
        else clearInterval(timer);
      }, 50);
    },
    stream(added(1) + DELETED),
  );
  expect(await all(server.client().stream('sess_1', {}, { idleTimeoutMs: 600 }))).toEqual(['p1', 'p9']);
  expect(beats).toBeGreaterThanOrEqual(15);
  expect(server.seen[1]?.headers['last-event-id']).toBe('p0');
});

test('a host that does not begin to answer in time is told as such', async () => {
  await using server = await serve(() => {});
  const events = server.client().stream('sess_1', {}, { timeoutMs: 50, maxRetries: 0 });
  await expect(events.next()).rejects.toThrow(PACTTimeoutError);
});

test('a reader that takes its time is no dead connection', async () => {
  await using server = await serve(stream(OPENED + added(1) + added(2) + DELETED));
  const ids: string[] = [];
  for await (const { id } of server.client().stream('sess_1', {}, { idleTimeoutMs: 50 })) {
    ids.push(id);
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  expect(ids).toEqual(['p1', 'p2', 'p9']);
  expect(server.seen).toHaveLength(1);
});

test('an event that this version does not know is passed over, and stands for its place', async () => {
  const unknown = 'event: mood_ring\nid: p1\ndata: {}\n\nevent: constructor\nid: p2\ndata: {}\n\n';
  await using server = await serve(stream(OPENED + unknown), stream(DELETED));
  expect(await all(server.client().stream('sess_1'))).toEqual(['p9']);
  expect(server.seen[1]?.headers['last-event-id']).toBe('p2');
});

test('a character that is cut between two chunks arrives whole', async () => {
  const bytes = Buffer.from(`${OPENED}${added(1).replace('"x"', '"🥐é"')}${DELETED}`);
  await using server = await serve(async (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const byte of bytes)
      await new Promise<void>((done) => response.write(Buffer.of(byte), () => done()));
    response.end();
  });
  const { value } = await server.client().stream('sess_1').next();
  expect(value).toMatchObject({ data: { message: { externalId: '🥐é' } } });
});

test('opened resolves before anything happens, and costs no event and no second connection', async () => {
  await using server = await serve(stream(OPENED + added(1) + DELETED));
  const events = server.client().stream('sess_1');
  await events.opened();
  await events.opened();
  expect(await all(events)).toEqual(['p1', 'p9']);
  expect(server.seen).toHaveLength(1);
});

test('what PACT does not give is told in one sentence', async () => {
  await using server = await serve(
    (_, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    json(200, {}),
    stream('event: message_added\nid: p1\ndata: {"session_id":\n\n'),
  );
  const failure = () =>
    server
      .client({ maxRetries: 0 })
      .stream('sess_1')
      .next()
      .catch((thrown) => thrown as Error);
  expect((await failure()) as Error).toMatchObject({
    message: expect.stringMatching(/\/stream answered 200 with an HTML page that PACT does not give/),
  });
  expect(await failure()).toMatchObject({ code: 'unreadable_answer' });
  expect(await failure()).toMatchObject({
    message: expect.stringMatching(/\/stream is not JSON: is a proxy/),
  });
  await server[Symbol.asyncDispose]();
  const dead = await failure();
  expect(dead).toBeInstanceOf(PACTConnectionError);
  expect(dead).toMatchObject({ message: expect.stringMatching(/^Cannot reach .*\/stream: .*\.$/) });
});

test('without a key, or of no id, a stream rejects when it is read and sends nothing', async () => {
  await using server = await serve(stream(OPENED));
  await expect(server.client({ apiKey: '' }).stream('sess_1').next()).rejects.toThrow(/no API key/);
  const nameless = server.client().stream('');
  await expect(nameless.next()).rejects.toThrow(PACTError);
  expect(server.seen).toHaveLength(0);
});
