import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, onPostgres } from '@pact/db/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lineTo } from '../line.ts';
import { startRedisServer } from '../redis-server.ts';
import { type Answer, send } from '../world.ts';
import { startTask, type Task } from './task.ts';
import { type Outcome, Workload } from './workload.ts';

const KEY = 'sk_test_key_of_the_fleet';
const CLIENTS = 16;
const hasRedis = Boolean(process.env['PACT_TEST_REDIS_URL']);

/** What becomes of a fleet under load when a part of it dies. The table is printed at the end. */
describe.skipIf(!onPostgres || !hasRedis)('two tasks under load', { timeout: 180_000 }, () => {
  const outcomes: Outcome[] = [];
  const cleanUps: (() => unknown)[] = [];
  let databaseUrl: string;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    ({ databaseUrl, drop } = await createDatabase(process.env['PACT_TEST_DATABASE_URL']!));
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  afterAll(async () => {
    await drop();
    console.table(Object.fromEntries(outcomes.map(({ fault, ...rest }) => [fault, rest])));
  });

  async function task(env: Record<string, string> = {}): Promise<Task> {
    const started = await startTask({ DATABASE_URL: databaseUrl, PACT_API_KEY: KEY, ...env });
    cleanUps.push(async () => {
      started.child.kill('SIGKILL');
      await started.ended;
    });
    return started;
  }

  const origins = (...tasks: Task[]) => tasks.map(({ origin }) => origin);

  async function loaded(tasks: Task[]): Promise<Workload> {
    const load = new Workload(origins(...tasks), KEY);
    await load.start(CLIENTS);
    await load.progress(100);
    return load;
  }

  async function expectNothingLost(load: Workload, fault: string): Promise<Outcome> {
    const outcome = await load.finish(fault);
    outcomes.push(outcome);
    expect(outcome).toMatchObject({ lost: 0, doubled: 0 });
    expect(outcome.found).toBe(outcome.acknowledged);
    return outcome;
  }

  test('kill -9 of one: every acknowledged save is there, none twice', async () => {
    const [first, second] = await Promise.all([task(), task()]);
    const load = await loaded([first, second]);
    first.child.kill('SIGKILL');
    await first.ended;
    await sleep(300);
    load.origins = origins(second);
    await load.progress(200);
    const outcome = await expectNothingLost(load, 'kill -9 of a task');
    expect(outcome.refused).toBeGreaterThan(0);
  });

  test('SIGTERM of one: no request fails', async () => {
    const [first, second] = await Promise.all([task(), task()]);
    const load = await loaded([first, second]);
    first.child.kill('SIGTERM');
    // As a load balancer does: nothing new for a task that ends, and what is under way goes on.
    await sleep(100);
    load.origins = origins(second);
    expect(await first.ended).toBe(0);
    await load.progress(100);
    const outcome = await expectNothingLost(load, 'SIGTERM of a task');
    expect(outcome.refused).toBe(0);
  });

  test('Redis killed and started again: saves go on, and each read shows the save before it', async () => {
    const redis = await startRedisServer();
    cleanUps.push(() => redis.kill());
    const tasks = await Promise.all([task({ REDIS_URL: redis.url }), task({ REDIS_URL: redis.url })]);
    const load = await loaded(tasks);
    await redis.kill();
    await load.progress(150);
    await expectFreshReads(tasks);
    expect((await send(tasks[0], 'GET', '/health')).body).toMatchObject({
      status: 'healthy',
      services: { cache: 'degraded' },
    });
    await redis.restart();
    await expectFreshReads(tasks);
    await load.progress(150);
    const outcome = await expectNothingLost(load, 'Redis killed, and back');
    expect(outcome.refused).toBe(0);
  });

  test('Redis that takes two seconds an answer: nobody waits for it', async () => {
    const redis = await startRedisServer();
    const proxy = await lineTo(redis.url);
    cleanUps.push(
      () => redis.kill(),
      () => proxy.cut(),
    );
    const tasks = await Promise.all([task({ REDIS_URL: proxy.url }), task({ REDIS_URL: proxy.url })]);
    const load = await loaded(tasks);
    proxy.delayMs = 2_000;
    load.worstMs = 0;
    await load.progress(200);
    await expectFreshReads(tasks);
    proxy.delayMs = 0;
    await load.progress(100);
    const outcome = await expectNothingLost(load, 'Redis at 2 s an answer');
    expect(outcome.refused).toBe(0);
  });

  test('clients that send half a body, 20,000 headers, or do not read: the others do not notice', async () => {
    const one = await task();
    const load = await loaded([one]);
    const sessionId = [...load.acknowledged.keys()][0]!;
    const rude = rudeClients(new URL(one.origin), sessionId);
    cleanUps.push(() => rude.forEach((socket) => void socket.destroy()));
    await load.progress(200);
    const outcome = await expectNothingLost(load, '40 rude clients');
    expect(outcome.refused).toBe(0);
    expect((await send(one, 'GET', '/health')).status).toBe(200);
  });

  test('two tasks that fold one session at once fold it once, while it is written to', async () => {
    const tasks = await Promise.all([task(), task()]);
    const load = await loaded(tasks);
    const sessionId = [...load.acknowledged.keys()][0]!;
    for (let at = 0; at < 5; at += 1) {
      const answers = await Promise.all(
        [...tasks, ...tasks].map((each) =>
          patiently(() => send(each, 'POST', `/sessions/${sessionId}/consolidate`, { key: KEY, body: {} })),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    }
    await expectNothingLost(load, 'two tasks fold one session');
    const { body } = await send(tasks[0], 'POST', `/sessions/${sessionId}/consolidate`, {
      key: KEY,
      body: {},
    });
    const again = await send(tasks[1], 'POST', `/sessions/${sessionId}/consolidate`, { key: KEY, body: {} });
    const { consolidation_result: result } = again.body;
    expect(result.consolidated_summary).toBe(body.consolidation_result.consolidated_summary);
    const sources: string[] = result.summary_sentences.map(
      (sentence: { text: string; source_ids: string[] }) => `${sentence.text} ${sentence.source_ids}`,
    );
    expect(new Set(sources).size).toBe(sources.length);
  });

  /** A save through one task is in the next context of the other, again and again. */
  async function expectFreshReads(tasks: Task[]): Promise<void> {
    const { body } = await send(tasks[0]!, 'POST', '/sessions', { key: KEY, body: {} });
    for (let at = 0; at < 6; at += 1) {
      const [writer, reader] = at % 2 ? tasks : [...tasks].reverse();
      const text = `Parcel number ${at} has arrived.`;
      const saved = await send(writer!, 'POST', `/sessions/${body.session_id}/interactions`, {
        key: KEY,
        body: { user_message: text, ai_message: 'Good.' },
      });
      expect(saved.status).toBe(201);
      const read = await send(reader!, 'GET', `/sessions/${body.session_id}/context`, { key: KEY });
      expect(JSON.stringify(read.body.messages)).toContain(text);
    }
  }
});

/** Whoever waits too long for the session's row is told to come back, and does. */
async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await sleep(1_000 * Number(answer.headers.get('retry-after')));
  }
}

function rudeClients(target: URL, sessionId: string): Socket[] {
  const head = `POST /pact/v1/sessions/${sessionId}/interactions HTTP/1.1\r\nHost: pact\r\nAuthorization: Bearer ${KEY}\r\n`;
  const half = `${head}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"user_message": "half`;
  const headers = head + Array.from({ length: 20_000 }, (_, at) => `X-Header-${at}: value\r\n`).join('');
  const reading = `GET /pact/v1/sessions/${sessionId}/messages?limit=200 HTTP/1.1\r\nHost: pact\r\nAuthorization: Bearer ${KEY}\r\n\r\n`;
  const kinds = [half, headers, reading.repeat(5), 'GET / NOTHTTP\r\n\r\n'];
  return Array.from({ length: 40 }, (_, at) => {
    const socket = connectSocket(Number(target.port), target.hostname);
    socket.on('error', () => {});
    socket.pause();
    socket.write(kinds[at % kinds.length]!);
    return socket;
  });
}
