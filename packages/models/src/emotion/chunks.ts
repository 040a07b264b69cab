import { MOST_TOKENS } from './network.ts';
import type { Token } from './tokens.ts';

/** Of a text too long to be read at once, a chunk ends with its sentence from this many tokens on. */
const CHUNK_TOKENS = 14;
const SHORTEST_TAIL = 6;
const LONGEST_CHUNK = MOST_TOKENS - SHORTEST_TAIL;
const ENDS = new Set(['.', '!', '!!', '?', '??', '...', '\n']);

/** Splits long texts at sentence ends, so that one sentence of feeling is not drowned by the rest. */
export function chunksOf(tokens: readonly Token[]): Token[][] {
  if (tokens.length <= LONGEST_CHUNK) return [[...tokens]];
  const chunks: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    current.push(token);
    const ended = ENDS.has(token.keys[0]!) && current.length >= CHUNK_TOKENS;
    if (ended || current.length >= LONGEST_CHUNK) {
      chunks.push(current);
      current = [];
    }
  }
  const last = chunks.at(-1);
  if (last !== undefined && current.length < SHORTEST_TAIL) last.push(...current);
  else if (current.length > 0) chunks.push(current);
  return chunks;
}

/** Weights of the chunks of a text in its reading, from how sure each is of a feeling: the rest hardly counts. */
export function sharesOf(felt: readonly number[]): number[] {
  const raw = felt.map((probability) => 0.005 + probability ** 3);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}
