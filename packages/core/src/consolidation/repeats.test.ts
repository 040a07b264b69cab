import type { SummarySentence } from '@pact/db';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { models } from '../testing.ts';
import { foldRepeats, inReadingOrder } from './repeats.ts';
import { fitSentences } from './select.ts';

const sentence = (at: number, text: string, more: Partial<SummarySentence> = {}): SummarySentence => ({
  text,
  speaker: 'User',
  day: '2026-11-23',
  sourceIds: [`msg_${at}`],
  sequence: at,
  position: 0,
  score: 0.5,
  worth: 0.5,
  tokens: models.countTokens(text),
  ...more,
});
const fold = (...texts: string[]) => foldRepeats(texts.map((text, at) => sentence(at, text)));

describe('repeats', () => {
  test('become one that names all its sources', () => {
    const copies = Array.from({ length: 808 }, (_, at) =>
      sentence(
        at,
        at % 2 ? 'I prefer oat milk in my coffee.' : 'I really prefer oat milk in my coffee, please!',
      ),
    );
    const [one, ...others] = foldRepeats(copies);
    expect(others).toEqual([]);
    expect(one?.sourceIds).toHaveLength(808);
  });

  test('fold into a longer one that says all they say', () => {
    const [one, ...others] = fold('I prefer oat milk in coffee.', 'I prefer oat milk in my morning coffee.');
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      text: 'I prefer oat milk in my morning coffee.',
      sourceIds: ['msg_1', 'msg_0'],
    });
  });

  test.each([
    ['a number', 'My flight to Porto leaves at gate 12.', 'My flight to Porto leaves at gate 14.'],
    ['a negation', 'I eat peanuts with my lunch.', 'I do not eat peanuts with my lunch.'],
    ['a contraction', 'I can eat peanuts with my lunch.', "I can't eat peanuts with my lunch."],
    ['an order', 'I moved from Porto to Lisbon by train.', 'I moved from Lisbon to Porto by train.'],
    ['a condition', 'I sell my blue kettle to Marek.', 'I would sell my blue kettle to Marek.'],
    ['a question', 'You ordered the blue kettle from Marek.', 'You ordered the blue kettle from Marek?'],
    ['a thing', 'I have a dog.', 'I have a dog allergy.'],
  ])('do not lose %s', (_, one, other) => {
    expect(fold(one, other)).toHaveLength(2);
  });

  test('of two speakers stay two', () => {
    const text = 'I prefer oat milk in my coffee.';
    expect(foldRepeats([sentence(1, text), sentence(2, text, { speaker: 'Kim' })])).toHaveLength(2);
  });

  test('by the hundred thousand fold in one go', () => {
    const many = Array.from({ length: 100_000 }, (_, at) =>
      sentence(at, `I prefer oat milk in my coffee${at % 3 ? '' : ' please'}${at % 5 ? '.' : '!'}`),
    );
    const numbered = Array.from({ length: 1_000 }, (_, at) =>
      sentence(at, `I prefer oat milk in cup ${at}.`),
    );
    expect(foldRepeats(many)).toHaveLength(1);
    expect(foldRepeats(numbered)).toHaveLength(1_000);
  });

  test('once folded stay as they are, lose no source, and keep their order', () => {
    const word = fc.constantFrom(
      'oat',
      'milk',
      'coffee',
      'tea',
      'not',
      '12',
      'Porto',
      'the',
      'please',
      'prefer',
    );
    const any = fc.array(fc.array(word, { minLength: 1, maxLength: 7 }), { maxLength: 25 });
    fc.assert(
      fc.property(any, (all) => {
        const sentences = all.map((words, at) => sentence(at, `I ${words.join(' ')}.`));
        const folded = foldRepeats(sentences);
        expect(foldRepeats(folded)).toEqual(folded);
        expect(new Set(folded.flatMap(({ sourceIds }) => sourceIds)).size).toBe(sentences.length);
        expect([...folded].sort(inReadingOrder)).toEqual(folded);
      }),
    );
  });
});

describe('a choice of sentences', () => {
  test('fits its budget, keeps the order, and is the same when made again', () => {
    const word = fc.constantFrom(
      'oat',
      'milk',
      'coffee',
      'tea',
      'train',
      '12',
      'Porto',
      'sister',
      'painted',
      'prefer',
    );
    const any = fc.record({
      words: fc.array(word, { minLength: 1, maxLength: 12 }),
      worth: fc.double({ min: 0.01, max: 1, noNaN: true }),
      day: fc.constantFrom('2025-01-02', '2026-11-23', '2026-11-24'),
      speaker: fc.constantFrom('User', 'Kim'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), fc.nat(300), (all, budget) => {
        const sentences = all.map(({ words, ...more }, at) => sentence(at, `${words.join(' ')}.`, more));
        const chosen = fitSentences(models, sentences, budget);
        const tokens = chosen.reduce((sum, each) => sum + each.tokens, 0);
        expect(tokens).toBeLessThanOrEqual(budget);
        expect([...chosen].sort(inReadingOrder)).toEqual(chosen);
        expect(fitSentences(models, chosen, budget)).toEqual(chosen);
      }),
    );
  });
});
