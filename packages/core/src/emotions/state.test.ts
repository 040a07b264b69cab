import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EmotionReading } from '../ctx.ts';
import { readingOf } from '../testing.ts';
import { advanceState, currentEmotion, initialState, keyEmotions, trendOf } from './state.ts';
import { EMOTIONS } from './vocabulary.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const happy = readingOf('happy', { valence: 0.9, arousal: 0.6 });
const angry = readingOf('angry', { valence: 0.1, arousal: 0.85 });
const neutral = readingOf('neutral');

function after(readings: EmotionReading[], gapMs = MINUTE) {
  return readings.reduce(
    (state, reading, at) => advanceState(state, reading, new Date(START + at * gapMs)),
    initialState(),
  );
}

const anyReading = fc
  .record({
    emotion: fc.constantFrom(...EMOTIONS),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    valence: fc.double({ min: 0, max: 1, noNaN: true }),
    arousal: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ emotion, ...rest }) => readingOf(emotion, rest));

describe('the emotional state', () => {
  test('is neutral, in the middle and stable before anything was said', () => {
    const state = initialState();
    expect(currentEmotion(state)).toBe('neutral');
    expect(trendOf(state)).toBe('stable');
    expect(keyEmotions(state)).toEqual([]);
    expect(state.valence.mean).toBe(0.5);
  });

  test('takes up the first message at once', () => {
    expect(currentEmotion(after([angry]))).toBe('angry');
    expect(after([angry]).valence.mean).toBeLessThan(0.3);
  });

  test.each([2, 3, 5, 20])('is not flipped by one odd message after %i of another kind', (length) => {
    const state = after([...Array.from({ length }, () => happy), angry]);
    expect(currentEmotion(state)).toBe('happy');
  });

  test.each([1, 2, 3, 5, 20, 200])(
    'follows a real turn within two messages after %i of another kind',
    (length) => {
      const state = after([...Array.from({ length }, () => happy), angry, angry]);
      expect(currentEmotion(state)).toBe('angry');
      expect(state.valence.mean).toBeLessThan(0.4);
    },
  );

  test('is not washed away by a neutral remark', () => {
    expect(currentEmotion(after([angry, angry, neutral]))).toBe('angry');
  });

  test('relaxes to the baseline over days of silence', () => {
    const angered = after([angry, angry, angry]);
    const state = advanceState(angered, neutral, new Date(START + 4 * DAY));
    expect(currentEmotion(state)).toBe('neutral');
    expect(Math.abs(state.valence.mean - 0.5)).toBeLessThan(0.05);
  });

  test('depends on order', () => {
    expect(after([happy, happy, angry, angry]).valence.mean).toBeLessThan(
      after([angry, angry, happy, happy]).valence.mean,
    );
  });

  test('depends on time: the same messages a day apart hold less of the first', () => {
    const close = after([angry, angry, neutral]);
    const apart = after([angry, angry, neutral], DAY);
    expect(apart.valence.mean).toBeGreaterThan(close.valence.mean);
  });

  test('is left alone by a text that says nothing', () => {
    const before = after([happy]);
    expect(advanceState(before, readingOf('neutral', { confidence: 0 }), new Date(START))).toEqual(before);
  });

  test('stays within its bounds, finite, and bounded in size, whatever is said', () => {
    fc.assert(
      fc.property(
        fc.array(anyReading, { maxLength: 60 }),
        fc.integer({ min: -DAY, max: DAY }),
        (readings, gap) => {
          const state = after(readings, gap);
          for (const { mean, variance } of [state.valence, state.arousal]) {
            expect(mean).toBeGreaterThanOrEqual(0);
            expect(mean).toBeLessThanOrEqual(1);
            expect(variance).toBeGreaterThan(0);
          }
          expect(EMOTIONS).toContain(currentEmotion(state));
          const shares = keyEmotions(state).map(({ intensity }) => intensity);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
          expect(JSON.stringify(state).length).toBeLessThan(4_000);
        },
      ),
    );
  });

  test('moves towards what is said', () => {
    fc.assert(
      fc.property(fc.array(anyReading, { maxLength: 20 }), (readings) => {
        const before = after(readings);
        const at = new Date(START + readings.length * MINUTE);
        expect(advanceState(before, happy, at).valence.mean).toBeGreaterThan(
          advanceState(before, angry, at).valence.mean,
        );
      }),
    );
  });
});

describe('the trend', () => {
  test('rises and falls with the last third against the first', () => {
    expect(trendOf(after([angry, angry, neutral, happy, happy]))).toBe('positive');
    expect(trendOf(after([happy, happy, neutral, angry, angry]))).toBe('negative');
  });

  test('is stable within its dead band', () => {
    const near = readingOf('neutral', { valence: 0.55 });
    expect(trendOf(after([neutral, near, neutral, near]))).toBe('stable');
  });
});

describe('the key emotions', () => {
  test('name what was felt, and neutral only when there was nothing else', () => {
    expect(keyEmotions(after([neutral, neutral, angry])).map(({ emotion }) => emotion)).toEqual(['angry']);
    expect(keyEmotions(after([neutral])).map(({ emotion }) => emotion)).toEqual(['neutral']);
  });

  test('remember the beginning of a long session', () => {
    const state = after([angry, angry, angry, angry, ...Array.from({ length: 20 }, () => happy)]);
    expect(keyEmotions(state).map(({ emotion }) => emotion)).toEqual(['happy', 'angry']);
  });
});
