import { onPostgres } from '@pact/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consolidate } from './consolidation/index.ts';
import { eraseSession } from './erasure.ts';
import { SaveInteraction, saveInteraction } from './interactions.ts';
import { ListMessages, listMessages } from './messages.ts';
import { CreateSession, createSession, getSession } from './sessions.ts';
import { runDueJobs, type TestWorld, testWorld } from './testing.ts';

/** Races need connections of their own: the embedded engine has one, and cannot have them. */
describe.skipIf(!onPostgres)('at the same time', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await testWorld();
  });
  afterAll(() => world.connection.close());

  const open = async () => (await createSession(world.ctx, CreateSession.parse({}))).sessionId;
  const say = (sessionId: string, userMessage: string, key?: string) =>
    saveInteraction(
      { ...world.ctx, idempotency: key ? { key, requestHash: 'same' } : undefined },
      SaveInteraction.parse({ sessionId, userMessage, aiMessage: 'Yes.' }),
    );

  test('many saves into one session are all there, in one order without gaps', async () => {
    const sessionId = await open();
    await Promise.all(
      Array.from({ length: 40 }, (_, at) => say(sessionId, `Message ${at} about the kettle`)),
    );
    const { data } = await listMessages(world.ctx, ListMessages.parse({ sessionId, limit: 200 }));
    expect(data).toHaveLength(80);
    expect(new Set(data.map(({ id }) => id)).size).toBe(80);
    expect(await getSession(world.ctx, { sessionId })).toMatchObject({ messageCount: 80 });
  });

  test('twins with one idempotency key are stored once; each is answered alike or told to try again', async () => {
    const sessionId = await open();
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => say(sessionId, 'Once only', 'twin')),
    );
    const ids = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [answer.value.interactionId] : [],
    );
    expect(new Set(ids).size).toBe(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'conflict' });
    }
    expect((await getSession(world.ctx, { sessionId })).messageCount).toBe(2);
  });

  test('two consolidations of one session do it once', async () => {
    const sessionId = await open();
    for (let at = 0; at < 9; at++) await say(sessionId, `I bought ${at} tickets to Vienna for Ana.`);
    const results = await Promise.all([
      consolidate(world.ctx, { sessionId }),
      consolidate(world.ctx, { sessionId }),
      runDueJobs(world.ctx),
    ]);
    const [first, second] = results;
    expect(first.consolidationResult.consolidatedSummary).toBe(
      second.consolidationResult.consolidatedSummary,
    );
    expect((await getSession(world.ctx, { sessionId })).foldedCount).toBe(16);
  });

  test('saves and folds and an erasure leave nothing behind, and nobody waits for ever', async () => {
    const sessionId = await open();
    await say(sessionId, 'Before');
    const work = Array.from({ length: 20 }, (_, at) => say(sessionId, `During ${at}`));
    const folds = Array.from({ length: 5 }, () => consolidate(world.ctx, { sessionId }));
    const erased = eraseSession(world.ctx, { sessionId });
    const settled = await Promise.allSettled([...work, ...folds, runDueJobs(world.ctx)]);
    await erased;
    for (const result of settled) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'not_found' });
    }
    await expect(getSession(world.ctx, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
  });
});
