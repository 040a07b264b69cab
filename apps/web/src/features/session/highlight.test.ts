import { describe, expect, it } from 'vitest';
import { splitAt, tellingWords } from './highlight.ts';

const texts = (text: string, marked: { start: number; end: number }[]) =>
  splitAt(text, marked).map((part) => (part.isMarked ? `[${part.text}]` : part.text));

describe('marked words', () => {
  it('are cut out where they stand, in whatever order they come', () => {
    expect(
      texts('so glad it works', [
        { start: 11, end: 16 },
        { start: 3, end: 7 },
      ]),
    ).toEqual(['so ', '[glad]', ' it ', '[works]']);
  });

  it('lose nothing and repeat nothing when they overlap or lie outside', () => {
    const text = 'worried sick';
    const parts = splitAt(text, [
      { start: 0, end: 7 },
      { start: 4, end: 12 },
      { start: 40, end: 50 },
      { start: 6, end: 2 },
    ]);
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  it('leave a text without marks whole', () => {
    expect(texts('fine', [])).toEqual(['fine']);
    expect(texts('', [])).toEqual([]);
  });
});

describe('telling words', () => {
  const words = [
    { text: 'worried', weight: 0.8 },
    { text: 'ready', weight: 0.5 },
    { text: 'ago', weight: 0.1 },
  ];

  it('are those that weigh at least half of the strongest', () => {
    expect(tellingWords('worried', words).map(({ text }) => text)).toEqual(['worried', 'ready']);
  });

  it('are none where nothing was felt', () => {
    expect(tellingWords('neutral', words)).toEqual([]);
    expect(tellingWords('sad', [])).toEqual([]);
  });
});
