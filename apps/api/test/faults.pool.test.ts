import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect } from '@pact/db';
import { createDatabase, onPostgres } from '@pact/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type ApiWorld, apiWorld, send } from './world.ts';

const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];
const POOL_SIZE = 3;
/** Ten for each connection. */
const MAY_WAIT = 30;
const REQUESTS = 200;

describe.skipIf(!onPostgres)('a pool whose connections are all in use', () => {
  let world: ApiWorld;
  /** Somebody else on the same database. */
  let other: Connection;
  let key: string;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createDatabase(SERVER_URL!);
    drop = database.drop;
    const { databaseUrl } = database;
    world = await apiWorld(await connect({ databaseUrl, dataDir: '', poolSize: POOL_SIZE }));
    other = await connect({ databaseUrl, dataDir: '' });
    ({ secret: key } = await world.key('wks_full'));
  });
  afterAll(async () => {
    await other?.close();
    await world?.close();
    await drop?.();
  });

  const open = async () => (await send(world, 'POST', '/sessions', { key })).body.session_id as string;
  const save = (sessionId: string) =>
    send(world, 'POST', `/sessions/${sessionId}/interactions`, {
      key,
      body: { user_message: 'The ferry leaves at nine.', ai_message: 'Noted.' },
    });

  test('lets few wait, refuses the others at once with Retry-After, and serves as before afterwards', async () => {
    const [locked, free] = [await open(), await open()];
    const letGo = await lock(other, locked);
    const holding = Array.from({ length: POOL_SIZE }, () => save(locked));
    await until(async () => (await waitingForRow(other)) === POOL_SIZE);
    const startedMs = performance.now();
    const timed = async (): Promise<Answer & { ms: number }> => {
      const answer = await send(world, 'GET', `/sessions/${free}`, { key });
      return { ...answer, ms: performance.now() - startedMs };
    };
    const asked = Array.from({ length: REQUESTS }, timed);
    // All refusals come while the row is still locked: nobody had to wait for one.
    const refusedFirst = await firstOf(asked, REQUESTS - MAY_WAIT);
    await letGo();
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status === 503);
    for (const { headers, body } of refused) {
      expect(headers.get('retry-after')).toBe('1');
      expect(body.error).toMatchObject({ code: 'unavailable', retry_after: 1 });
    }
    const served = answers.filter(({ status }) => status === 200);
    expect({ refused: refused.length, served: served.length }).toEqual({
      refused: REQUESTS - MAY_WAIT,
      served: MAY_WAIT,
    });
    expect(refusedFirst.every(({ status }) => status === 503)).toBe(true);
    for (const { status } of await Promise.all(holding)) expect([201, 503]).toContain(status);
    for (let at = 0; at < 2 * POOL_SIZE; at++) expect((await save(locked)).status).toBe(201);
    const worst = (list: { ms: number }[]) => Math.round(Math.max(...list.map(({ ms }) => ms)));
    console.log(
      `Pool of ${POOL_SIZE}, all waiting for one row, ${REQUESTS} requests at once: ${served.length} waited and were served ` +
        `(the last after ${worst(served)} ms), ${refused.length} refused (the last after ${worst(refused)} ms).`,
    );
  });

  test('gives up on a connection in seconds when it never comes, and is empty afterwards', async () => {
    const [locked, free] = [await open(), await open()];
    const letGo = await lock(other, locked);
    // Each round takes the connections again as soon as the row's waiters gave up.
    let isOver = false;
    const lanes = Array.from({ length: POOL_SIZE }, async () => {
      while (!isOver) await save(locked);
    });
    await until(async () => (await waitingForRow(other)) === POOL_SIZE);
    const startedMs = performance.now();
    const answers = await Promise.all(
      Array.from({ length: MAY_WAIT }, () => send(world, 'GET', `/sessions/${free}`, { key })),
    );
    const tookMs = performance.now() - startedMs;
    for (const { status } of answers) expect([200, 503]).toContain(status);
    expect(tookMs).toBeLessThan(15_000);
    isOver = true;
    await letGo();
    await Promise.all(lanes);
    expect((await send(world, 'GET', `/sessions/${free}`, { key })).status).toBe(200);
    console.log(
      `${MAY_WAIT} requests behind connections that never come: all answered after ${Math.round(tookMs)} ms.`,
    );
  });
});

/** Locks a session's row as a save does, until it is let go. */
async function lock(connection: Connection, sessionId: string): Promise<() => Promise<void>> {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => (letGo = resolve));
  let isLocked = () => {};
  const locked = new Promise<void>((resolve) => (isLocked = resolve));
  const holding = connection.acrossWorkspaces.transaction(async (transaction) => {
    await transaction.execute(`select 1 from sessions where id = '${sessionId}' for update`);
    isLocked();
    await released;
  });
  await locked;
  return async () => {
    letGo();
    await holding;
  };
}

/** How many statements of this database wait for a lock. */
async function waitingForRow(connection: Connection): Promise<number> {
  const found = await connection.acrossWorkspaces.execute(
    `select count(distinct pid)::int as waiting from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`,
  );
  return (found as unknown as { rows: { waiting: number }[] }).rows[0]!.waiting;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await isSo()) return;
    await sleep(10);
  }
  throw new Error('It did not come to be.');
}

/** The first so many that resolve, in their order. */
function firstOf<Value>(promises: Promise<Value>[], count: number): Promise<Value[]> {
  return new Promise((resolve, reject) => {
    const first: Value[] = [];
    for (const promise of promises) {
      promise.then((value) => {
        first.push(value);
        if (first.length === count) resolve([...first]);
      }, reject);
    }
  });
}
