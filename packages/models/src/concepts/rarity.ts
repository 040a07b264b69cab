import { readFileSync } from 'node:fs';
import { singular } from './key.ts';

/** Half-bits of a word met in none or one of the 61,000 background messages. */
const UNSEEN_HALF_BITS = 32;

/** About one message in 3,000. */
const EVERYDAY = 0.72;

let levels: Map<string, number> | undefined;

/**
 * How surprising a lower-case word is in everyday English: 0 (in every message) to 1 (in almost none), linear in
 * -log2 of the share of messages that hold it. A plural counts as its more common form.
 */
export function rarity(word: string): number {
  levels ??= readLevels();
  const unseen = UNSEEN_HALF_BITS;
  const halfBits = Math.min(levels.get(word) ?? unseen, levels.get(singular(word)) ?? unseen);
  return halfBits / UNSEEN_HALF_BITS;
}

/** Whether a lower-case word is so common that a capital at the start of a sentence says nothing. */
export function isEveryday(word: string): boolean {
  return rarity(word) < EVERYDAY;
}

function readLevels(): Map<string, number> {
  const file = readFileSync(new URL('../../weights/concepts.txt', import.meta.url), 'utf8');
  const found = new Map<string, number>();
  for (const [level, line] of file.split('\n').entries()) {
    for (const word of line.split(' ')) found.set(word, level);
  }
  found.delete('');
  return found;
}
