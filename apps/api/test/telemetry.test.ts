import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRedis } from '../src/redis.ts';
import type { AppRouter } from '../src/router.ts';
import { silent, type Telemetry } from '../src/telemetry/index.ts';
import { startTelemetry } from '../src/telemetry/start.ts';
import { type Collector, startCollector } from './collector.ts';
import { until } from './event-stream.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];
const METRIC_INTERVAL_MS = 1_000;

let collector: Collector;
let telemetry: Telemetry;
let world: ApiWorld;
let key: string;
const said: string[] = [];
const startFor = (endpoint: string, traceShare = 1) =>
  startTelemetry(
    {
      endpoint,
      serviceName: 'pact-test',
      stage: 'testing',
      traceShare,
      metricIntervalMs: METRIC_INTERVAL_MS,
    },
    {
      warn: (...words: unknown[]) => void said.push(`warn ${JSON.stringify(words)}`),
      info: (...words: unknown[]) => void said.push(`info ${JSON.stringify(words)}`),
    },
  );
beforeAll(async () => {
  collector = await startCollector();
  telemetry = await startFor(collector.endpoint);
  world = await apiWorld(undefined, { telemetry });
  ({ secret: key } = await world.key('wks_told', { plan: 'free', rateLimited: true }));
});
afterAll(async () => {
  await world.close();
  await telemetry.close();
  await collector.stop();
});

const newSession = async (secret = key) =>
  (await send(world, 'POST', '/sessions', { key: secret })).body.session_id as string;

