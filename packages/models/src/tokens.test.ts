import { describe, expect, test } from 'vitest';
import { countTokens } from './tokens.ts';

describe('countTokens', () => {
  test('counts what o200k_base counts for known texts', () => {
    expect(countTokens('')).toBe(0);
    expect(countTokens('hello world')).toBe(2);
    expect(countTokens('tiktoken is great!')).toBe(6);
  });

  test('takes a special token that somebody wrote out for the text it is', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  });

  test('adds up: cutting a long text into pieces counts what its words count', () => {
    const word = ' memory';
    expect(countTokens(word.repeat(5_000))).toBe(5_000);
  });

  test.each([
    ['one letter, 200,000 times', 'a'.repeat(200_000)],
    ['emoji without a space', '😀'.repeat(50_000)],
    ['half a surrogate pair', '\ud83d'],
    ['control characters', '\u0001\u0002\u200b\u202e'],
  ])('survives %s', (_, text) => {
    expect(countTokens(text)).toBeGreaterThan(0);
  });
});
