import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  centralityOf,
  emotionOf,
  frequencyOf,
  type ImportanceParts,
  importanceOf,
  recencyOf,
  strengthOf,
  voiceOf,
} from './importance.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const parts = fc.record({
  frequency: share,
  recency: share,
  emotion: share,
  centrality: share,
  voice: share,
});
const part = fc.constantFrom<keyof ImportanceParts>('frequency', 'recency', 'emotion', 'centrality', 'voice');
const priority = fc.constantFrom('low' as const, 'medium' as const, 'high' as const, undefined);
const amount = fc.double({ min: 0, max: 1e6, noNaN: true });

describe('importance', () => {
  test('lies in 0 to 1, and raising any part never lowers it', () => {
    fc.assert(
      fc.property(parts, part, share, priority, (some, which, value, ranked) => {
        const importance = importanceOf(some, ranked);
        expect(importance).toBeGreaterThanOrEqual(0);
        expect(importance).toBeLessThanOrEqual(1);
        const raised = { ...some, [which]: Math.max(value, some[which]) };
        expect(importanceOf(raised, ranked)).toBeGreaterThanOrEqual(importance);
      }),
    );
  });

  test('stays in 0 to 1 whatever it is given', () => {
    const wild = { frequency: 9, recency: -3, emotion: 2, centrality: 1e9, voice: 5 };
    expect(importanceOf(wild, 'high')).toBeLessThanOrEqual(1);
    expect(importanceOf({ ...wild, centrality: -1e9 }, 'low')).toBeGreaterThanOrEqual(0);
  });

  test('puts everything ranked high above everything that is not', () => {
    fc.assert(
      fc.property(
        parts,
        parts,
        fc.constantFrom('low' as const, 'medium' as const, undefined),
        (one, other, ranked) => {
          expect(importanceOf(one, 'high')).toBeGreaterThanOrEqual(importanceOf(other, ranked));
        },
      ),
    );
  });

  test('rises with the priority of one thing, and medium is as if never set', () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(importanceOf(some, 'low')).toBeLessThanOrEqual(importanceOf(some, 'medium'));
        expect(importanceOf(some, 'medium')).toBeLessThanOrEqual(importanceOf(some, 'high'));
        expect(importanceOf(some)).toBe(importanceOf(some, 'medium'));
      }),
    );
  });
});

describe('the parts of importance', () => {
  test.each([
    ['frequency', frequencyOf],
    ['centrality', centralityOf],
    ['emotion over messages', (felt: number) => emotionOf(0.1, 0.9, felt)],
  ])('%s lies in 0 to 1, is 0 for nothing, and more never lowers it', (_, of) => {
    expect(of(0)).toBe(0);
    fc.assert(
      fc.property(amount, amount, (one, other) => {
        expect(of(one)).toBeGreaterThanOrEqual(0);
        expect(of(one)).toBeLessThanOrEqual(1);
        expect(of(Math.max(one, other))).toBeGreaterThanOrEqual(of(Math.min(one, other)));
      }),
    );
  });

  test('recency is 1 for what was just said, and fades with messages and with days', () => {
    expect(recencyOf(0, 0)).toBe(1);
    expect(recencyOf(50)).toBeCloseTo(1 / Math.E);
    expect(recencyOf(0, 30)).toBeCloseTo(1 / Math.E);
    fc.assert(
      fc.property(amount, amount, amount, (messages, days, more) => {
        expect(recencyOf(messages + more, days)).toBeLessThanOrEqual(recencyOf(messages, days));
        expect(recencyOf(messages, days + more)).toBeLessThanOrEqual(recencyOf(messages, days));
      }),
    );
  });

  test('recency takes what is dated tomorrow for now', () => {
    expect(recencyOf(0, -400)).toBe(1);
  });

  test('emotion grows with the distance from neutral on either scale', () => {
    expect(strengthOf(0.5, 0.5)).toBe(0);
    expect(strengthOf(0, 0.5)).toBe(1);
    expect(strengthOf(0.5, 1)).toBe(1);
    fc.assert(
      fc.property(share, share, (valence, arousal) => {
        expect(strengthOf(valence, arousal)).toBeCloseTo(strengthOf(1 - valence, 1 - arousal));
      }),
    );
  });

  test('voice is the user’s share', () => {
    expect(voiceOf(0, 5)).toBe(0);
    expect(voiceOf(5, 5)).toBe(1);
    expect(voiceOf(0, 0)).toBe(0);
    expect(voiceOf(1, 4)).toBeLessThan(voiceOf(2, 4));
  });
});
