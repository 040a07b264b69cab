import { lexicon } from './lexicon.ts';
import { knownRow } from './network.ts';
import type { Token } from './tokens.ts';
import type { Weights } from './weights.ts';

/** Share of known words at which a text is not trusted at all, and the span over which trust grows to 1. */
const TRUST_FROM = 0.25;
const TRUST_SPAN = 0.35;
/** Share of another language's small words, when they outnumber the English ones, at which nothing is trusted. */
const FOREIGN_SHARE = 0.2;
/** A text of which more than half, and more than this many tokens, only repeat what stands before them is junk. */
const MOST_REPEATS = 20;
const REPEATED_TRUST = 0.1;

/** What a text is made of, as far as a reading of emotion goes. */
export type Substance = 'nothing' | 'machine' | 'speech';

const SILENT = new Set(['.', ',', ';', ':', '\n', '<number>']);
const MACHINE = new Set(['<code>', '<quote>', '<said>', '<url>', '<name>', '<handle>']);

export function substanceOf(tokens: readonly Token[]): Substance {
  const telling = tokens.filter((token) => !SILENT.has(token.keys[0]!));
  if (telling.length === 0) return 'nothing';
  return telling.every((token) => MACHINE.has(token.keys[0]!)) ? 'machine' : 'speech';
}

/** How far a text can be read: 1 plain English, 0 another language, no language at all, or one thing over and over. */
export function trustOf(table: Weights, tokens: readonly Token[], repeats: number): number {
  let total = 0;
  let known = 0;
  let english = 0;
  let foreign = 0;
  const { english: englishWords, foreign: foreignWords } = lexicon();
  for (const token of tokens) {
    if (token.kind === 'foreign') total += Math.max(1, Math.floor((token.end - token.start) / 3));
    else if (token.kind === 'word') {
      total += 1;
      if (knownRow(table, token) >= 0) known += 1;
      if (englishWords.has(token.keys[0]!)) english += 1;
      if (foreignWords.has(token.keys[0]!)) foreign += 1;
    }
  }
  const junk = repeats > MOST_REPEATS && repeats > tokens.length ? REPEATED_TRUST : 1;
  if (total === 0) return junk;
  if (foreign > english && foreign >= FOREIGN_SHARE * total) return 0;
  return junk * Math.min(1, Math.max(0, (known / total - TRUST_FROM) / TRUST_SPAN));
}
