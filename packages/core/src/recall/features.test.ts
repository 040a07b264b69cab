import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { models } from '../testing.ts';
import { CUES, cuesOf, namedDates } from './cues.ts';
import { decodeFeatures, encodeFeatures, quantise, readFeatures } from './features.ts';

const bytes = (max: number) => ({ max, maxLength: 300 });

describe('features', () => {
  test('come back as they were stored', () => {
    const features = fc.record({
      terms: fc.uint32Array(bytes(2 ** 32 - 1)),
      pieces: fc.uint16Array(bytes(2 ** 16 - 1)),
      vector: fc.int8Array({ min: -127, max: 127, maxLength: 300 }),
      cues: fc.nat({ max: 255 }),
    });
    fc.assert(
      fc.property(features, (given) => {
        const back = decodeFeatures(encodeFeatures(given, 'model-1'), 'model-1')!;
        expect(back.cues).toBe(given.cues);
        for (const field of ['terms', 'pieces', 'vector'] as const) {
          expect(Array.from(back[field])).toEqual(Array.from(given[field]));
          // As a driver hands it in: a view into a buffer that holds other things.
          const pooled = Buffer.concat([Buffer.alloc(7), encodeFeatures(given, 'model-1'), Buffer.alloc(9)]);
          const view = decodeFeatures(pooled.subarray(7, pooled.length - 9), 'model-1')!;
          expect(Array.from(view[field])).toEqual(Array.from(given[field]));
        }
      }),
    );
  });

  test('of another embedding, another format or half a row are not taken', () => {
    const stored = encodeFeatures(readFeatures(models, 'The kayak is red.'), 'model-1');
    expect(decodeFeatures(stored, 'model-1')).toBeDefined();
    expect(decodeFeatures(stored, 'model-2')).toBeUndefined();
    expect(decodeFeatures(stored.slice(0, -1), 'model-1')).toBeUndefined();
    expect(decodeFeatures(stored.slice(0, 5), 'model-1')).toBeUndefined();
    expect(
      decodeFeatures(
        Uint8Array.from(stored, (byte, at) => (at === 0 ? 9 : byte)),
        'model-1',
      ),
    ).toBeUndefined();
  });

  test('of a text without a known word have no direction', () => {
    expect(quantise(new Float32Array(256))).toHaveLength(0);
    expect(readFeatures(models, '').vector).toHaveLength(0);
  });

  test.each([
    '',
    'x',
    '🙂',
    'x'.repeat(200_000),
    'word '.repeat(40_000),
    '\u202e\u200b',
    'const a = () => {};',
  ])('are bounded for any text (%#)', (text) => {
    expect(encodeFeatures(readFeatures(models, text), 'm').length).toBeLessThan(6_000);
  });
});

describe('cues', () => {
  test.each([
    ['How was it?', CUES.question],
    ['We met last Tuesday.', CUES.time],
    ['I own three boats.', CUES.number],
    ['Is that yours? [image: a red kayak]', CUES.question],
    ['It was fine.', 0],
  ])('of %j', (text, cues) => expect(cuesOf(text)).toBe(cues));

  test('takes "may" and "march" for months only where they are written so', () => {
    expect(namedDates('What may I do in May 2024?')).toEqual({ months: [5], years: [2024] });
    expect(namedDates('they march on')).toEqual({ months: [], years: [] });
    expect(namedDates('in october or November')).toEqual({ months: [10, 11], years: [] });
  });
});
