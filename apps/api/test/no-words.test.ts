import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { type TestConnection, testConnection } from '@pact/db/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmbedder } from '../src/embedder.ts';
import { createLog } from '../src/log.ts';
import { operations } from '../src/operations.ts';
import { silent, type Telemetry } from '../src/telemetry/index.ts';
import { startTelemetry } from '../src/telemetry/start.ts';
import { type Collector, startCollector } from './collector.ts';
import { openEventStream, until } from './event-stream.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

/** Planted wherever somebody can write something; it must come out nowhere that an operator reads. */
const PLANTED = 'Marmalade';
const SENTENCE = `Dr. ${PLANTED} is terribly angry about the ${PLANTED} ferry to ${PLANTED}ville.`;

let collector: Collector;
let telemetry: Telemetry;
let connection: TestConnection;
let world: ApiWorld;
let model: Server;
let key: string;
const modelLog: string[] = [];
beforeAll(async () => {
  collector = await startCollector();
  telemetry = await startTelemetry(
    {
      endpoint: collector.endpoint,
      serviceName: 'pact',
      stage: undefined,
      traceShare: 1,
      metricIntervalMs: 1_000,
    },
    { warn: () => {}, info: () => {} },
  );
  // A model that quotes what it was asked in what it complains of.
  model = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => response.writeHead(400).end(`{"error": {"message": ${JSON.stringify(body)}}}`));
  });
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;
  const log = createLog('debug', silent, { write: (line) => void modelLog.push(line) });
  const embedder = createEmbedder({ url, model: 'mini', apiKey: `${PLANTED}-model-key` }, log);
  connection = await testConnection();
  world = await apiWorld(connection, { telemetry, embedder });
  ({ secret: key } = await world.key('wks_words'));
});
afterAll(async () => {
  await world.close();
  await collector.stop();
  model.close();
});

const HEADERS = {
  'user-agent': PLANTED,
  'x-request-id': PLANTED,
  tracestate: `a=${PLANTED}`,
  baggage: `a=${PLANTED}`,
  referer: `http://${PLANTED}.example`,
};
/** Every field that any request has, filled in. */
const FIELDS = {
  user_message: SENTENCE,
  ai_message: SENTENCE,
  messages: [{ role: 'user', name: PLANTED, content: SENTENCE, external_id: PLANTED }],
  topic: PLANTED,
  query: SENTENCE,
  source_ids: [PLANTED],
  external_id: PLANTED,
  metadata: { user_id: PLANTED, application: PLANTED, [PLANTED]: SENTENCE },
  user_id: PLANTED,
};
const GOOD = { ...FIELDS, priority: 'high', metadata: { user_id: PLANTED, note: SENTENCE } };
const BODIES: unknown[] = [
  GOOD,
  {
    ...FIELDS,
    priority: PLANTED,
    consolidation_threshold: PLANTED,
    user_message: [SENTENCE],
    query: { a: SENTENCE },
  },
  `{"user_message": "${SENTENCE}", `,
  `"${SENTENCE}"`,
  SENTENCE,
  { [PLANTED]: SENTENCE },
];

/** Asks every procedure everything, well and badly. */
async function askEverything(sessionId: string): Promise<number[]> {
  const statuses: number[] = [];
  const query = `?query=${PLANTED}&cursor=${PLANTED}&user_id=${PLANTED}&limit=${PLANTED}&format=${PLANTED}`;
  for (const { meta, hasBody, name } of operations()) {
    // What ends the session comes last.
    if (['deleteSession', 'eraseUser', 'stream'].includes(name)) continue;
    for (const id of [sessionId, PLANTED]) {
      const path = meta.path.replace(/\{\w+\}/, id);
      for (const body of hasBody ? BODIES : [undefined]) {
        const headers = {
          ...HEADERS,
          'idempotency-key': `${PLANTED} ${JSON.stringify(body ?? '').length} ${path}`,
        };
        const options = { key, headers, ...(body === undefined ? {} : { body }) };
        statuses.push((await send(world, meta.method, path, options)).status);
        statuses.push((await send(world, meta.method, `${path}${query}`, options)).status);
      }
    }
  }
  return statuses;
}

