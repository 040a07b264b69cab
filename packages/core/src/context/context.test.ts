import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../ctx.ts';
import { setPriority } from '../priorities.ts';
import { driverOf, models, runDueJobs, type TestWorld, testWorld } from '../testing.ts';

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
  test('claims nothing of how the user feels where emotion is not tracked', async () => {
    const sessionId = await driver.open({ trackEmotion: false });
    await driver.say(sessionId, 'I am furious, this is the third time!');
    const context = await driver.contextOf(sessionId, { format: 'text' });
    expect(context).toMatchObject({ emotionalState: null, emotionalDetail: null });
    expect(context.prompt).not.toContain('seems');
    expect(context.messages[0]).not.toHaveProperty('emotionalMetadata');
  });

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

  test('serves a hit with the message before and after it', async () => {
    const sessionId = await driver.open();
    await driver.say(
      sessionId,
      'What is the door code of the studio?',
      'It is 9317, with a star at the end.',
    );
    await driver.say(sessionId, 'Noted, I wrote it into my blue notebook.', 'Good.');
    for (let at = 0; at < 12; at++)
      await driver.say(sessionId, `Let us talk about holiday number ${at}.`, 'Sure.');
    await runDueJobs(ctx);
    const contents = (await driver.contextOf(sessionId, { query: 'the blue notebook' })).messages.map(
      ({ content }) => content,
    );
    const hit = contents.indexOf('Noted, I wrote it into my blue notebook.');
    expect(contents.slice(hit - 1, hit + 2)).toEqual([
      'It is 9317, with a star at the end.',
      'Noted, I wrote it into my blue notebook.',
      'Good.',
    ]);
  });

  test.each(['the of and to', '???', '🎉', 'x', 'constructor __proto__', 'ما هو', 'a'.repeat(4_000)])(
    'answers a query of nothing: %s',
    async (query) => {
      const sessionId = await driver.open();
      for (let at = 0; at < 8; at++)
        await driver.say(sessionId, `I met Marek ${at} times in Porto.`, 'Sure.');
      await runDueJobs(ctx);
      const { tokenCount, messages } = await driver.contextOf(sessionId, { query, maxTokens: 100 });
      expect(tokenCount).toBeLessThanOrEqual(100);
      expect(messages.length).toBeGreaterThan(0);
    },
  );

  test('names the day of each message when they come from several', async () => {
    const sessionId = await driver.open();
    await driver.bring(sessionId, [
      { role: 'user', content: 'I met Ana yesterday.', occurredAt: '2026-05-08T10:00:00Z' },
      { role: 'user', content: 'Today I meet her again.', occurredAt: '2026-05-09T10:00:00Z' },
    ]);
    const { prompt } = await driver.contextOf(sessionId, { format: 'text', includeEmotional: false });
    expect(prompt).toBe('[8 May 2026]\nuser: I met Ana yesterday.\n[9 May]\nuser: Today I meet her again.');
  });

  test('says what it left out', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'word '.repeat(300), 'short');
    const context = await driver.contextOf(sessionId, { maxTokens: 100 });
    expect(context).toMatchObject({ truncated: true, dropped: [{ reason: 'longer_than_budget' }] });
  });
});
