import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getEmotionalState } from '../emotions/index.ts';
import { MAX_MESSAGE_LENGTH } from '../fields.ts';
import { driverOf, models, type TestWorld, testWorld } from '../testing.ts';
import { analyseTurns } from './analyse.ts';

let world: TestWorld;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

const CODE =
  'const total = items.reduce((a, b) => a + b.price, 0);\nif (total > limit) {\n  throw new RangeError("x");\n}';
const LOG = Array.from(
  { length: 200 },
  (_, at) => `2026-11-23T09:00:${String(at % 60).padStart(2, '0')}Z ERROR worker-${at} banana timeout`,
).join('\n');

/** Text, and whether it may name anything at all. */
const ODD: [kind: string, text: string, mayName: boolean][] = [
  ['nothing', '', false],
  ['white space', ' \n\t ', false],
  ['one character', 'a', false],
  ['one sign', '?', false],
  ['only emoji', '😀😀👩‍👩‍👧🇵🇹', false],
  ['only code', CODE, false],
  ['fenced code', `\`\`\`\n${CODE}\n\`\`\``, false],
  ['only a log', LOG, false],
  ['mixed scripts', 'Привет kettle 今日は שלום مرحبا', true],
  ['bidirectional marks', '\u202eelttek eht\u202c \u2066kettle\u2069', true],
  ['zero-width characters', 'ket\u200btle \u200d\ufeff ket\u00adtle', true],
  ['a long word', 'x'.repeat(MAX_MESSAGE_LENGTH), false],
  ['one word over and over', 'kettle '.repeat(28_000), true],
  ['lone surrogates', '\ud800 kettle \udc00', true],
];

describe('odd input', () => {
  test.each(ODD)(
    '%s is saved, gives a bounded graph without junk, and leaves the state within bounds',
    async (_, text, mayName) => {
      const sessionId = await driver.open();
      await driver.say(sessionId, text.toWellFormed(), 'I see.');
      const { nodes, metadata } = await driver.graphOf(sessionId);
      const named = nodes
        .filter(({ type }) => type === 'topic' || type === 'entity')
        .map(({ content }) => content);
      if (mayName) expect(named.length).toBeLessThanOrEqual(3);
      else expect(named).toEqual([]);
      for (const content of named) expect(content).toMatch(/^[\p{L}\p{N} '’.-]+$/u);
      expect(metadata.totalNodes).toBe(nodes.length);
      const { valence, arousal, emotionalHistory } = await getEmotionalState(world.ctx, { sessionId });
      for (const value of [valence, arousal]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(emotionalHistory).toHaveLength(1);
    },
  );

  test('text that says nothing does not move the state', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'I am furious about the kettle!');
    const before = await getEmotionalState(world.ctx, { sessionId });
    for (const text of ['', ' ', '\u200b']) await driver.say(sessionId, text);
    const { emotionalHistory: _, ...after } = await getEmotionalState(world.ctx, { sessionId });
    expect(before).toMatchObject(after);
  });

  test('a megabyte of one word is one concept at most, as is a megabyte without a space', async () => {
    const million = [{ content: 'kettle '.repeat(150_000) }, { content: 'k'.repeat(1_000_000) }];
    const turns = await analyseTurns(
      { ...models, countTokens: () => 0, embed: () => new Float32Array(256) },
      million.map(({ content }) => ({ role: 'assistant', content })),
    );
    expect(turns.map(({ concepts }) => concepts.length)).toEqual([1, 0]);
  });

  test('spellings that differ in what cannot be seen are one node', async () => {
    const sessionId = await driver.open();
    for (const kettle of ['kettle', 'ket\u200btle', '\u202akettle\u202c', 'ke\u00adttle', 'kettles'])
      await driver.say(sessionId, `my ${kettle} broke`);
    const { nodes } = await driver.graphOf(sessionId);
    expect(nodes.filter(({ type }) => type === 'topic')).toEqual([expect.objectContaining({ mentions: 5 })]);
  });

  test('a session where every turn says the same grows no node, no edge between nodes, and no trend', async () => {
    const sessionId = await driver.open({ consolidationThreshold: 1_000 });
    const turn = { role: 'user', content: 'The kettle from Ghent is broken again, I am angry!' };
    await driver.bring(sessionId, [turn]);
    const once = await driver.graphOf(sessionId);
    await driver.bring(
      sessionId,
      Array.from({ length: 300 }, () => turn),
    );
    const { nodes, edges } = await driver.graphOf(sessionId, { limit: 2_000 });
    const concepts = (all: typeof nodes) => all.filter(({ type }) => type !== 'message').length;
    const ties = (all: typeof edges) =>
      all.filter(({ type }) => type === 'co_occurs' || type === 'evokes').length;
    expect(concepts(nodes)).toBe(concepts(once.nodes));
    expect(ties(edges)).toBe(ties(once.edges));
    const state = await getEmotionalState(world.ctx, { sessionId });
    expect(state).toMatchObject({ trend: 'stable', changePoints: [], escalation: { active: false } });
  });

  test('many near-duplicates make few nodes', async () => {
    const sessionId = await driver.open({ consolidationThreshold: 1_000 });
    const near = Array.from({ length: 1_000 }, (_, at) => ({
      role: 'user',
      content: `Reminder ${at}: water the fern${'!'.repeat(at % 4)} at ${at % 24} o'clock`,
    }));
    await driver.bring(sessionId, near);
    const { nodes } = await driver.graphOf(sessionId);
    expect(nodes.filter(({ type }) => type === 'topic' || type === 'entity').length).toBeLessThanOrEqual(4);
  });
});
