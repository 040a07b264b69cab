import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consolidate } from '../consolidation/index.ts';
import type { Ctx } from '../ctx.ts';
import { eraseSession } from '../erasure.ts';
import { driverOf, type TestWorld, testWorld } from '../testing.ts';
import { eventsAfter, type LiveEvent, revisionsOf, Stream, startOf } from './index.ts';
import { ORIGIN, type Position } from './position.ts';

let world: TestWorld;
let ctx: Ctx;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  ctx = world.ctx;
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

/** Everything behind a position, page by page. */
async function readAll(sessionId: string, position: Position = ORIGIN, limit = 100): Promise<LiveEvent[]> {
  const page = await eventsAfter(ctx, { sessionId, position, limit });
  return page.hasMore ? [...page.events, ...(await readAll(sessionId, page.position, limit))] : page.events;
}
const start = (sessionId: string, more: object = {}) =>
  startOf(ctx, Stream.parse({ sessionId, ...more })) as Promise<Position>;

async function livelySession(): Promise<string> {
  const sessionId = await driver.open({ consolidationThreshold: 4 });
  const said = [
    'I am so happy today!',
    'This is terrible, I hate it!',
    'What time is it?',
    'Wonderful news!',
  ];
  for (const text of said) {
    world.clock.now = new Date(world.clock.now.getTime() + 1_000);
    await driver.say(sessionId, text);
  }
  world.clock.now = new Date(world.clock.now.getTime() + 1_000);
  await consolidate(ctx, { sessionId });
  world.clock.now = new Date(world.clock.now.getTime() + 1_000);
  await driver.say(sessionId, 'Thank you so much.');
  return sessionId;
}

describe('the events of a session', () => {
  test('tell each message in order, what it did to the state behind it, and each fold in its time', async () => {
    const sessionId = await livelySession();
    const events = await readAll(sessionId);
    const said = events.flatMap((event) => (event.type === 'message_added' ? [event.data.message] : []));
    expect(said).toEqual((await driver.list(sessionId)).data);
    for (const [at, event] of events.entries()) {
      if (event.type !== 'emotional_state_changed') continue;
      const before = events[at - 1];
      expect(before?.type === 'message_added' && before.data.message.id).toBe(event.data.messageId);
    }
    const first = events.find(({ type }) => type === 'emotional_state_changed');
    expect(first?.data).toMatchObject({ emotion: 'happy', trend: 'stable', valence: expect.any(Number) });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'consolidation_triggered')).toHaveLength(1);
    expect(types.lastIndexOf('message_added')).toBeGreaterThan(types.indexOf('consolidation_triggered'));
    const fold = events.find(({ type }) => type === 'consolidation_triggered');
    expect(fold?.data).toMatchObject({ trigger: 'request', messagesBefore: 8 });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  test('are the same whatever the size of the page, and go on right behind any of them', async () => {
    const sessionId = await livelySession();
    const events = await readAll(sessionId);
    for (const limit of [1, 2, 3, 5]) expect(await readAll(sessionId, ORIGIN, limit)).toEqual(events);
    for (const [at, { id }] of events.entries()) {
      const position = await start(sessionId, { lastEventId: id });
      expect(await readAll(sessionId, position, 2)).toEqual(events.slice(at + 1));
    }
  });

  test('of a page stay within its bytes, one message at least, and miss none', async () => {
    const sessionId = await driver.open();
    const content = 'x'.repeat(200_000);
    await driver.bring(
      sessionId,
      Array.from({ length: 7 }, () => ({ role: 'assistant', content })),
    );
    const page = await eventsAfter(ctx, { sessionId, position: ORIGIN, limit: 100 });
    expect(page.events.length).toBeLessThan(4);
    expect(page.hasMore).toBe(true);
    expect(await readAll(sessionId)).toHaveLength(7);
  });

  test('begin with what comes next, unless asked for from the start', async () => {
    const sessionId = await livelySession();
    expect(await readAll(sessionId, await start(sessionId))).toEqual([]);
    const now = await start(sessionId);
    await driver.say(sessionId, 'Now I am furious!');
    expect((await readAll(sessionId, now)).map(({ type }) => type)).toEqual([
      'message_added',
      'emotional_state_changed',
      'message_added',
    ]);
    expect(await start(sessionId, { from: 'start' })).toEqual(ORIGIN);
  });

  test('say nothing of emotion in a session without it', async () => {
    const sessionId = await driver.open({ trackEmotion: false });
    await driver.say(sessionId, 'I am so happy!');
    expect((await readAll(sessionId)).map(({ type }) => type)).toEqual(['message_added', 'message_added']);
  });

  test('end with the erasure of the session', async () => {
    const sessionId = await livelySession();
    const position = await start(sessionId);
    await eraseSession(ctx, { sessionId });
    const page = await eventsAfter(ctx, { sessionId, position, limit: 100 });
    expect(page).toMatchObject({ isOver: true, events: [{ type: 'session_deleted', data: { sessionId } }] });
  });

  test.each(['', 'x', '1', '-', '1-', '1-1-1', '1.2-0', '1e3-0', '999-0', '0-999', `${'9'.repeat(30)}-0`])(
    'refuse to go on behind %j',
    async (lastEventId) => {
      const sessionId = await livelySession();
      await expect(start(sessionId, { lastEventId })).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  test('are a neighbour’s as little as a missing session’s', async () => {
    const sessionId = await livelySession();
    await expect(startOf(world.neighbour, Stream.parse({ sessionId }))).rejects.toMatchObject({
      code: 'not_found',
    });
    const page = await eventsAfter(world.neighbour, { sessionId, position: ORIGIN, limit: 100 });
    expect(page.events.map(({ type }) => type)).toEqual(['session_deleted']);
    const revisions = await revisionsOf(ctx.db, { workspaceId: 'wks_neighbour', sessionIds: [sessionId] });
    expect(revisions.size).toBe(0);
  });
});
