import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EmotionReading } from '../ctx.ts';
import { readingOf } from '../testing.ts';
import { homeBase, movementOf } from './dynamics.ts';
import { isEscalating } from './escalation.ts';
import {
  advanceState,
  currentEmotion,
  type EmotionalState,
  initialState,
  keyEmotions,
  restoreState,
  trendOf,
} from './state.ts';
import { EMOTIONS } from './vocabulary.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const happy = readingOf('happy', { valence: 0.9, arousal: 0.6 });
const angry = readingOf('angry', { valence: 0.1, arousal: 0.85 });
const neutral = readingOf('neutral');

function after(readings: EmotionReading[], gapMs = MINUTE) {
  return readings.reduce(
    (state, reading, at) => advanceState(state, reading, new Date(START + at * gapMs), `msg_${at}`),
    initialState(),
  );
}
const times = (count: number, reading: EmotionReading) => Array.from({ length: count }, () => reading);

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

describe('one odd message', () => {
  const strong = fc.double({ min: 0.5, max: 1, noNaN: true });
  const kinds = fc.uniqueArray(fc.constantFrom(...EMOTIONS.filter((emotion) => emotion !== 'neutral')), {
    minLength: 2,
    maxLength: 2,
  });

  test('never flips what was said clearly before, whatever the two are', () => {
    fc.assert(
      fc.property(kinds, fc.integer({ min: 2, max: 40 }), strong, ([usual, odd], length, confidence) => {
        const before = times(length, readingOf(usual!, { confidence }));
        expect(currentEmotion(after([...before, readingOf(odd!, { confidence })]))).toBe(usual);
      }),
    );
  });

  test('said twice is a turn, and is followed', () => {
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 40 }), strong, ([usual, next], length, confidence) => {
        const turn = times(2, readingOf(next!, { confidence }));
        const before = times(length, readingOf(usual!, { confidence }));
        expect(currentEmotion(after([...before, ...turn]))).toBe(next);
      }),
    );
  });
});

