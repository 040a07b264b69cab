import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allot, type Candidate } from './budget.ts';

const candidate = (sequence: number, tokens: number, source: Candidate['source'] = 'recent'): Candidate => ({
  id: `msg_${sequence}`,
  sequence,
  tokens,
  source,
});
/** Recent messages, newest first, as they are read. */
const recent = (...tokens: number[]) => tokens.map((size, at) => candidate(tokens.length - at, size));

describe('a token budget', () => {
  test('serves everything when everything fits', () => {
    const { chosen, dropped } = allot(recent(10, 10, 10), [], { maxTokens: 1_000, reserved: 0 });
    expect(chosen).toHaveLength(3);
    expect(dropped).toEqual([]);
  });

  test('drops the oldest of the recent first', () => {
    const { chosen, dropped } = allot(recent(40, 40, 40, 40), [], { maxTokens: 100, reserved: 0 });
    expect(chosen.map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(dropped.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test('serves the newest message before anything else', () => {
    const all = [candidate(9, 60), candidate(1, 50, 'recall'), candidate(2, 50, 'kept')];
    const { chosen } = allot(all, [], { maxTokens: 70, reserved: 0 });
    expect(chosen.map(({ sequence }) => sequence)).toEqual([9]);
  });

  test('leaves room for highlights and for what the query found', () => {
    const all = [
      ...Array.from({ length: 50 }, (_, at) => candidate(100 - at, 20)),
      candidate(1, 20, 'recall'),
      candidate(2, 20, 'kept'),
    ];
    const { chosen } = allot(all, [], { maxTokens: 300, reserved: 0 });
    expect(chosen.map(({ sequence }) => sequence)).toEqual(expect.arrayContaining([1, 2, 100]));
  });

  test('never plans above the budget, chooses and drops each candidate once, in order', () => {
    const anyCandidate = fc.record({
      tokens: fc.nat(300),
      source: fc.constantFrom<Candidate['source']>('recall', 'kept', 'recent'),
    });
    fc.assert(
      fc.property(
        fc.array(anyCandidate, { maxLength: 50 }),
        fc.nat(2_000),
        fc.nat(50),
        (all, maxTokens, reserved) => {
          const candidates = all.map(({ tokens, source }, at) => candidate(all.length - at, tokens, source));
          const { chosen, dropped, summaryTokens } = allot(candidates, [], { maxTokens, reserved });
          const used = chosen.reduce((sum, { tokens }) => sum + tokens, summaryTokens);
          expect(used).toBeLessThanOrEqual(Math.max(0, maxTokens - reserved));
          expect(chosen.length + dropped.length).toBe(candidates.length);
          expect(chosen).toEqual([...chosen].sort((a, b) => a.sequence - b.sequence));
        },
      ),
    );
  });
});