async function askOddly(sessionId: string): Promise<void> {
  const other = { headers: { ...HEADERS, authorization: `Bearer sk_test_${PLANTED}` } };
  await send(world, 'GET', '/sessions', other);
  await send(world, 'GET', `/${PLANTED}?${PLANTED}=${PLANTED}`, { key });
  await send(world, 'GET', `/sessions/%zz${PLANTED}`, { key });
  await send(world, 'GET', `/sessions/${sessionId}/stream`, { key, headers: { 'last-event-id': PLANTED } });
  await send(world, 'POST', '/sessions', {
    key,
    body: SENTENCE,
    headers: { 'content-type': `${PLANTED}/x` },
  });
  await fetch(`${world.origin}/trpc/${PLANTED},saveInteraction?batch=1&input=${PLANTED}`);
  await fetch(`${world.origin}/trpc/saveInteraction`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...HEADERS },
    body: JSON.stringify({ sessionId: PLANTED, userMessage: SENTENCE, aiMessage: 7 }),
  });
  const socket = connectSocket(Number(new URL(world.origin).port), '127.0.0.1');
  socket.end(`${PLANTED} / HTTP/9\r\n\r\n`);
  await new Promise((resolve) => socket.on('close', resolve).resume());
}

test('no text, no key and no query comes out in a span, a metric or a log line, whatever fails', async () => {
  const { body } = await send(world, 'POST', '/sessions', { key, body: { metadata: GOOD.metadata } });
  const sessionId = body.session_id as string;
  const stream = await openEventStream(world, sessionId, { key, from: 'start' });
  const statuses = await askEverything(sessionId);
  for (const status of [200, 201, 400, 404]) expect(statuses).toContain(status);
  await askOddly(sessionId);
  await until(() => stream.events.some(({ data }) => data.message?.content === SENTENCE));

  // The database itself fails in the middle of a save, and quotes what was saved.
  await connection.asOwner.execute(
    `create function fail() returns trigger language plpgsql as $$ begin raise exception 'no room for %', new.content; end $$`,
  );
  await connection.asOwner.execute(
    'create trigger failing before insert on messages for each row execute function fail()',
  );
  const failed = await send(world, 'POST', `/sessions/${sessionId}/interactions`, { key, body: GOOD });
  expect(failed.status).toBe(500);
  await fetch(`${world.origin}/trpc/saveInteraction`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId, userMessage: SENTENCE, aiMessage: SENTENCE }),
  });
  // And in the middle of a stream.
  await connection.asOwner.execute('alter table consolidations rename column trigger to trigger_gone');
  world.services.domain.changes?.around(
    { workspaceId: 'wks_words', sessionIds: [sessionId] },
    async () => {},
  );
  await stream.ended;
  await connection.asOwner.execute('alter table consolidations rename column trigger_gone to trigger');
  await connection.asOwner.execute('drop trigger failing on messages');
  await send(world, 'DELETE', `/users/${PLANTED}`, { key, headers: HEADERS });
  expect((await send(world, 'DELETE', `/sessions/${sessionId}`, { key })).status).toBe(404);

  await until(() => collector.points('http.server.request.duration').length > 0);
  await until(() =>
    collector.spans().some(({ attributes }) => attributes['error.type'] === 'internal_error'),
  );
  await until(() => collector.logs().some(({ body }) => body === 'unexpected error'));
  await telemetry.close();
  const heard = { collector: collector.bodies, log: world.logged, model: modelLog };
  for (const [place, lines] of Object.entries(heard)) {
    expect(lines.length, place).toBeGreaterThan(0);
    const leaks = lines.filter((line) => /marmalade/i.test(line) || line.includes(key));
    expect(leaks, place).toEqual([]);
  }
});

test('every line of a request carries its id', () => {
  const ofServer = /^Server listening/;
  const lines = world.logged.map((line) => JSON.parse(line)).filter(({ msg }) => !ofServer.test(msg));
  expect(lines.filter(({ msg }) => msg === 'unexpected error').length).toBeGreaterThan(1);
  for (const line of lines) expect(line.request_id, JSON.stringify(line)).toMatch(/^req_/);
});
