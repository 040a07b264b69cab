import { consolidations, emotionalStates, sessions, usage, workspaces } from '@pact/db';
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { consolidate } from '../consolidation/index.ts';
import type { Ctx, LanguageModel } from '../ctx.ts';
import { getEmotionalState } from '../emotions/index.ts';
import { eraseSession } from '../erasure.ts';
import { driverOf, type TestWorld, testWorld } from '../testing.ts';
import { USAGE_SLOTS } from '../usage.ts';
import { enrichSession } from './index.ts';

type Asked = Parameters<LanguageModel['wordSummary']>[0];
type Messages = Parameters<LanguageModel['readEmotions']>[0];

let world: TestWorld;
let ctx: Ctx;
let driver: ReturnType<typeof driverOf>;
let words: Asked[];
let read: Messages[];
/** What happens while the model is asked. */
let meanwhile: () => Promise<unknown>;
let answer: { text(input: Asked): string | null; readings(messages: Messages): unknown };

const faithful = ({ sentences }: Asked) => `In short: ${sentences.map(({ text }) => text).join(' ')}`;
const hopeful = (messages: Messages) =>
  messages.map(() => ({ emotion: 'hopeful', valence: 0.70004, arousal: 0.5 }));
const model: LanguageModel = {
  name: 'loopback/model-1',
  wordSummary: async (input) => {
    words.push(input);
    await meanwhile();
    return { text: answer.text(input), spent: { input: 100, output: 20 } };
  },
  readEmotions: async (messages) => {
    read.push(messages);
    await meanwhile();
    return { readings: answer.readings(messages) as never, spent: { input: 50, output: 5 } };
  },
};

beforeAll(async () => {
  world = await testWorld();
  ctx = { ...world.ctx, languageModel: model };
  driver = driverOf(world);
});
afterAll(() => world.connection.close());
beforeEach(async () => {
  words = [];
  read = [];
  meanwhile = async () => {};
  answer = { text: faithful, readings: hopeful };
  await ctx.db.delete(usage);
});

const UNSURE = 'My train is late again, and I got the job.';

/** A session with a summary of several sentences and messages whose reading is not sure. */
async function folded(options: object = {}): Promise<string> {
  const sessionId = await driver.open(options);
  await driver.say(
    sessionId,
    'My sister Anna lives in Porto with two cats.',
    'I will remember Anna in Porto.',
  );
  await driver.say(sessionId, 'Our flight to Lisbon leaves on 8 December at 9:30.', 'Noted: Lisbon at 9:30.');
  await driver.say(sessionId, UNSURE, 'Congratulations on the job!');
  await driver.say(sessionId, 'I am allergic to peanuts, not to almonds.', 'I will keep peanuts away.');
  await consolidate(ctx, { sessionId });
  return sessionId;
}

const newest = async (sessionId: string) =>
  (
    await ctx.db
      .select()
      .from(consolidations)
      .where(eq(consolidations.sessionId, sessionId))
      .orderBy(desc(consolidations.generation))
  )[0]!;
const historyOf = async (sessionId: string) => (await getEmotionalState(ctx, { sessionId })).emotionalHistory;

