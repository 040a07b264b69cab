import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PACTAPIError,
  PACTClient,
  PACTConnectionError,
  PACTTimeoutError,
  PermissionError,
  RateLimitError,
  ServerError,
} from './index.ts';
import { json, refuse, serve } from './testing.ts';
import { retryDelayMs } from './transport.ts';

const CREATED = { session_id: 'sess_1', created_at: '2026-01-01T00:00:00Z', status: 'active' };
const HEALTH = { status: 'healthy', version: '1', timestamp: '2026-01-01T00:00:00Z', services: {} };
const AT_ONCE = { 'Retry-After': '0' };

const breakOff: RequestListener = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' });
  response.write('{"session_id":', () => response.destroy());
};
const stall: RequestListener = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"session_id":');
};
const page: (status: number) => RequestListener = (status) => (_, response) => {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end('<html>Bad gateway</html>');
};

test('a POST that is tried again keeps its idempotency key and body; another call has another key', async () => {
  await using server = await serve(
    refuse(503, 'unavailable', AT_ONCE),
    refuse(409, 'conflict', AT_ONCE),
    json(201, CREATED),
  );
  const pact = server.client();
  expect(await pact.createSession({ externalId: 'a' })).toMatchObject({ sessionId: 'sess_1' });
  await pact.createSession({ externalId: 'a' });
  const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]]);
  expect(keys[3]).not.toBe(keys[0]);
  expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set(['{"external_id":"a"}']));
});

test('an idempotency key of the caller is sent as it is; reads and deletes send none', async () => {
  await using server = await serve(json(200, CREATED));
  const pact = server.client();
  await pact.createSession({}, { idempotencyKey: 'mine' });
  await pact.getSession('sess_1');
  await pact.deleteSession('sess_1').catch(() => {});
  expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([
    'mine',
    undefined,
    undefined,
  ]);
});

test('reads and deletes are tried again too', async () => {
  await using server = await serve(
    refuse(500, 'internal_error', AT_ONCE),
    json(200, CREATED),
    refuse(429, 'rate_limit_exceeded', AT_ONCE),
    (_, response) => void response.writeHead(204, { 'X-Pact-Erasure': 'era_1' }).end(),
  );
  const pact = server.client();
  await pact.getSession('sess_1');
  expect(await pact.deleteSession('sess_1')).toEqual({ erasureId: 'era_1' });
  expect(server.seen).toHaveLength(4);
});

test('a connection that breaks off in the middle of an answer is tried again', async () => {
  await using server = await serve(breakOff, json(201, CREATED));
  await server.client().createSession();
  expect(server.seen).toHaveLength(2);
});

test('after the last attempt the error of that attempt is thrown', async () => {
  await using server = await serve(
    refuse(503, 'unavailable', AT_ONCE),
    refuse(500, 'internal_error', AT_ONCE),
  );
  const pact = server.client({ maxRetries: 1 });
  await expect(pact.createSession()).rejects.toMatchObject({ code: 'internal_error' });
  await expect(pact.createSession({}, { maxRetries: 0 })).rejects.toThrow(ServerError);
  expect(server.seen).toHaveLength(3);
});

test('a refusal that stays one is not tried again', async () => {
  await using server = await serve(refuse(422, 'idempotency_mismatch', AT_ONCE));
  await expect(server.client().createSession()).rejects.toThrow(InvalidRequestError);
  expect(server.seen).toHaveLength(1);
});

test('a wait of more than a minute is left to the caller', async () => {
  await using server = await serve(refuse(429, 'rate_limit_exceeded', { 'Retry-After': '61' }));
  await expect(server.client().createSession()).rejects.toMatchObject({ retryAfter: 61 });
  expect(server.seen).toHaveLength(1);
});

test('delays double from half a second to eight, less up to a quarter; Retry-After goes before', () => {
  const broken = new PACTConnectionError('broken');
  expect([0, 1, 2, 3, 4, 5, 60].map((attempt) => retryDelayMs(broken, attempt, 0))).toEqual([
    500, 1000, 2000, 4000, 8000, 8000, 8000,
  ]);
  expect(retryDelayMs(broken, 0, 1)).toBe(375);
  const limited = (retryAfter: number | undefined) =>
    new RateLimitError('', {
      status: 429,
      code: 'rate_limit_exceeded',
      retryAfter,
      details: undefined,
      requestId: undefined,
    });
  expect(retryDelayMs(limited(7), 0, 0.5)).toBe(7000);
  expect(retryDelayMs(limited(undefined), 0, 0)).toBe(500);
  expect(retryDelayMs(new TypeError('a bug'), 0, 0)).toBeUndefined();
});

test('the timeout covers the body of an answer', async () => {
  await using server = await serve(stall);
  const call = server.client({ timeoutMs: 100, maxRetries: 0 }).createSession();
  await expect(call).rejects.toThrow(PACTTimeoutError);
  await expect(call).rejects.toThrow(/\/sessions did not answer within 100 ms\.$/);
});

test('a timeout longer than a timer can hold does not fire at once', async () => {
  await using server = await serve(json(201, CREATED));
  await server.client({ timeoutMs: Infinity, maxRetries: 0 }).createSession();
});

