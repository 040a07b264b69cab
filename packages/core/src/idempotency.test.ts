import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from './ctx.ts';
import { sweepIdempotencyRecords } from './idempotency.ts';
import { SaveInteraction, saveInteraction } from './interactions.ts';
import { CreateSession, createSession, getSession } from './sessions.ts';
import { type TestWorld, testWorld } from './testing.ts';

let world: TestWorld;
let sessionId: string;
beforeAll(async () => {
  world = await testWorld();
  ({ sessionId } = await createSession(world.ctx, CreateSession.parse({})));
});
afterAll(() => world.connection.close());

const once = (ctx: Ctx, key: string, requestHash = 'same'): Ctx => ({
  ...ctx,
  idempotency: { key, requestHash },
});
const save = (ctx: Ctx) =>
  saveInteraction(ctx, SaveInteraction.parse({ sessionId, userMessage: 'Hello', aiMessage: 'Hi' }));
const count = async () => (await getSession(world.ctx, { sessionId })).messageCount;

describe('an idempotency key', () => {
  test('makes a second request the first: the same answer, one effect', async () => {
    const before = await count();
    const first = await save(once(world.ctx, 'k1'));
    expect(await save(once(world.ctx, 'k1'))).toEqual(first);
    expect(await count()).toBe(before + 2);
  });

  test('refuses another request under the same key', async () => {
    await save(once(world.ctx, 'k2'));
    await expect(save(once(world.ctx, 'k2', 'other'))).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
  });

  test('belongs to its tenant alone', async () => {
    const ours = await save(once(world.ctx, 'k3'));
    const theirs = await createSession(once(world.neighbour, 'k3'), CreateSession.parse({}));
    expect(theirs.sessionId).not.toBe(ours.interactionId);
  });

  test('records nothing for a request that failed', async () => {
    const missing = SaveInteraction.parse({ sessionId: 'sess_none', userMessage: '', aiMessage: '' });
    await expect(saveInteraction(once(world.ctx, 'k4'), missing)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await save(once(world.ctx, 'k4'))).toHaveProperty('interactionId');
  });

  test('is forgotten after a day', async () => {
    const first = await save(once(world.ctx, 'k5'));
    world.clock.now = new Date(world.clock.now.getTime() + 25 * 3_600_000);
    expect(await save(once(world.ctx, 'k5'))).not.toEqual(first);
    world.clock.now = new Date(world.clock.now.getTime() + 25 * 3_600_000);
    expect(await sweepIdempotencyRecords(world.ctx.db, world.clock.now)).toBeGreaterThan(0);
  });
});