describe('traces', () => {
  test('go on with the caller’s, a span for each request and each step to the database', async () => {
    const sessionId = await newSession();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const parent = '00f067aa0ba902b7';
    const answer = await send(world, 'POST', `/sessions/${sessionId}/interactions`, {
      key,
      body: { user_message: 'I am so happy!', ai_message: 'Good.' },
      headers: { traceparent: `00-${traceId}-${parent}-01`, tracestate: 'vendor=words' },
    });
    const ofTrace = () => collector.spans().filter((span) => span.traceId === traceId);
    await until(() => ofTrace().some(({ kind }) => kind === 2));
    const request = ofTrace().find(({ kind }) => kind === 2)!;
    expect(request.name).toBe('POST /pact/v1/sessions/:session_id/interactions');
    expect(request.parentSpanId).toBe(parent);
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/pact/v1/sessions/:session_id/interactions',
      'http.response.status_code': 201,
      'pact.request_id': answer.headers.get('x-request-id'),
      'pact.workspace_id': 'wks_told',
    });
    const isSave = ({ attributes }: { attributes: object }) =>
      (attributes as Record<string, unknown>)['db.operation.name'] === 'with';
    await until(() => ofTrace().some(isSave));
    const save = ofTrace().find(isSave)!;
    expect(save.parentSpanId).toBe(request.spanId);
    expect(save.attributes).toMatchObject({ 'db.system.name': 'postgresql' });
    expect(JSON.stringify(ofTrace())).not.toContain('vendor=words');
  });

  test('show what a transaction is made of', async () => {
    const sessionId = await newSession();
    const traceId = '5bf92f3577b34da6a3ce929d0e0e4736';
    await send(world, 'POST', `/sessions/${sessionId}/consolidate`, {
      key,
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    const ofTrace = () => collector.spans().filter((span) => span.traceId === traceId);
    await until(() => ofTrace().some(({ name }) => name === 'transaction'));
    const { spanId } = ofTrace().find(({ name }) => name === 'transaction')!;
    const steps = ofTrace().filter(({ parentSpanId }) => parentSpanId === spanId);
    expect(steps.map(({ attributes }) => attributes['db.collection.name'])).toContain('sessions');
  });

  test('name the procedure’s refusal by its code, and begin anew for a caller without one', async () => {
    const answer = await send(world, 'GET', '/sessions/sess_none', {
      key,
      headers: { traceparent: 'nonsense' },
    });
    const span = () =>
      collector
        .spans()
        .find(({ attributes }) => attributes['pact.request_id'] === answer.headers.get('x-request-id'));
    await until(() => span() !== undefined);
    expect(span()?.attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': 'not_found' });
    expect(span()?.parentSpanId).toBeFalsy();
  });

  test('of two requests at once stay apart, over tRPC too', async () => {
    const { secret } = await world.key('wks_told_apart');
    const client = createTRPCClient<AppRouter>({
      links: [httpBatchLink({ url: `${world.origin}/trpc`, headers: { authorization: `Bearer ${secret}` } })],
    });
    await Promise.all([
      client.listSessions.query({}),
      ...Array.from({ length: 5 }, () => send(world, 'GET', '/sessions', { key: secret })),
    ]);
    const requests = () =>
      collector.spans().filter(({ attributes }) => attributes['pact.workspace_id'] === 'wks_told_apart');
    await until(() => requests().length === 6);
    const children = (traceId: string) =>
      collector.spans().filter((span) => span.traceId === traceId && span.name === 'select sessions');
    await until(() => requests().every(({ traceId }) => children(traceId).length > 0));
    expect(new Set(requests().map(({ traceId }) => traceId)).size).toBe(6);
    for (const { traceId, spanId } of requests()) {
      expect(children(traceId)).toHaveLength(1);
      expect(children(traceId)[0]?.parentSpanId).toBe(spanId);
    }
    expect(requests().map(({ attributes }) => attributes['http.route'])).toContain('/trpc/:path');
  });
});

test.skipIf(!REDIS_URL)('a command to Redis is a step of its request, by its name alone', async () => {
  const redis = await connectRedis(REDIS_URL!, { warn: () => {}, info: () => {} });
  const shared = await apiWorld({ ...world.connection, close: async () => {} }, { telemetry, redis });
  const { secret } = await shared.key('wks_told_redis');
  const { body } = await send(shared, 'POST', '/sessions', { key: secret });
  const path = `/sessions/${body.session_id}/interactions`;
  await send(shared, 'POST', path, { key: secret, body: { user_message: 'Hello', ai_message: 'Hi' } });
  const command = () => collector.spans().find(({ name }) => name === 'redis publish');
  await until(() => command() !== undefined);
  expect(command()?.attributes).toEqual({ 'db.system.name': 'redis', 'db.operation.name': 'publish' });
  expect(command()?.parentSpanId).toMatch(/^[0-9a-f]{16}$/);
  await shared.close();
});

describe('metrics', () => {
  test('tell of requests by route and status, of refusals by code, of the pool, the process and the jobs', async () => {
    const { secret } = await world.key('wks_told_free', { plan: 'free', rateLimited: true });
    for (let at = 0; at < 11; at++) await send(world, 'GET', '/erasures/era_none', { key: secret });
    telemetry.cacheResult('hit');
    telemetry.cacheResult('miss');
    telemetry.cacheResult('hit');
    const last = (name: string, attributes: object = {}) =>
      collector
        .points(name)
        .filter((point) =>
          Object.entries(attributes).every(([name, value]) => point.attributes[name] === value),
        )
        .at(-1);
    await until(() => last('pact.cache.requests', { result: 'hit' })?.value === 2);
    await until(() => last('pact.rate_limited')?.value === 1);
    const route = '/pact/v1/erasures/:erasure_id';
    const list = { 'http.request.method': 'GET', 'http.route': route };
    expect(last('http.server.request.duration', { ...list, 'http.response.status_code': 404 })?.count).toBe(
      10,
    );
    expect(last('http.server.request.duration', { ...list, 'http.response.status_code': 429 })?.count).toBe(
      1,
    );
    expect(last('pact.errors', { code: 'rate_limit_exceeded' })?.value).toBe(1);
    expect(last('http.server.active_requests')?.value).toBe(0);
    expect(last('pact.consolidation.lag')?.value).toBe(0);
    expect(last('pact.live.streams')?.value).toBe(0);
    expect(last('process.memory.usage')?.value).toBeGreaterThan(1e7);
    expect(last('nodejs.eventloop.delay.p99')?.value).toBeGreaterThan(0);
    if (world.connection.engine === 'postgres') {
      expect(last('db.client.connection.pending_requests')?.value).toBe(0);
      expect(last('db.client.connection.count', { 'db.client.connection.state': 'used' })?.value).toBe(0);
    }
  });
});

describe('logs', () => {
  test('arrive as they stand in the log, each with its request and its trace', async () => {
    const answer = await send(world, 'GET', '/sessions/sess_none', { key });
    const requestId = answer.headers.get('x-request-id');
    const line = () => collector.logs().find(({ attributes }) => attributes['request_id'] === requestId);
    await until(() => line() !== undefined);
    expect(line()).toMatchObject({
      body: 'request',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      attributes: {
        route: '/pact/v1/sessions/:session_id',
        status: 404,
        code: 'not_found',
        workspace_id: 'wks_told',
      },
    });
    const written = world.logged
      .map((text) => JSON.parse(text))
      .find((each) => each.request_id === requestId);
    expect(written.trace_id).toBe(line()?.traceId);
    const span = () =>
      collector.spans().find(({ attributes }) => attributes['pact.request_id'] === requestId);
    await until(() => span() !== undefined);
    expect(span()?.traceId).toBe(line()?.traceId);
  });
});

test('what is told says which service it is of', async () => {
  await until(() => collector.resources().length > 0);
  for (const resource of collector.resources()) {
    expect(resource).toMatchObject({
      'service.name': 'pact-test',
      'service.version': expect.any(String),
      'deployment.environment.name': 'testing',
    });
  }
});

test('a collector that is gone is said once, holds up nothing, and is said to be back', async () => {
  const other = await startCollector();
  const away = await startFor(other.endpoint);
  await other.stop();
  const lonely = await apiWorld(undefined, { telemetry: away });
  const { secret } = await lonely.key('wks_lonely');
  const from = said.length;
  for (let at = 0; at < 50; at++) {
    expect((await send(lonely, 'GET', '/sessions', { key: secret })).status).toBe(200);
  }
  await until(() => said.length > from);
  await other.start();
  await until(() => said.length > from + 1);
  expect(said.slice(from).map((words) => words.slice(0, 4))).toEqual(['warn', 'info']);
  await other.stop();
  await lonely.close();
  // Nobody takes what is left: it is let go after a bounded time.
  await away.close();
});

test('without an endpoint nothing is loaded and nothing is told', async () => {
  expect(await startTelemetry(undefined, { warn: () => {}, info: () => {} })).toBe(silent);
});
