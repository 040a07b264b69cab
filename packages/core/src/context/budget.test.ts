import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allot, type Candidate, sacrificeOrder } from './budget.ts';

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
    const { chosen } = allot(recent(10, 10, 10), [], { maxTokens: 1_000, reserved: 0, messageOverhead: 5 });
    expect(chosen).toHaveLength(3);
  });

  test('drops the oldest of the recent first', () => {
    const { chosen } = allot(recent(40, 40, 40, 40), [], { maxTokens: 100, reserved: 0, messageOverhead: 5 });
    expect(chosen.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  test('serves the newest message before anything else', () => {
    const all = [candidate(9, 60), candidate(1, 50, 'recall'), candidate(2, 50, 'emotion')];
    const { chosen } = allot(all, [], { maxTokens: 70, reserved: 0, messageOverhead: 5 });
    expect(chosen.map(({ sequence }) => sequence)).toEqual([9]);
  });

  test('leaves room for highlights and for what the query found', () => {
    const all = [
      ...Array.from({ length: 50 }, (_, at) => candidate(100 - at, 20)),
      candidate(1, 20, 'recall'),
      candidate(2, 20, 'priority'),
    ];
    const { chosen } = allot(all, [], { maxTokens: 300, reserved: 0, messageOverhead: 5 });
    expect(chosen.map(({ sequence }) => sequence)).toEqual(expect.arrayContaining([1, 2, 100]));
  });

  test('never plans above the budget, chooses each candidate once at most, in order', () => {
    const anyCandidate = fc.record({
      tokens: fc.nat(300),
      source: fc.constantFrom<Candidate['source']>('recall', 'neighbour', 'priority', 'emotion', 'recent'),
    });
    fc.assert(
      fc.property(
        fc.array(anyCandidate, { maxLength: 50 }),
        fc.nat(2_000),
        fc.nat(50),
        (all, maxTokens, reserved) => {
          const candidates = all.map(({ tokens, source }, at) => candidate(all.length - at, tokens, source));
          const { chosen, summaryTokens } = allot(candidates, [], {
            maxTokens,
            reserved,
            messageOverhead: 5,
          });
          const used = chosen.reduce((sum, { tokens }) => sum + tokens, summaryTokens);
          expect(used).toBeLessThanOrEqual(Math.max(0, maxTokens - reserved));
          expect(new Set(chosen).size).toBe(chosen.length);
          expect(chosen).toEqual([...chosen].sort((a, b) => a.sequence - b.sequence));
        },
      ),
    );
  });
});

describe('what is given up first', () => {
  test('is the oldest of the recent; what was kept and the newest message go last', () => {
    const all = [
      candidate(1, 5, 'recall'),
      candidate(2, 5, 'recall'),
      candidate(9, 5),
      candidate(3, 5, 'priority'),
      candidate(8, 5),
      candidate(7, 5),
    ];
    expect(sacrificeOrder(all, all).map(({ sequence }) => sequence)).toEqual([7, 8, 2, 1, 3, 9]);
  });
});
