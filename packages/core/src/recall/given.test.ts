import { rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ctx } from '../ctx.ts';
import { eraseSession } from '../erasure.ts';
import { driverOf, models, type TestWorld, testWorld } from '../testing.ts';
import { createIndexCache } from './turn-index.ts';

/** A model that knows three themes, one a dimension, and what it was asked. */
const THEMES = [/kickbox|martial/i, /cello|music/i, /./];
const asked: string[][] = [];
let isDown = false;
const embedder = {
  name: 'themes',
  embed: async (texts: string[]) => {
    asked.push(texts);
    if (isDown) throw new Error('down');
    return texts.map((text) => {
      const vector = new Float32Array(THEMES.length);
      vector[THEMES.findIndex((theme) => theme.test(text))] = 1;
      return vector;
    });
  },
};

let world: TestWorld;
let driver: ReturnType<typeof driverOf>;
/** The same database as another process sees it: nothing of it in memory. */
const afresh = (more: Partial<Ctx> = {}) =>
  driverOf({ ...world, ctx: { ...world.ctx, embedder, indexes: createIndexCache(), ...more } });

beforeAll(async () => {
  world = await testWorld();
});
afterAll(() => world.connection.close());
beforeEach(() => {
  asked.length = 0;
  isDown = false;
  driver = driverOf({ ...world, ctx: { ...world.ctx, embedder } });
});

const said = ['We had soup.', 'I went kickboxing.', 'The bus was late.', 'The cello is tuned.'];

async function chat(): Promise<string> {
  const sessionId = await driver.open();
  await driver.bring(
    sessionId,
    said.map((content) => ({ role: 'user', content })),
  );
  return sessionId;
}

const stored = () =>
  rows<{ id: string; text: string; model: string }>(
    world.ctx.db,
    sql`select e.message_id as id, m.content as text, e.model from message_embeddings e
      join messages m on m.id = e.message_id order by m.sequence`,
  );

describe('a model outside the process', () => {
  test('finds what shares no word with the query, in the first recall after the save, for one call', async () => {
    const sessionId = await chat();
    expect(asked).toEqual([]);
    const query = 'Which martial arts?';
    const without = await driverOf(world).find(query, { sessionId, explain: true });
    expect(without.embedding).toBe(models.embeddingName);
    const answer = await driver.find(query, { sessionId, explain: true });
    expect(answer.embedding).toBe('themes');
    expect(answer.results[0]!.message.content).toBe('I went kickboxing.');
    const [first] = answer.results;
    expect(Object.values(first!.scores!).reduce((sum, part) => sum + part, 0)).toBeCloseTo(first!.score, 3);
    expect(asked).toEqual([[query, ...said]]);
  });

  test('reads a turn once: later recalls, and other processes, send the query alone', async () => {
    const sessionId = await chat();
    await driver.find('music', { sessionId });
    await driver.find('martial arts', { sessionId });
    await driver.say(sessionId, 'I sold the kickboxing gloves.', 'Noted.');
    const elsewhere = afresh();
    const { results } = await elsewhere.find('martial arts', { sessionId });
    expect(results.slice(0, 2).map(({ message }) => message.content)).toContain(
      'I sold the kickboxing gloves.',
    );
    expect(asked.map((texts) => texts.length)).toEqual([5, 1, 3]);
    await driver.contextOf(sessionId, { query: 'music' });
    expect(asked.at(-1)).toEqual(['music']);
  });

  test('that fails leaves the answer to the built-in engine', async () => {
    const sessionId = await chat();
    isDown = true;
    const answer = await driver.find('cello', { sessionId, explain: true });
    expect(answer.embedding).toBe(models.embeddingName);
    expect(answer.results[0]!.message.content).toBe('The cello is tuned.');
    isDown = false;
    expect((await driver.find('cello', { sessionId, explain: true })).embedding).toBe('themes');
  });

  test('is replaced by another without mixing their vectors', async () => {
    const sessionId = await chat();
    await driver.find('music', { sessionId });
    await afresh({ embedder: { ...embedder, name: 'other' } }).find('music', { sessionId });
    expect(asked.map((texts) => texts.length)).toEqual([5, 5]);
    const ours = (await stored()).filter(({ model }) => model === 'other').map(({ text }) => text);
    expect(ours).toEqual(said);
  });

  test('has read nothing of an erased session any more, and the receipt says so', async () => {
    const sessionId = await chat();
    await driver.find('music', { sessionId });
    const before = (await stored()).length;
    const { stores } = await eraseSession(world.ctx, { sessionId });
    expect(stores).toContainEqual({ store: 'message_embeddings', removed: said.length });
    expect((await stored()).length).toBe(before - said.length);
  });

  test('of a long session reads the newest first, and ranks once it has read nearly all', async () => {
    const sessionId = await driver.open({ consolidationThreshold: 1_000, tokenThreshold: 1_000_000 });
    const messages = Array.from({ length: 400 }, (_, at) => ({
      role: 'user',
      content: `Stop ${at} of the bus.`,
    }));
    await driver.bring(sessionId, messages);
    const first = await driver.find('martial arts, stop 3', { sessionId, explain: true });
    expect(first.embedding).toBe(models.embeddingName);
    expect(asked[0]).toHaveLength(257);
    expect(asked[0]!.at(-1)).toBe('Stop 399 of the bus.');
    const second = await driver.find('martial arts, stop 3', { sessionId, explain: true });
    expect(second.embedding).toBe('themes');
    expect(asked[1]).toHaveLength(145);
  });

  test('over several sessions of a user sees them all', async () => {
    for (const content of ['I went kickboxing again.', 'The train was on time.']) {
      const sessionId = await driver.open({ metadata: { user_id: 'several' } });
      await driver.bring(sessionId, [{ role: 'user', content }]);
    }
    const { results } = await driver.find('martial arts', { userId: 'several' });
    expect(results[0]!.message.content).toBe('I went kickboxing again.');
    await driver.find('martial arts', { userId: 'several' });
    await driver.find('martial arts', { userId: 'nobody' });
    expect(asked.map((texts) => texts.length)).toEqual([3, 1]);
  });
});