test('an abort ends a call before it, in it and between its attempts, with the reason of its signal', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  await using server = await serve((request, response) => {
    stall(request, response);
    controller.abort(reason);
  });
  const pact = server.client();
  await expect(pact.createSession({}, { signal: controller.signal })).rejects.toBe(reason);
  await expect(pact.createSession({}, { signal: controller.signal })).rejects.toBe(reason);
  expect(server.seen).toHaveLength(1);

  const waiting = new AbortController();
  await using busy = await serve((request, response) => {
    refuse(503, 'unavailable', { 'Retry-After': '60' })(request, response);
    response.on('close', () => setTimeout(() => waiting.abort(reason), 20));
  });
  await expect(busy.client().createSession({}, { signal: waiting.signal })).rejects.toBe(reason);
  expect(busy.seen).toHaveLength(1);
});

test.each([
  [400, 'invalid_request', InvalidRequestError],
  [401, 'unauthorized', AuthenticationError],
  [403, 'forbidden', PermissionError],
  [404, 'not_found', NotFoundError],
  [409, 'conflict', ConflictError],
  [413, 'too_large', InvalidRequestError],
  [418, 'teapot', PACTAPIError],
  [422, 'idempotency_mismatch', InvalidRequestError],
  [429, 'rate_limit_exceeded', RateLimitError],
  [500, 'internal_error', ServerError],
  [503, 'unavailable', ServerError],
])('a %i is a %s of its own class', async (status, code, ErrorClass) => {
  await using server = await serve(refuse(status, code));
  const error = await server
    .client({ maxRetries: 0 })
    .createSession()
    .catch((thrown) => thrown);
  expect(error.constructor).toBe(ErrorClass);
  expect(error.name).toBe(ErrorClass.name);
  expect(error).toMatchObject({ message: 'No.', status, code, requestId: 'req_1' });
});

test('an error carries what the API told about it', async () => {
  const details = { field: 'user_message', received: 'nothing' };
  const error = { code: 'invalid_request', message: 'No.', details, request_id: 'req_2', retry_after: 3 };
  await using server = await serve(json(400, { error }));
  const call = server.client().createSession();
  await expect(call).rejects.toMatchObject({ details, requestId: 'req_2', retryAfter: 3 });
});

test("a refused key is told in the API's words, and shows in neither error nor client", async () => {
  await using server = await serve(refuse(401, 'unauthorized'));
  const pact = server.client({ apiKey: 'sk_test_secret' });
  const { inspect } = await import('node:util');
  const error = await pact.createSession().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(inspect([pact, error], { depth: 9, showHidden: true })).not.toContain('secret');
  expect(inspect(error)).toMatch(/^AuthenticationError: No\./);
});

test("a proxy's page is told in one sentence, whatever its status", async () => {
  await using server = await serve(page(502), page(200), page(404));
  const pact = server.client({ maxRetries: 0 });
  const sentence = (status: number) =>
    `${server.baseUrl}/sessions answered ${status} with an HTML page that PACT does not give: is it the right base URL, or is a proxy between?`;
  const failure = () => pact.createSession().catch((thrown) => thrown);
  const [gateway, portal, missing] = [await failure(), await failure(), await failure()];
  expect([gateway.message, portal.message, missing.message]).toEqual([502, 200, 404].map(sentence));
  expect([gateway.constructor, portal.constructor, missing.constructor]).toEqual([
    ServerError,
    PACTAPIError,
    NotFoundError,
  ]);
  expect(gateway.code).toBe('unreadable_answer');
});

test('half an answer is told in one sentence', async () => {
  await using server = await serve(breakOff, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"session_id":');
  });
  const pact = server.client({ maxRetries: 0 });
  await expect(pact.createSession()).rejects.toThrow(/\/sessions broke off\.$/);
  await expect(pact.createSession()).rejects.toThrow(/\/sessions is cut short: it is not whole JSON\.$/);
});

test('a dead host is told with the reason, and without what was asked', async () => {
  const dead = await serve(json(200, {}));
  await dead[Symbol.asyncDispose]();
  const call = dead.client({ maxRetries: 0 }).getContext('sess_1', { query: 'a secret' });
  await expect(call).rejects.toThrow(PACTConnectionError);
  await expect(call).rejects.toThrow(
    /^Cannot reach http:.*\/sessions\/sess_1\/context: connect ECONNREFUSED.*\.$/,
  );
});

test('a redirect is not followed, so that the key stays here', async () => {
  await using elsewhere = await serve(json(200, CREATED));
  await using server = await serve((_, response) => {
    response.writeHead(307, { Location: `${elsewhere.baseUrl}/sessions` }).end();
  });
  const call = server.client().createSession();
  await expect(call).rejects.toThrow(
    /\/sessions answered with a redirect, which is not followed .*base URL\?$/,
  );
  await expect(call).rejects.toMatchObject({ status: 307, code: 'unreadable_answer' });
  expect([server.seen.length, elsewhere.seen.length]).toEqual([1, 0]);
});

test('health answers with what is ill, and needs and sends no key', async () => {
  const ill = {
    ...HEALTH,
    status: 'unavailable',
    services: { database: 'unavailable', llm_api: 'disabled' },
  };
  await using server = await serve(json(503, ill), page(503));
  const pact = server.client({ maxRetries: 0 });
  expect(await pact.health()).toMatchObject({ status: 'unavailable', services: { llmApi: 'disabled' } });
  await expect(
    new PACTClient({ apiKey: '', baseUrl: server.baseUrl, maxRetries: 0 }).health(),
  ).rejects.toThrow(ServerError);
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});