describe('a session is enriched', () => {
  test('with words for its summary, which the context serves and names, beside the sentences they are of', async () => {
    const sessionId = await folded();
    const before = await driver.contextOf(sessionId);
    const { sentences } = await newest(sessionId);
    expect(await enrichSession(ctx, { sessionId })).toMatchObject({ wording: 'stored', isOverBudget: false });
    const after = await driver.contextOf(sessionId, { format: 'text' });
    expect(after.consolidatedSummary).toMatch(/^In short: .*Anna/);
    expect(after.summaryModel).toBe('loopback/model-1');
    expect(after.summarySentences).toEqual(before.summarySentences);
    expect(after.prompt).toContain('In short: ');
    expect(after.tokenCount).toBe(ctx.models.countTokens(after.prompt as string));
    expect(before).not.toHaveProperty('summaryModel');
    expect((await newest(sessionId)).sentences).toEqual(sentences);
    expect(words[0]!.sentences.map(({ text }) => text)).toEqual(sentences.map(({ text }) => text));
  });

  test('with readings of what the built-in engine is unsure of, and its own readings and the state stay', async () => {
    const sessionId = await folded();
    const before = await getEmotionalState(ctx, { sessionId });
    const { readings } = await enrichSession(ctx, { sessionId });
    expect(readings).toBeGreaterThan(0);
    const after = await getEmotionalState(ctx, { sessionId });
    const unsure = after.emotionalHistory.filter(({ modelReading }) => modelReading);
    expect(unsure).toHaveLength(readings as number);
    for (const entry of unsure) {
      expect(entry.confidence).toBeLessThan(0.5);
      expect(entry.modelReading).toEqual({
        model: 'loopback/model-1',
        emotion: 'hopeful',
        valence: 0.7,
        arousal: 0.5,
      });
    }
    const without = after.emotionalHistory.map(({ modelReading: _, ...entry }) => entry);
    expect({ ...after, emotionalHistory: without }).toEqual(before);
    expect(read[0]).toContainEqual({ text: UNSURE, before: 'Noted: Lisbon at 9:30.' });
  });

  test('once: a second run asks for nothing', async () => {
    const sessionId = await folded();
    await enrichSession(ctx, { sessionId });
    expect(await enrichSession(ctx, { sessionId })).toEqual({
      wording: 'none',
      readings: 0,
      isOverBudget: false,
    });
    expect([words.length, read.length]).toEqual([1, 1]);
  });

  test('once when two run at once', async () => {
    const sessionId = await folded();
    const runs = await Promise.all([enrichSession(ctx, { sessionId }), enrichSession(ctx, { sessionId })]);
    expect(runs.map(({ wording }) => wording).sort()).toEqual(['none', 'stored']);
    const stored = (await historyOf(sessionId)).filter(({ modelReading }) => modelReading).length;
    expect(runs.reduce((sum, { readings }) => sum + (readings as number), 0)).toBe(stored);
  });

  test('in the sight of those who keep it, and only while something is stored', async () => {
    const sessionId = await folded();
    const seen: string[] = [];
    const watched: Ctx = {
      ...ctx,
      changes: {
        around: async (scope, work) => {
          seen.push(...scope.sessionIds, scope.workspaceId);
          return work();
        },
      },
    };
    await enrichSession(watched, { sessionId });
    expect(seen).toEqual([sessionId, 'wks_ours', sessionId, 'wks_ours']);
    await enrichSession(watched, { sessionId });
    expect(seen).toHaveLength(4);
  });

  test('again after the next fold, which empties the words of the summary before', async () => {
    const sessionId = await folded();
    await enrichSession(ctx, { sessionId });
    await driver.say(sessionId, 'We adopted a dog called Rex in Braga.', 'Lovely, Rex of Braga.');
    await driver.say(sessionId, 'He likes the river at noon.', 'Good to know.');
    await consolidate(ctx, { sessionId });
    expect(await driver.contextOf(sessionId)).not.toHaveProperty('summaryModel');
    const kept = await ctx.db.select().from(consolidations).where(eq(consolidations.sessionId, sessionId));
    expect(kept.filter(({ worded }) => worded)).toEqual([]);
    expect((await enrichSession(ctx, { sessionId })).wording).toBe('stored');
    expect((await driver.contextOf(sessionId)).summaryModel).toBe('loopback/model-1');
  });
});

