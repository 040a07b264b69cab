import { connect as connectSocket, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STREAM_LIMITS } from '../src/live/streams.ts';
import { until } from './event-stream.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const MESSAGES = 5_000;
/** Much to send and little to analyse. */
const CONTENT = '\n'.repeat(3_000);
/** Far more than a page of events and far less than all of them. */
const BUFFERED_AT_MOST = 4 * 1024 * 1024;

let world: ApiWorld;
let key: string;
let sessionId: string;
const served = new Set<Socket>();
beforeAll(async () => {
  world = await apiWorld();
  count(world);
  ({ secret: key } = await world.key('wks_slow'));
  const { body } = await send(world, 'POST', '/sessions', {
    key,
    body: { consolidation_threshold: 1_000, token_threshold: 1_000_000, track_emotion: false },
  });
  sessionId = body.session_id;
});
afterAll(() => world.close());

/** Keeps an eye on the connections of a server. */
function count({ app }: ApiWorld): void {
  app.server.on('connection', (socket) => {
    served.add(socket);
    socket.on('close', () => served.delete(socket));
  });
}

/** A client that asks and then reads only when told to. */
async function slowClient({ origin }: ApiWorld, query = ''): Promise<Socket> {
  const socket = connectSocket(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    `GET /pact/v1/sessions/${sessionId}/stream${query} HTTP/1.1\r\nHost: pact\r\nAuthorization: Bearer ${key}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

const buffered = () => [...served].reduce((sum, socket) => sum + socket.writableLength, 0);

async function bringAll(): Promise<void> {
  for (let at = 0; at < MESSAGES; at += 500) {
    const messages = Array.from({ length: 500 }, (_, n) => ({
      role: 'assistant',
      content: `${CONTENT}${at + n}`,
    }));
    const { status } = await send(world, 'POST', `/sessions/${sessionId}/messages`, {
      key,
      body: { messages },
    });
    expect(status).toBe(201);
  }
}

/** Reads the number at the end of each message that a chunk completes. */
function numbersOf(): (chunk: Buffer) => number[] {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop()!;
    return lines.flatMap((line) => (/\\n(\d+)"/.exec(line)?.[1] ? [Number(/\\n(\d+)"/.exec(line)![1])] : []));
  };
}

describe('a client that does not read', () => {
  test('makes this process hold a page, however much is saved; then it gets everything', {
    timeout: 180_000,
  }, async () => {
    const client = await slowClient(world);
    let most = 0;
    const measuring = setInterval(() => (most = Math.max(most, buffered())), 20);
    const numbers: number[] = [];
    const read = numbersOf();
    await bringAll();
    client.on('data', (chunk) => numbers.push(...read(chunk)));
    client.resume();
    await until(() => numbers.length >= MESSAGES);
    clearInterval(measuring);
    expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, n) => n));
    expect(MESSAGES * CONTENT.length).toBeGreaterThan(3 * BUFFERED_AT_MOST);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(BUFFERED_AT_MOST);
    client.destroy();
  });

  test('is cut off when it takes nothing for too long', async () => {
    const impatient = await apiWorld(
      { ...world.connection, close: async () => {} },
      { streamLimits: { ...STREAM_LIMITS, stalledMs: 2_000 } },
    );
    count(impatient);
    const client = await slowClient(impatient, '?from=start');
    await until(() => buffered() > 0);
    await until(() => buffered() === 0);
    client.destroy();
    await impatient.close();
  });
});
