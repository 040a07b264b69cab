import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../ctx.ts';
import { runDueJobs } from '../jobs.ts';
import { setPriority } from '../priorities.ts';
import { driverOf, models, type TestWorld, testWorld } from '../testing.ts';

let world: TestWorld;
let ctx: Ctx;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  ctx = world.ctx;
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

describe('a context', () => {
  test.each([1, 5, 20, 60, 150, 400, 2_000])(
    'of at most %i tokens is never larger, in any format',
    async (maxTokens) => {
      const sessionId = await driver.open();
      for (let at = 0; at < 9; at++) {
        await driver.say(
          sessionId,
          `Message ${at}: I love the mountains 🏔️ near Innsbruck, number ${at * 37}.`,
          'Nice! '.repeat(at + 1),
        );
      }
      await runDueJobs(ctx);
      for (const format of ['json', 'text', 'openai', 'anthropic']) {
        const context = await driver.contextOf(sessionId, { maxTokens, format });
        expect(context.tokenCount).toBeLessThanOrEqual(maxTokens);
        const contents = context.messages.map(({ content }) => content).join('\n');
        expect(models.countTokens(`${context.consolidatedSummary}\n${contents}`)).toBeLessThanOrEqual(
          maxTokens + 1,
        );
        const prompt =
          typeof context.prompt === 'string' ? context.prompt : JSON.stringify(context.prompt ?? '');
        if (context.messages.length > 0 && format !== 'json')
          expect(models.countTokens(prompt)).toBe(context.tokenCount);
        expect(context.truncated).toBe(
          context.tokenCount < (await driver.contextOf(sessionId, { maxTokens: 5_000, format })).tokenCount,
        );
      }
    },
  );

  test.each(['json', 'text', 'openai', 'anthropic'])(
    'keeps what was ranked high in a tight budget, in %s',
    async (format) => {
      const sessionId = await driver.open();
      await driver.say(sessionId, 'I have a severe peanut allergy.', 'I will remember it.');
      await setPriority(ctx, { sessionId, topic: 'allergy', priority: 'high' });
      for (let at = 0; at < 7; at++)
        await driver.say(sessionId, `We went to the "market" number ${at} with Marek.`, 'Sounds nice.');
      await runDueJobs(ctx);
      for (const maxTokens of [160, 200, 240, 300]) {
        const { messages, tokenCount } = await driver.contextOf(sessionId, { format, maxTokens });
        expect(tokenCount).toBeLessThanOrEqual(maxTokens);
        expect(messages.map(({ content }) => content)).toContain('I have a severe peanut allergy.');
      }
    },
  );

  test('leaves emotion out when it is not wanted', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'I am so happy today!');
    const context = await driver.contextOf(sessionId, { includeEmotional: false });
    expect(context.emotionalState).toBeNull();
    expect(context.messages[0]).not.toHaveProperty('emotionalMetadata');
    expect((await driver.contextOf(sessionId)).emotionalState).toBe('happy');
  });

  test('serves a folded turn again when the query is about it', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'The door code of the studio is 9317.', 'Saved.');
    for (let at = 0; at < 12; at++)
      await driver.say(sessionId, `Let us talk about holiday number ${at}.`, 'Sure.');
    await runDueJobs(ctx);
    const context = await driver.contextOf(sessionId, { query: 'What is the door code of the studio?' });
    expect(context.messages.map(({ content }) => content)).toContain('The door code of the studio is 9317.');
  });

  test('says what it left out', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'word '.repeat(300), 'short');
    const context = await driver.contextOf(sessionId, { maxTokens: 100 });
    expect(context).toMatchObject({ truncated: true, dropped: [{ reason: 'longer_than_budget' }] });
  });
});
