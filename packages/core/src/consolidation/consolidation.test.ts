import { consolidations } from '@pact/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../ctx.ts';
import { foldDue } from '../jobs.ts';
import { setPriority } from '../priorities.ts';
import { getSession } from '../sessions.ts';
import { driverOf, runDueJobs, type TestWorld, testWorld } from '../testing.ts';
import { Expand, expand } from './expand.ts';
import { consolidate } from './index.ts';

let world: TestWorld;
let ctx: Ctx;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  ctx = world.ctx;
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

describe('consolidation', () => {
  const turns = [
    'My name is Priya Raman and I live in Lisbon.',
    'I ordered a blue kettle on order 4471 for my mother.',
    'It never arrived and I am absolutely furious about it!',
    'The courier said it was left at the station.',
    'I called them three times and nobody answered.',
    'Marek from the shop promised a replacement.',
    'I would like it before my mother’s birthday on 12 December.',
  ];
  const fill = async (sessionId: string) => {
    const answers = [];
    for (const turn of turns) answers.push(await driver.say(sessionId, turn, 'Noted, thank you.'));
    return answers;
  };
  const runJobs = () => runDueJobs(ctx);

  test('is triggered by the save that passes the threshold, and folds the older turns', async () => {
    const sessionId = await driver.open();
    const answers = await fill(sessionId);
    expect(answers.map(({ consolidationTriggered }) => consolidationTriggered)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(await runJobs()).toMatchObject({ failures: [] });
    const context = await driver.contextOf(sessionId);
    expect(context.consolidatedSummary).toContain('Lisbon');
    expect(context.messages.at(-1)?.content).toBe('Noted, thank you.');
    expect(context.messages.map(({ content }) => content)).toContain(turns[2]);
    expect((await getSession(ctx, { sessionId })).foldedCount).toBeGreaterThan(0);
    expect((await driver.list(sessionId)).data.map(({ content }) => content)).toContain(turns[0]);
  });

  test('happens once for a save: what is asked for again below the threshold folds nothing', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    await runJobs();
    await driver.say(sessionId, 'Thank you for asking them.', 'You are welcome.');
    const { foldedCount } = await getSession(ctx, { sessionId });
    await foldDue(ctx, { workspaceId: ctx.actor.workspaceId, sessionId });
    expect((await getSession(ctx, { sessionId })).foldedCount).toBe(foldedCount);
  });

  test('does not happen when the save said so', async () => {
    const sessionId = await driver.open();
    for (const turn of turns) {
      expect((await driver.say(sessionId, turn, 'Ok.', { consolidate: false })).consolidationTriggered).toBe(
        false,
      );
    }
    expect((await driver.contextOf(sessionId)).consolidatedSummary).toBe('');
  });

  test('is triggered by tokens as well', async () => {
    const sessionId = await driver.open({ consolidationThreshold: 1_000, tokenThreshold: 100 });
    const long = 'We talked about the house in Porto and its garden. '.repeat(8);
    expect((await driver.say(sessionId, long, long)).consolidationTriggered).toBe(false);
    expect((await driver.say(sessionId, long, long)).consolidationTriggered).toBe(true);
  });

  test('done twice changes nothing', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    const first = (await consolidate(ctx, { sessionId })).consolidationResult;
    const second = (await consolidate(ctx, { sessionId })).consolidationResult;
    expect(first.messagesAfter).toBeLessThan(first.messagesBefore);
    expect(first.tokensSaved).toBeGreaterThanOrEqual(0);
    expect(second.messagesBefore).toBe(first.messagesAfter);
    expect(second.messagesAfter).toBe(first.messagesAfter);
    expect(second.tokensSaved).toBe(0);
    expect(second.consolidatedSummary).toBe(first.consolidatedSummary);
  });

  test('gives every sentence sources that can still be read', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    const { consolidationResult } = await consolidate(ctx, { sessionId });
    const ids = (await driver.list(sessionId)).data.map(({ id }) => id);
    expect(consolidationResult.summarySentences.length).toBeGreaterThan(0);
    for (const { sourceIds } of consolidationResult.summarySentences) {
      for (const id of sourceIds) expect(ids).toContain(id);
    }
    expect(consolidationResult.preservedHighlights.map(({ content }) => content)).toContain(turns[2]);
  });

  test('leads back from each sentence to its messages, and to those around them', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    const { consolidationResult } = await consolidate(ctx, { sessionId });
    for (const { sourceIds } of consolidationResult.summarySentences) {
      const { data } = await expand(ctx, Expand.parse({ sessionId, sourceIds }));
      expect(data.map(({ id }) => id).sort()).toEqual([...sourceIds].sort());
    }
    const all = (await driver.list(sessionId)).data;
    const around = await expand(ctx, Expand.parse({ sessionId, sourceIds: [all[2]!.id], around: 1 }));
    expect(around.data).toEqual(all.slice(1, 4));
  });

  test('leads back to nothing for ids of a neighbour, and answers 404 for their session', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    const { id } = (await driver.list(sessionId)).data[0]!;
    const other = await driver.open();
    expect(await expand(ctx, Expand.parse({ sessionId: other, sourceIds: [id, 'a\0b'] }))).toEqual({
      data: [],
    });
    await expect(expand(world.neighbour, Expand.parse({ sessionId, sourceIds: [id] }))).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    );
  });

  test('of a session where every turn says the same says it once, and names every turn', async () => {
    const sessionId = await driver.open();
    const same = { role: 'user', content: 'I prefer oat milk in my coffee.' };
    await driver.bring(
      sessionId,
      Array.from({ length: 808 }, () => same),
    );
    const { consolidationResult } = await consolidate(ctx, { sessionId });
    expect(consolidationResult.summarySentences).toHaveLength(1);
    expect(consolidationResult.summarySentences[0]?.sourceIds).toHaveLength(806);
    expect((await driver.contextOf(sessionId)).consolidatedSummary).toBe(
      '[23 November 2026] User: I prefer oat milk in my coffee.',
    );
  });

  test('of a session without a message answers an empty summary', async () => {
    const { consolidationResult } = await consolidate(ctx, { sessionId: await driver.open() });
    expect(consolidationResult).toMatchObject({
      messagesBefore: 0,
      messagesAfter: 0,
      consolidatedSummary: '',
    });
  });

  test('brings the turns of a topic back when it is ranked high, and folds them again when it is not', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    await consolidate(ctx, { sessionId });
    const served = async () => (await driver.contextOf(sessionId)).messages.map(({ content }) => content);
    expect(await served()).not.toContain(turns[3]);
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'high' });
    expect(await served()).toContain(turns[3]);
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'low' });
    expect(await served()).not.toContain(turns[3]);
  });

  test('that waits is not lost to a change of priority', async () => {
    const sessionId = await driver.open();
    const answers = await fill(sessionId);
    expect(answers.at(-1)?.consolidationTriggered).toBe(true);
    await setPriority(ctx, { sessionId, topic: 'Lisbon', priority: 'high' });
    await runJobs();
    expect((await getSession(ctx, { sessionId })).foldedCount).toBeGreaterThan(0);
  });

  test('is not written again when a topic is ranked as it was', async () => {
    const sessionId = await driver.open();
    await fill(sessionId);
    await consolidate(ctx, { sessionId });
    const generations = async () => {
      const found = await ctx.db.select().from(consolidations).where(eq(consolidations.sessionId, sessionId));
      return found.length;
    };
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'high' });
    const before = await generations();
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'high' });
    expect(await generations()).toBe(before);
  });

  test.each(['check-in', 'C++ (2nd ed.)', 'a/b', '$5 [sic] ^{x}|\\d'])(
    'keeps the turns of a topic that is written %s',
    async (topic) => {
      const sessionId = await driver.open();
      await driver.say(sessionId, `The talk was about ${topic} and nothing else.`);
      await setPriority(ctx, { sessionId, topic, priority: 'high' });
      for (const turn of turns) await driver.say(sessionId, turn, 'Noted.');
      await consolidate(ctx, { sessionId });
      const served = (await driver.contextOf(sessionId)).messages.map(({ content }) => content);
      expect(served).toContain(`The talk was about ${topic} and nothing else.`);
    },
  );

  test('ranks a hundred topics at most', async () => {
    const sessionId = await driver.open();
    for (let at = 0; at < 100; at++)
      await setPriority(ctx, { sessionId, topic: `subject${at}`, priority: 'low' });
    const refused = setPriority(ctx, { sessionId, topic: 'one more', priority: 'low' });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'topic' } });
    await setPriority(ctx, { sessionId, topic: 'subject7', priority: 'high' });
  });

  test('works off a backlog of thousands in one go', async () => {
    const sessionId = await driver.open();
    for (let call = 0; call < 2; call++) {
      const messages = Array.from({ length: 600 }, (_, at) => ({
        role: at % 2 ? 'assistant' : 'user',
        content: `Entry ${call}-${at}: the meeting in room ${at} was moved to floor ${at % 9}.`,
      }));
      await driver.bring(sessionId, messages);
    }
    await runJobs();
    const session = await getSession(ctx, { sessionId });
    expect(session.messageCount).toBe(1_200);
    expect(session.foldedCount).toBeGreaterThan(1_150);
    expect((await driver.contextOf(sessionId)).tokenCount).toBeLessThanOrEqual(2_000);
  });
});