describe('time and the user', () => {
  test('a clock that jumps back counts as no time at all', () => {
    const before = after([angry, angry]);
    const back = advanceState(before, neutral, new Date(START - 300 * DAY));
    const { valence, arousal, labels } = advanceState(before, neutral, new Date(before.lastAtMs));
    expect(back).toMatchObject({ valence, arousal, labels });
    expect(back.lastAtMs).toBe(before.lastAtMs);
  });

  test('a gap relaxes to where this user usually is, not to the middle', () => {
    const low = readingOf('sad', { valence: 0.2, arousal: 0.3 });
    const usual = after(times(100, low));
    const quiet = readingOf('neutral', { confidence: 0.05 });
    const back = advanceState(usual, quiet, new Date(usual.lastAtMs + 30 * DAY));
    expect(homeBase(usual.dynamics).valence).toBeLessThan(0.27);
    expect(back.valence.mean).toBeLessThan(0.35);
    expect(advanceState(after([low]), quiet, new Date(START + 30 * DAY)).valence.mean).toBeGreaterThan(0.4);
  });

  test('any gap moves the state towards home, never past it', () => {
    fc.assert(
      fc.property(
        fc.array(anyReading, { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 60 * DAY }),
        (some, gap) => {
          const before = after(some);
          const silent = readingOf('neutral', { confidence: 1e-9, valence: before.valence.mean });
          const near = advanceState(before, silent, new Date(before.lastAtMs));
          const far = advanceState(before, silent, new Date(before.lastAtMs + gap));
          const home = homeBase(before.dynamics).valence;
          const distance = (state: EmotionalState) => Math.abs(state.valence.mean - home);
          expect(distance(far)).toBeLessThanOrEqual(distance(before) + 0.03);
          expect(near.valence.mean).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('broken readings leave it as it was', () => {
    const before = after([happy]);
    for (const broken of [{ confidence: Number.NaN }, { valence: Number.NaN }, { confidence: -1 }]) {
      expect(advanceState(before, readingOf('angry', broken), new Date(START))).toBe(before);
    }
  });

  test('is as large after 20,000 messages as after 50', () => {
    const mixed = Array.from({ length: 20_000 }, (_, at) => (at % 7 < 4 ? happy : at % 3 ? angry : neutral));
    const size = (state: EmotionalState) => JSON.stringify(state).length;
    expect(size(after(mixed))).toBeLessThan(size(after(mixed.slice(0, 50))) * 1.5);
  });

  test('survives the way into the row and back, and a row of the earlier version', () => {
    const state = after([happy, angry, neutral]);
    expect(restoreState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(restoreState(null)).toEqual(initialState());
    const old = { valence: { mean: 0.2, variance: 0.02 }, masses: { angry: 1 }, recentValences: [0.2] };
    expect(restoreState(old)).toEqual({ ...initialState(), valence: old.valence });
  });
});

describe('change points', () => {
  test('mark the message at which another level began', () => {
    const { points } = after([...times(6, happy), ...times(4, angry)]).changes;
    expect(points).toHaveLength(1);
    expect(points[0]).toMatchObject({ messageId: 'msg_6' });
    expect(points[0]!.from).toBeGreaterThan(0.8);
    expect(points[0]!.to).toBeLessThan(0.2);
  });

  test('are none for one odd message, nor for a session that stays as it is', () => {
    expect(after([...times(6, happy), angry, ...times(6, happy)]).changes.points).toEqual([]);
    expect(after(times(500, neutral)).changes.points).toEqual([]);
  });

  test('are none while readings only stray', () => {
    const stray = [0.5, 0.6, 0.42, 0.55, 0.45, 0.62, 0.5, 0.4].map((valence) =>
      readingOf('neutral', { valence }),
    );
    expect(after(Array.from({ length: 25 }, () => stray).flat()).changes.points).toEqual([]);
  });

  test('are the latest ten of many', () => {
    const turns = Array.from({ length: 40 }, (_, at) => times(5, at % 2 ? angry : happy)).flat();
    const { points } = after(turns).changes;
    expect(points).toHaveLength(10);
    expect(points.at(-1)?.messageId).toBe('msg_195');
  });
});

describe('escalation', () => {
  const annoyed = readingOf('frustrated', { valence: 0.35, arousal: 0.6 });

  test('is valence falling with arousal rising over two user turns', () => {
    expect(isEscalating(after([neutral, annoyed]).escalation)).toBe(false);
    const state = after([neutral, annoyed, angry]);
    expect(isEscalating(state.escalation)).toBe(true);
    expect(state.escalation.sinceMs).toBe(START + MINUTE);
  });

  test('goes on over a neutral remark, and ends when the user calms', () => {
    expect(isEscalating(after([annoyed, neutral, angry]).escalation)).toBe(true);
    expect(isEscalating(after([annoyed, angry, happy]).escalation)).toBe(false);
    expect(isEscalating(after([annoyed, angry, ...times(6, angry)]).escalation)).toBe(false);
  });

  test('is not sadness, which falls without arousal, nor joy, which rises without falling', () => {
    const sad = readingOf('sad', { valence: 0.15, arousal: 0.3 });
    expect(isEscalating(after([annoyed, sad, sad]).escalation)).toBe(false);
    expect(isEscalating(after([neutral, happy, happy]).escalation)).toBe(false);
  });
});

describe('the dynamics', () => {
  test('tell nothing from few messages, and stay in their ranges', () => {
    expect(movementOf(after([happy, angry]).dynamics)).toMatchObject({ variability: null, inertia: null });
    fc.assert(
      fc.property(fc.array(anyReading, { minLength: 6, maxLength: 60 }), (some) => {
        const { dynamics } = after(some);
        const { variability, inertia, riseRate, recoveryRate } = movementOf(dynamics);
        if (variability !== null) expect(variability).toBeLessThanOrEqual(0.5 + 1e-9);
        if (inertia !== null) expect(Math.abs(inertia)).toBeLessThanOrEqual(1);
        for (const rate of [riseRate, recoveryRate]) {
          if (rate !== null) expect(rate).toBeGreaterThan(0);
          if (rate !== null) expect(rate).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('tell moods that last from moods that swing', () => {
    const lasting = after([...times(10, happy), ...times(10, angry), ...times(10, happy)]);
    const swinging = after(Array.from({ length: 30 }, (_, at) => (at % 2 ? angry : happy)));
    expect(movementOf(lasting.dynamics).inertia).toBeGreaterThan(0.5);
    expect(movementOf(swinging.dynamics).inertia).toBeLessThan(-0.5);
  });

  test('tell a slow recovery from a quick one', () => {
    const at = (valence: number) => readingOf('sad', { valence });
    const calm = times(10, at(0.5));
    const quick = after([...calm, at(0.05), at(0.5)]);
    const slow = after([...calm, at(0.05), at(0.15), at(0.2), at(0.25), at(0.5)]);
    expect(movementOf(slow.dynamics).recoveryRate).toBeLessThan(movementOf(quick.dynamics).recoveryRate!);
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
