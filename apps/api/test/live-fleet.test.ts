import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { type Connection, connect } from '@pact/db';
import { createDatabase, onPostgres, testConnection } from '@pact/db/testing';
import type { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { STREAM_LIMITS } from '../src/live/streams.ts';
import { connectRedis } from '../src/redis.ts';
import { type EventStream, openEventStream, until } from './event-stream.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];
const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];
const quiet = { warn: () => {}, info: () => {} };

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Connections of two processes to one database; the embedded one has a single process, whose two servers share it. */
async function twoConnections(): Promise<[Connection, Connection]> {
  if (!onPostgres) {
    const connection = await testConnection();
    cleanUps.push(() => connection.close());
    const shared = { ...connection, close: async () => {} };
    return [shared, shared];
  }
  const { databaseUrl, drop } = await createDatabase(SERVER_URL!);
  cleanUps.push(drop);
  const open = () => connect({ databaseUrl, dataDir: '' });
  return [await open(), await open()];
}

/** Two servers on one database and one Redis. */
async function fleet(redisUrl: string | undefined, pollMs = STREAM_LIMITS.pollMs) {
  const connections = await twoConnections();
  const worlds: ApiWorld[] = [];
  for (const connection of connections) {
    const redis = redisUrl ? await connectRedis(redisUrl, quiet) : undefined;
    const world = await apiWorld(connection, { redis, streamLimits: { ...STREAM_LIMITS, pollMs } });
    cleanUps.push(() => world.close());
    worlds.push(world);
  }
  const [here, there] = worlds as [ApiWorld, ApiWorld];
  const { secret: key } = await here.key('wks_fleet');
  const { body } = await send(here, 'POST', '/sessions', { key });
  const sessionId = body.session_id as string;
  const say = (world: ApiWorld, text: string) =>
    send(world, 'POST', `/sessions/${sessionId}/interactions`, {
      key,
      body: { user_message: text, ai_message: 'Yes.' },
    });
  return { here, there, key, sessionId, say };
}

const addedTo = ({ events }: EventStream): string[] =>
  events.flatMap(({ event, data }) => (event === 'message_added' ? [data.message.content] : []));

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function startRedis(port: number): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  cleanUps.push(async () => server.kill('SIGKILL'));
  const probe = () =>
    connectRedis(`redis://127.0.0.1:${port}`, quiet).then((redis: Redis) => {
      const isReady = redis.status === 'ready';
      redis.disconnect();
      return isReady;
    });
  await until(probe);
  return server;
}

describe.skipIf(!REDIS_URL)('servers that share Redis', () => {
  test('tell each other at once what each has saved', async () => {
    // Nobody looks by himself: what is told came over Redis.
    const { here, there, key, sessionId, say } = await fleet(REDIS_URL, 3_600_000);
    const stream = await openEventStream(there, sessionId, { key });
    cleanUps.push(async () => stream.leave());
    for (let at = 1; at <= 10; at++) {
      await say(here, `Number ${at}`);
      await until(() => addedTo(stream).length === 2 * at);
    }
    await send(here, 'DELETE', `/sessions/${sessionId}`, { key });
    await stream.ended;
    expect(stream.events.at(-1)?.event).toBe('session_deleted');
  });

  test('find out by themselves while Redis is gone, and hear from it again when it is back', async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    const { here, there, key, sessionId, say } = await fleet(`redis://127.0.0.1:${port}`);
    const stream = await openEventStream(there, sessionId, { key });
    cleanUps.push(async () => stream.leave());
    await say(here, 'With Redis.');
    await until(() => addedTo(stream).length === 2);
    redis.kill('SIGKILL');
    await until(() => here.services.redis?.status !== 'ready');
    await say(here, 'Without Redis.');
    await until(() => addedTo(stream).length === 4);
    await say(here, 'Again without.');
    await until(() => addedTo(stream).length === 6);
    await startRedis(port);
    await until(() => here.services.redis?.status === 'ready');
    await say(here, 'With Redis again.');
    await until(() => addedTo(stream).length === 8);
    const said = addedTo(stream).filter((text) => text !== 'Yes.');
    expect(said).toEqual(['With Redis.', 'Without Redis.', 'Again without.', 'With Redis again.']);
  });

  test('put no text into Redis', async () => {
    const { here, there, key, sessionId, say } = await fleet(REDIS_URL);
    const spy = await connectRedis(REDIS_URL!, quiet);
    cleanUps.push(async () => spy.disconnect());
    const overheard: string[] = [];
    spy.on('pmessage', (_, channel: string, text: string) => overheard.push(`${channel} ${text}`));
    await spy.psubscribe('*');
    const stream = await openEventStream(there, sessionId, { key });
    cleanUps.push(async () => stream.leave());
    await say(here, 'The planted marmalade phrase');
    await stream.came(2);
    await until(() => overheard.some((line) => line.includes(sessionId)));
    expect(overheard.join('\n')).not.toMatch(/marmalade|sk_test_/i);
  });
});

test('servers without Redis find out by looking', async () => {
  const { here, there, key, sessionId, say } = await fleet(undefined, 100);
  const stream = await openEventStream(there, sessionId, { key });
  cleanUps.push(async () => stream.leave());
  await say(here, 'Nobody told you.');
  expect((await stream.came(2))[0]?.data.message.content).toBe('Nobody told you.');
});
