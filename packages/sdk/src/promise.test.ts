import { afterEach, expect, test } from 'vitest';
import { NotFoundError } from './index.ts';
import { json, refuse, serve } from './testing.ts';

const CONTEXT = { session_id: 'sess_1', messages: [] };
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
process.on('unhandledRejection', note);
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

test('withResponse gives the answer behind a result, and sends no second request', async () => {
  await using server = await serve(
    refuse(503, 'unavailable', { 'Retry-After': '0' }),
    json(200, CONTEXT, { 'X-Request-Id': 'req_7', 'X-Cache': 'hit' }),
  );
  const call = server.client().getContext('sess_1');
  const { data, response } = await call.withResponse();
  expect(data).toEqual({ sessionId: 'sess_1', messages: [] });
  expect(response).toMatchObject({ status: 200, requestId: 'req_7' });
  expect(response.headers.get('X-Cache')).toBe('hit');
  expect(await call).toBe(data);
  expect(server.seen).toHaveLength(2);
});

test('withResponse of a list gives its first page, which goes on as ever', async () => {
  await using server = await serve(
    json(200, { data: [{ id: 'a' }], next_cursor: 'c2', has_more: true }, { 'X-Request-Id': 'req_1' }),
    json(200, { data: [{ id: 'b' }], next_cursor: null, has_more: false }),
  );
  const { data, response } = await server.client().listMessages('sess_1').withResponse();
  expect(response.requestId).toBe('req_1');
  const ids: string[] = [];
  for await (const { id } of data) ids.push(id);
  expect(ids).toEqual(['a', 'b']);
});

test('a call is under way before anybody awaits it', async () => {
  await using server = await serve(json(200, CONTEXT));
  const call = server.client().getContext('sess_1');
  await expect.poll(() => server.seen.length).toBe(1);
  await call;
});

test('a call is a promise: it is awaited, chained, gathered and caught as any other', async () => {
  await using server = await serve(json(200, CONTEXT));
  const pact = server.client();
  expect(pact.getContext('a')).toBeInstanceOf(Promise);
  const [one, two] = await Promise.all([pact.getContext('a'), pact.getContext('b').then(() => 2)]);
  expect([one.sessionId, two]).toEqual(['sess_1', 2]);
  const chained = pact.getContext('c').finally(() => {});
  expect(chained.constructor).toBe(Promise);
  await chained;
});

test('a refusal that is caught once is caught, with the answer or without', async () => {
  await using server = await serve(refuse(404, 'not_found'));
  const pact = server.client();
  await expect(pact.getContext('a')).rejects.toThrow(NotFoundError);
  await expect(pact.getContext('a').withResponse()).rejects.toThrow(NotFoundError);
  const call = pact.getContext('a');
  await Promise.allSettled([call, call.withResponse()]);
  await expect(pact.getContext('').withResponse()).rejects.toThrow(/must be an id/);
  await aWhile();
});

test('a refusal that nobody catches is reported once, as of any promise', async () => {
  await using server = await serve(refuse(404, 'not_found'));
  void server.client().getContext('a');
  await expect.poll(() => unhandled.length).toBe(1);
  await aWhile();
  expect(unhandled.splice(0)).toEqual([expect.any(NotFoundError)]);
});
