import { describe, expect, it } from 'vitest';
import { foldedAmong } from './folded.ts';

const named = (...ids: string[]) => ids.map((id) => ({ id }));

describe('folded messages', () => {
  it('are those that neither stand in the context nor were left out for want of room', () => {
    const standing = { messages: named('b', 'd'), dropped: named('c') };
    expect([...foldedAmong(named('a', 'b', 'c', 'd'), standing)]).toEqual(['a']);
  });

  it('do not include a message that was saved after the context was read', () => {
    const standing = { messages: named('a', 'b'), dropped: [] };
    expect(foldedAmong(named('a', 'b', 'new'), standing).size).toBe(0);
  });

  it('are none when nothing is known', () => {
    expect(foldedAmong(named('a'), { messages: [], dropped: [] }).size).toBe(0);
  });
});
