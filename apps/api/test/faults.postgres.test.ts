import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@pact/db';
import { canStartPostgres, startPostgres, type TestServer } from '@pact/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, apiWorld, send } from './world.ts';

const LANES = 8;
/** Saves that each lane gets acknowledged before, and after, each outage. */
const SAVES = 15;
const DOWN_MS = 1_500;

/** What the clients saw and what is there in the end. */
interface Tally {
  acknowledged: Set<string>;
  refused: number;
  /** Answers that are neither a success nor a 503 to be tried again. */
  other: string[];
  worstMs: number;
}

describe.skipIf(!canStartPostgres)('PostgreSQL restarted under load', () => {
  let server: TestServer;
  let world: ApiWorld;
  let key: string;
  beforeAll(async () => {
    server = await startPostgres();
    world = await apiWorld(await connect({ databaseUrl: server.url, dataDir: '' }));
    ({ secret: key } = await world.key('wks_restart'));
  });
  afterAll(async () => {
    await world?.close();
    await server?.remove();
  });

  test.each([
    ['told to end', 'fast'],
    ['crashed', 'immediate'],
  ] as const)(
    '%s: 503 with Retry-After while it is down, then as before; nothing acknowledged is lost, nothing doubled',
    async (name, how) => {
      const tally: Tally = { acknowledged: new Set(), refused: 0, other: [], worstMs: 0 };
      const sessions = await Promise.all(
        Array.from(
          { length: LANES },
          async () => (await send(world, 'POST', '/sessions', { key })).body.session_id,
        ),
      );
      const enough = () => tally.acknowledged.size >= LANES * SAVES;
      let isOver = () => false;
      const lanes = sessions.map(async (sessionId: string, lane) => {
        for (let at = 0; !isOver(); at++)
          await saveUntilAcknowledged(sessionId, `Lane ${lane}, message ${at}`, tally);
      });
      while (!enough()) await sleep(10);
      await server.stop(how);
      const health = await send(world, 'GET', '/health');
      expect(health.status).toBe(503);
      await sleep(DOWN_MS);
      const before = tally.acknowledged.size;
      expect(tally.refused).toBeGreaterThan(0);
      await server.start();
      isOver = () => tally.acknowledged.size >= before + LANES * SAVES;
      await Promise.all(lanes);
      expect((await send(world, 'GET', '/health')).status).toBe(200);
      const stored = (await Promise.all(sessions.map(textsOf))).flat();
      const found = [...tally.acknowledged].filter((text) => stored.includes(text)).length;
      const outcome = {
        acknowledged: tally.acknowledged.size,
        found,
        lost: tally.acknowledged.size - found,
        doubled: stored.length - new Set(stored).size,
      };
      console.log(
        `PostgreSQL ${name} under ${LANES} clients:`,
        JSON.stringify({ ...outcome, refused: tally.refused, worstMs: Math.round(tally.worstMs) }),
      );
      expect(outcome).toMatchObject({ lost: 0, doubled: 0 });
      expect(tally.other).toEqual([]);
      expect(tally.worstMs).toBeLessThan(20_000);
    },
  );

  /** Sends one save, with one key, until it is acknowledged: what a client is told to do. */
  async function saveUntilAcknowledged(sessionId: string, text: string, tally: Tally): Promise<void> {
    for (;;) {
      const startedMs = performance.now();
      const answer = await send(world, 'POST', `/sessions/${sessionId}/interactions`, {
        key,
        body: { user_message: text, ai_message: 'Yes.' },
        headers: { 'idempotency-key': `${sessionId} ${text}` },
      });
      tally.worstMs = Math.max(tally.worstMs, performance.now() - startedMs);
      if (answer.status === 201) {
        tally.acknowledged.add(`${sessionId} ${text}`);
        return;
      }
      const isRefusal = answer.status === 503 && answer.headers.get('retry-after') === '1';
      // 409: the twin of this request has not been rolled back yet.
      if (isRefusal || (answer.status === 409 && answer.headers.has('retry-after'))) tally.refused += 1;
      else tally.other.push(`${answer.status} ${JSON.stringify(answer.body)}`);
      await sleep(50);
    }
  }

  async function textsOf(sessionId: string): Promise<string[]> {
    const texts: string[] = [];
    let cursor = '';
    do {
      const { body } = await send(world, 'GET', `/sessions/${sessionId}/messages?limit=200${cursor}`, {
        key,
      });
      for (const { role, content } of body.data) if (role === 'user') texts.push(`${sessionId} ${content}`);
      cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
    } while (cursor);
    return texts;
  }
});
