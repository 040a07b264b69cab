import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { models } from '../testing.ts';
import { readFeatures } from './features.ts';
import { recipeFor } from './profile.ts';
import { readQuestion } from './question.ts';
import { rankTurns } from './rank.ts';
import { PARTS } from './recipes.ts';
import { ROLES, TurnIndex } from './turn-index.ts';
import { ASSISTANT, PEOPLE } from './weights.ts';

interface Said {
  text: string;
  speaker?: string;
  role?: (typeof ROLES)[number];
  hour?: number;
  session?: string;
}

function indexOf(said: Said[]): TurnIndex {
  const index = new TurnIndex(models);
  for (const [at, { text, speaker, role = 'user', hour = 0, session = 's' }] of said.entries()) {
    index.append({
      id: `msg_${at}`,
      sessionId: session,
      sequence: at + 1,
      role: ROLES.indexOf(role),
      speaker: speaker ?? role,
      at: Date.UTC(2024, 0, 1, hour, at),
      tokens: 5,
      features: readFeatures(models, text),
    });
  }
  return index;
}

const rank = (index: TurnIndex, query: string, allowed?: (turn: number) => boolean) =>
  rankTurns({
    models,
    index,
    question: readQuestion(query, index.speakers),
    recipe: recipeFor(index),
    ...(allowed ? { allowed } : {}),
  });

const CHAT: Said[] = [
  { text: 'Hey! How was the weekend?', speaker: 'Nora' },
  { text: 'Great, I finally took the kayak out on the lake.', speaker: 'Amir' },
  { text: 'What colour is it?', speaker: 'Nora' },
  { text: 'Bright red, my brother painted it.', speaker: 'Amir' },
  { text: 'My sister is getting married in June.', speaker: 'Nora', hour: 30 },
  { text: 'Congratulations! Who is the groom?', speaker: 'Amir', hour: 30 },
  { text: 'A baker from Porto, his name is Rui.', speaker: 'Nora', hour: 30 },
];

describe('ranking', () => {
  test.each([
    ['Where did Amir go with his boat?', 1],
    ['When is the wedding of Nora’s sister?', 4],
    ['Who does Nora’s sister marry?', 4],
  ])('%j finds the turn', (query, turn) => {
    expect(rank(indexOf(CHAT), query).best(3)).toContain(turn);
  });

  test('finds the answer beside the question that it answers', () => {
    expect(rank(indexOf(CHAT), 'What colour is the kayak of Amir?').best(3)).toContain(3);
  });

  test('takes scores apart into parts that sum to them, and ranks as it returns', () => {
    const words = fc.constantFrom(
      'kayak',
      'red',
      'lake',
      'sister',
      'Porto',
      'baker',
      'the',
      'when',
      '7',
      '🙂',
      'Amir',
    );
    const text = fc.array(words, { maxLength: 8 }).map((some) => some.join(' '));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), text, (said, query) => {
        const index = indexOf(said.map((each, at) => ({ text: each, hour: Math.floor(at / 4) * 5 })));
        const ranking = rank(index, query);
        const best = ranking.best(30);
        expect(best).toHaveLength(ranking.size);
        for (const [at, turn] of best.entries()) {
          const parts = ranking.partsOf(turn);
          const sum = PARTS.reduce((total, part) => total + parts[part], 0);
          expect(sum).toBeCloseTo(ranking.scoreOf(turn), 6);
          expect(ranking.rankOf(turn)).toBe(at + 1);
        }
        expect(rank(index, query).best(30)).toEqual(best);
      }),
      { numRuns: 40 },
    );
  });

  test('returns only what is allowed, and reads the rest as context', () => {
    const index = indexOf(CHAT);
    const ranking = rank(index, 'What colour is the kayak of Amir?', (turn) => turn === 3);
    expect(ranking.best(10)).toEqual([3]);
    expect(ranking.rankOf(1)).toBeUndefined();
    expect(ranking.partsOf(3).neighbours).toBeGreaterThan(0);
  });

  test('returns nothing for a query that has nothing to do with it', () => {
    expect(rank(indexOf(CHAT), 'qqqq zzzz').best(10)).toEqual([]);
    expect(rank(indexOf([]), 'kayak').best(10)).toEqual([]);
  });

  test('of turns that say the same prefers the latest', () => {
    const index = indexOf(Array.from({ length: 300 }, () => ({ text: 'I like tea.' })));
    const best = rank(index, 'tea').best(300);
    expect(new Set(best).size).toBe(300);
    expect(index.length - 1 - best[0]!).toBeLessThan(3);
  });

  test('ranks a hundred thousand near-duplicates', () => {
    const index = indexOf([{ text: 'The spare key is under the blue pot.' }]);
    const features = readFeatures(models, 'I like tea with milk.');
    for (let at = 1; at <= 100_000; at += 1) {
      index.append({
        id: `msg_${at}`,
        sessionId: 's',
        sequence: at + 1,
        role: 0,
        speaker: 'user',
        at: at * 60_000,
        tokens: 5,
        features,
      });
    }
    expect(rank(index, 'Where is the spare key?').best(1)).toEqual([0]);
  });
});

describe('the recipe', () => {
  const chat = (role: 'user' | 'assistant', text: string, speaker?: string) => ({
    role,
    text,
    ...(speaker ? { speaker } : {}),
  });

  test('for a chat with an assistant is its own', () => {
    expect(recipeFor(indexOf([chat('user', 'Hi'), chat('assistant', 'Hello, how can I help?')]))).toBe(
      ASSISTANT,
    );
  });

  test('for people is theirs, also where an import calls one of them the assistant', () => {
    expect(recipeFor(indexOf(CHAT))).toBe(PEOPLE);
    const imported = CHAT.map(({ text, speaker }) =>
      chat(speaker === 'Nora' ? 'user' : 'assistant', text, speaker),
    );
    expect(recipeFor(indexOf(imported))).toBe(PEOPLE);
  });

  test('for nothing at all is one that works', () => expect(recipeFor(indexOf([]))).toBe(PEOPLE));
});

describe('an index', () => {
  test('begins an episode at a new session and after hours of silence', () => {
    const index = indexOf([
      { text: 'a' },
      { text: 'b' },
      { text: 'c', hour: 5 },
      { text: 'd', hour: 5, session: 't' },
    ]);
    expect(Array.from(index.episodeOf.slice(0, 4))).toEqual([0, 0, 1, 2]);
  });

  test('taken over by another one ranks the same', () => {
    const index = indexOf(CHAT);
    const merged = new TurnIndex(models);
    merged.appendAll(index);
    const query = 'What colour is the kayak of Amir?';
    expect(rank(merged, query).best(7)).toEqual(rank(index, query).best(7));
    expect(merged.byteLength).toBe(index.byteLength);
  });
});