describe('the context', () => {
  test('never passes its budget for words, and serves the sentences that fit in their place', async () => {
    const sessionId = await folded();
    const before = new Map<number, unknown>();
    const budgets = [1, 20, 40, 60, 80, 120, 200, 2_000];
    for (const maxTokens of budgets) before.set(maxTokens, await driver.contextOf(sessionId, { maxTokens }));
    await enrichSession(ctx, { sessionId });
    let worded = 0;
    for (const maxTokens of budgets) {
      const context = await driver.contextOf(sessionId, { maxTokens });
      expect(context.tokenCount).toBeLessThanOrEqual(maxTokens);
      if (context.summaryModel) worded += 1;
      else expect(context).toEqual(before.get(maxTokens));
    }
    expect(worded).toBeGreaterThan(0);
    expect(worded).toBeLessThan(budgets.length);
  });

  test('serves no words of a summary whose every message it serves itself', async () => {
    const sessionId = await folded();
    await enrichSession(ctx, { sessionId });
    const query = 'Anna Porto cats flight Lisbon December train late job allergic peanuts almonds';
    const context = await driver.contextOf(sessionId, { query });
    expect(context.consolidatedSummary).toBe('');
    expect(context).not.toHaveProperty('summaryModel');
  });
});

describe('nothing is stored', () => {
  test.each([
    ['an invented number', 'number', (asked: Asked) => `${faithful(asked)} It costs 4711 euros.`],
    ['an invented name', 'name', (asked: Asked) => `${faithful(asked)} Mallory agrees.`],
    ['an answer that cannot be used', 'unusable', () => null],
    ['an answer longer than the sentences', 'too_long', (asked: Asked) => faithful(asked).repeat(3)],
  ])('of %s, which is counted', async (_, wording, text) => {
    const sessionId = await folded();
    const before = await driver.contextOf(sessionId);
    answer.text = text;
    expect(await enrichSession(ctx, { sessionId })).toMatchObject({ wording });
    expect(await driver.contextOf(sessionId)).toEqual(before);
    expect(await ctx.db.select().from(usage).where(eq(usage.modelInputTokens, 150))).toHaveLength(1);
  });

  test.each([
    ['that cannot be used', () => null],
    ['of which one is missing', (messages: Messages) => hopeful(messages).slice(1)],
  ])('of readings %s', async (_, readings) => {
    const sessionId = await folded();
    answer.readings = readings;
    expect(await enrichSession(ctx, { sessionId })).toMatchObject({ readings: 'unusable' });
    expect((await historyOf(sessionId)).filter(({ modelReading }) => modelReading)).toEqual([]);
  });

  test('when the model fails, and the failure is the caller’s to hear', async () => {
    const sessionId = await folded();
    const before = await driver.contextOf(sessionId);
    meanwhile = () => Promise.reject(new Error('away'));
    await expect(enrichSession(ctx, { sessionId })).rejects.toThrow('away');
    expect(await driver.contextOf(sessionId)).toEqual(before);
    expect(await ctx.db.select().from(usage).where(eq(usage.modelCalls, 1))).toEqual([]);
  });

  test('of a summary that another has followed meanwhile', async () => {
    const sessionId = await folded();
    await driver.say(sessionId, 'We adopted a dog called Rex in Braga.', 'Lovely, Rex of Braga.');
    meanwhile = async () => {
      meanwhile = async () => {};
      await consolidate(ctx, { sessionId });
    };
    expect((await enrichSession(ctx, { sessionId })).wording).toBe('none');
    expect((await newest(sessionId)).worded).toBeNull();
  });

  test('of a session that was erased meanwhile', async () => {
    const sessionId = await folded();
    meanwhile = () => eraseSession(ctx, { sessionId });
    await expect(enrichSession(ctx, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
    const left = await ctx.db.select().from(consolidations).where(eq(consolidations.sessionId, sessionId));
    expect(left).toEqual([]);
  });

  test('for a neighbour, or for a session that is not there', async () => {
    const sessionId = await folded();
    const neighbour: Ctx = { ...world.neighbour, languageModel: model };
    await expect(enrichSession(neighbour, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
    await expect(enrichSession(ctx, { sessionId: 'sess_none' })).rejects.toMatchObject({ code: 'not_found' });
    expect([words, read]).toEqual([[], []]);
  });

  test('without a model', async () => {
    const sessionId = await folded();
    expect(await enrichSession(world.ctx, { sessionId })).toMatchObject({ wording: 'none', readings: 0 });
  });
});

describe('no emotion is read', () => {
  test('of a session that was opened without it', async () => {
    const sessionId = await folded({ trackEmotion: false });
    expect(await enrichSession(ctx, { sessionId })).toMatchObject({ wording: 'stored', readings: 0 });
    expect(read).toEqual([]);
  });

  test('of a message that was saved without it', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, UNSURE, 'Oh.', { trackEmotion: false });
    await enrichSession(ctx, { sessionId });
    expect(read).toEqual([]);
  });

  test('with what another user said before it, who may have been promised that nothing is read', async () => {
    const sessionId = await driver.open();
    await driver.bring(sessionId, [
      { role: 'user', name: 'Ben', content: 'I would rather keep this to myself.' },
      { role: 'user', name: 'Ann', content: UNSURE },
    ]);
    await enrichSession(ctx, { sessionId });
    expect(read.flat()).toContainEqual({ text: UNSURE, before: undefined });
  });

  test('where the workspace was switched off since, not even while the model is asked', async () => {
    const sessionId = await folded();
    const setTo = (trackEmotion: boolean) =>
      ctx.db.update(workspaces).set({ trackEmotion }).where(eq(workspaces.id, 'wks_ours'));
    try {
      await setTo(false);
      await enrichSession(ctx, { sessionId });
      expect(read).toEqual([]);
      await setTo(true);
      meanwhile = () => setTo(false);
      expect((await enrichSession(ctx, { sessionId })).readings).toBe(0);
      const stored = await ctx.db
        .select()
        .from(emotionalStates)
        .where(and(eq(emotionalStates.sessionId, sessionId)));
      expect(stored.filter(({ modelReading }) => modelReading)).toEqual([]);
    } finally {
      await setTo(true);
    }
  });
});

describe('the budget of a month', () => {
  test('counts what calls read and wrote for the key that acts, and stops them once it is used up', async () => {
    const first = await folded();
    expect(await enrichSession(ctx, { sessionId: first, monthlyTokens: 150 })).toMatchObject({
      wording: 'stored',
      isOverBudget: false,
    });
    expect(await ctx.db.select().from(usage).where(eq(usage.slot, USAGE_SLOTS))).toEqual([
      expect.objectContaining({
        workspaceId: 'wks_ours',
        keyId: 'key_of_wks_ours',
        day: '2026-11-23',
        modelCalls: 2,
        modelInputTokens: 150,
        modelOutputTokens: 25,
        writes: 0,
        tokensStored: 0,
      }),
    ]);
    const second = await folded();
    expect(await enrichSession(ctx, { sessionId: second, monthlyTokens: 150 })).toEqual({
      wording: 'none',
      readings: 0,
      isOverBudget: true,
    });
    expect(words).toHaveLength(1);
  });

  test('begins anew with the month, and is a workspace’s own', async () => {
    const sessionId = await folded();
    const spent = {
      day: '2026-10-31',
      slot: USAGE_SLOTS,
      keyId: 'k',
      writes: 0,
      messagesStored: 0,
      tokensStored: 0,
    };
    await world.connection.asOwner.insert(usage).values([
      { ...spent, workspaceId: 'wks_ours', modelInputTokens: 9_000 },
      { ...spent, workspaceId: 'wks_neighbour', day: '2026-11-23', modelInputTokens: 9_000 },
    ]);
    expect((await enrichSession(ctx, { sessionId, monthlyTokens: 150 })).wording).toBe('stored');
  });
});

test('an erased session takes words and readings with it, and the receipt names their stores', async () => {
  const sessionId = await folded();
  await enrichSession(ctx, { sessionId });
  const { stores } = await eraseSession(ctx, { sessionId });
  const removed = new Map(stores.map(({ store, removed: count }) => [store, count]));
  expect(removed.get('consolidations')).toBeGreaterThan(0);
  expect(removed.get('emotional_states')).toBe(4);
  for (const table of [consolidations, emotionalStates]) {
    expect(await ctx.db.select().from(table).where(eq(table.sessionId, sessionId))).toEqual([]);
  }
  expect(await ctx.db.select().from(sessions).where(eq(sessions.id, sessionId))).toEqual([]);
});
