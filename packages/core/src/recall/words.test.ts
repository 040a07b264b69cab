import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf, MAX_TERMS, stemOf, termsOf, wordsOf } from './words.ts';

describe('the words of a text', () => {
  test.each([
    ['Naïve CAFÉ — it’s Priya’s!', ['naive', 'cafe', 'it', 'priya']],
    ['order 48213, 3.5 kg', ['order', '48213', '3.5', 'kg']],
    ['我想喝咖啡', ['我想', '想喝', '喝咖', '咖啡']],
    ['ok 🥳', ['ok', '🥳']],
    ['Привет мир', ['привет', 'мир']],
    ['a\u200bb c\u202ed', ['ab', 'cd']],
    ['', []],
    ['?!', []],
  ])('of %j', (text, words) => expect(wordsOf(text)).toEqual(words));

  test('finds part of a sentence without spaces', () => {
    const whole = new Set(termsOf('昨天我和小明在上海喝咖啡'));
    expect(termsOf('喝咖啡').every((term) => whole.has(term))).toBe(true);
  });

  test.each([
    ['went', 'going'],
    ['bought', 'buys'],
    ['children', 'child'],
    ['mum', "mother's"],
    ['running', 'ran'],
    ['kayaking', 'kayaks'],
  ])('“%s” is found by “%s”', (one, other) => expect(termsOf(one)).toEqual(termsOf(other)));

  test('leaves out what tells nothing, and keeps "when", numbers and names', () => {
    expect(termsOf('What did you do with the 3 boats of Amir?')).toEqual(['3', 'boat', 'amir']);
    expect(termsOf('what is that of the')).toEqual([]);
  });

  test('is bounded for any text, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        expect(termsOf(text).length).toBeLessThanOrEqual(MAX_TERMS);
      }),
    );
    expect(termsOf('word '.repeat(200_000)).length).toBe(MAX_TERMS);
    expect(termsOf('x'.repeat(1_000_000))).toEqual([]);
  });

  test('hashes into 32 bits, never 0', () => {
    fc.assert(
      fc.property(fc.string(), (term) => {
        expect(hashOf(term)).toBeGreaterThan(0);
        expect(hashOf(term)).toBeLessThan(2 ** 32);
      }),
    );
    expect(stemOf('1,000')).toBe('1,000');
  });
});
