import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTable } from './embed/table.ts';
import { pieces } from './embed/wordpiece.ts';
import { EMBEDDING_DIMENSIONS, EMBEDDING_MODEL, embed } from './embed.ts';

const golden: { text: string; vector: number[] }[] = JSON.parse(
  readFileSync(new URL('./embed/golden.json', import.meta.url), 'utf8'),
);

const cosine = (a: string, b: string) => {
  const [left, right] = [embed(a), embed(b)];
  return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
};
const lengthOf = (vector: Float32Array) => Math.hypot(...vector);

describe('embed', () => {
  it('names its model and its width', () => {
    expect(EMBEDDING_DIMENSIONS).toBe(256);
    expect(EMBEDDING_MODEL).toMatch(/256-v\d+$/);
  });

  it.each(golden)(
    'gives the vector that the training side reads from the same table: $text',
    ({ text, vector }) => {
      const found = embed(text);
      expect(found).toHaveLength(EMBEDDING_DIMENSIONS);
      for (const [i, value] of vector.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-4);
    },
  );

  it.each([
    ['car', 'vehicle', 'banana'],
    ['doctor', 'physician', 'guitar'],
    ['How do I reset my password?', 'I forgot my login credentials', 'The pasta was delicious'],
    ['my flight was cancelled', 'the airline rebooked my trip', 'the cat sleeps on the sofa'],
    ['I want my money back', 'please refund my purchase', 'we hiked up the mountain'],
    ['The server keeps crashing', 'production is down again', 'her birthday cake was lovely'],
    ['I was diagnosed with diabetes', 'my blood sugar is too high', 'the train leaves at nine'],
    ['she is pregnant', 'they are expecting a baby', 'the printer is out of ink'],
    ['What does Anna do for a living?', 'I work as a nurse at the clinic', 'The weather is nice'],
    ['we adopted a puppy', 'our new dog is adorable', 'the invoice is overdue'],
    ['how to cook rice', 'recipe for boiled rice', 'how to change a tyre'],
    ['I feel so lonely lately', 'I have nobody to talk to', 'the build passed on the second run'],
  ])('puts "%s" nearer to "%s" than to "%s"', (text, near, far) => {
    expect(cosine(text, near)).toBeGreaterThan(cosine(text, far) + 0.1);
  });

  it('is blind to case, accents, invisible characters and spaces', () => {
    expect(embed('Déjà  VU\u200b café')).toEqual(embed('deja vu cafe'));
  });

  it.each(['', '   ', '\u200b', '\ud800', '\u0000', 'a'.repeat(0), '\u{10ffff}'])(
    'gives the zero vector where nothing is known: %j',
    (text) => {
      expect(embed(text).every((value) => value === 0)).toBe(true);
    },
  );

  it('gives a unit or zero vector, the same each time, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const vector = embed(text);
        expect(embed(text)).toEqual(vector);
        const length = lengthOf(vector);
        expect(length === 0 || Math.abs(length - 1) < 1e-5).toBe(true);
      }),
    );
  });

  it('skips a huge word and keeps what stands beside it', () => {
    expect(embed(`invoice ${'x'.repeat(1_000)}`)).toEqual(embed('invoice'));
    expect(lengthOf(embed('x'.repeat(1_000_000)))).toBe(0);
    expect(lengthOf(embed('ab '.repeat(400_000)))).toBeCloseTo(1, 5);
  });
});

describe('pieces', () => {
  const vocabulary = new Map(
    ['un', '##afford', '##able', 'un##', 'caf', '##e', '!', '東', 'a'].map((piece, i) => [piece, i]),
  );

  it.each<[string, number[]]>([
    ['Unaffordable', [0, 1, 2]],
    ['café!', [4, 5, 6]],
    ['unknowable a', [8]],
    ['東a東', [7, 8, 7]],
    ['a😂a', [8, 8]],
    ['a\u0301 \ufeffa', [8, 8]],
  ])('cuts %j into the longest known pieces', (text, rows) => {
    expect(pieces(text, vocabulary)).toEqual(rows);
  });
});

describe('parseTable', () => {
  it('refuses another format, another width and a file cut short', () => {
    const file = readFileSync(new URL('../weights/embed.bin', import.meta.url));
    expect(() => parseTable(file, 128)).toThrow(/128 dimensions/);
    expect(() => parseTable(file.subarray(0, -1), EMBEDDING_DIMENSIONS)).toThrow(/cut short/);
    expect(() => parseTable(new Uint8Array(64), EMBEDDING_DIMENSIONS)).toThrow(/not a/);
  });

  it('is a committed asset of at most 4 MB', () => {
    expect(readFileSync(new URL('../weights/embed.bin', import.meta.url)).length).toBeLessThan(4_000_000);
  });
});
