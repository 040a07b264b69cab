import { type Lexicon, lexicon } from './lexicon.ts';
import type { Token } from './tokens.ts';

/** A feature's name and the indexes of the tokens it came from. */
type Feature = readonly [name: string, tokens: readonly number[]];

/** Words with their neighbours, character n-grams, and what the lexicon says. */
export type FeatureGroups = readonly [words: Feature[], characters: Feature[], lexical: Feature[]];

const LOOK_BACK = 6;

export function features(tokens: readonly Token[], flags: readonly string[]): FeatureGroups {
  const words = lexicon();
  const groups: FeatureGroups = [[], [], []];
  const real = [...tokens.keys()].filter((index) => tokens[index]!.text !== '\n');
  for (const [at, index] of real.entries()) {
    const token = tokens[index]!;
    groups[0].push([(token.negated ? 'n:' : 'u:') + token.text, [index]]);
    if (token.kind === 'word' && !token.negated && token.text.length > 3)
      addGrams(token.text, index, groups[1]);
    addLexical(tokens, index, words, groups[2]);
    addNeighbours(tokens, real, at, groups[0]);
  }
  groups[0].push([`size:${sizeOf(real.length)}`, []]);
  for (const flag of flags) groups[0].push([`flag:${flag}`, []]);
  return groups;
}

function addNeighbours(tokens: readonly Token[], real: readonly number[], at: number, out: Feature[]): void {
  const index = real[at]!;
  const previous = real[at - 1];
  const next = real[at + 1];
  const before = previous === undefined ? '^' : tokens[previous]!.text;
  const here = tokens[index]!.text;
  const after = next === undefined ? '$' : tokens[next]!.text;
  out.push([`b:${here} ${after}`, next === undefined ? [index] : [index, next]]);
  if (previous === undefined) out.push([`b:^ ${here}`, [index]]);
  out.push([`t:${before} ${here} ${after}`, [previous, index, next].filter((place) => place !== undefined)]);
}

function addGrams(word: string, index: number, out: Feature[]): void {
  const framed = `<${word}>`;
  for (let size = 3; size <= 5; size += 1) {
    for (let at = 0; at + size <= framed.length; at += 1)
      out.push([`c:${framed.slice(at, at + size)}`, [index]]);
  }
}

function addLexical(tokens: readonly Token[], index: number, words: Lexicon, out: Feature[]): void {
  const { text, negated } = tokens[index]!;
  const sign = negated ? '-' : '+';
  for (const label of words.classes.get(text) ?? []) {
    out.push([`l${sign}${label}`, [index]]);
    out.push([`l${sign}${label}/${subjectOf(tokens, index, words)}`, [index]]);
  }
  if (words.good.has(text)) out.push([`good${sign}`, [index]]);
  if (words.bad.has(text)) out.push([`bad${sign}`, [index]]);
  if (text.startsWith('em:')) out.push([`l${text}`, [index]]);
}

/** Whose feeling it is: the nearest person before the word in its sentence. `1` the writer, `3` others, `0` unsaid. */
function subjectOf(tokens: readonly Token[], index: number, words: Lexicon): '0' | '1' | '3' {
  for (let back = index - 1; back >= Math.max(0, index - LOOK_BACK); back -= 1) {
    const { text } = tokens[back]!;
    if (words.first.has(text)) return '1';
    if (words.others.has(text)) return '3';
    if (['.', '\n', '!', '?'].includes(text)) break;
  }
  return '0';
}

function sizeOf(count: number): string {
  if (count <= 1) return '1';
  if (count <= 3) return '3';
  if (count <= 8) return '8';
  return count <= 20 ? '20' : 'many';
}
