import { type FeatureGroups, features } from './features.ts';
import { EMOTIONS } from './labels.ts';
import type { Token } from './tokens.ts';
import { rowOf, type Weights } from './weights.ts';

const LABELS = EMOTIONS.length;
const NEUTRAL = EMOTIONS.indexOf('neutral');
/** Length of the vector of each feature group: words, characters, lexicon. */
const GROUP_GAIN = [1, 0.5, 0.7] as const;
const CHUNK_TOKENS = 20;
const LONGEST_CHUNK = 60;
const SHORTEST_TAIL = 6;
/** Share of known words at which a text is not trusted at all, and the span over which trust grows to 1. */
const TRUST_FROM = 0.25;
const TRUST_SPAN = 0.35;

export interface Score {
  /** Probability per label. */
  probabilities: Float64Array;
  valence: number;
  arousal: number;
  /** Known features with their value, table row and tokens, for the evidence. */
  hits: { row: number; value: number; tokens: readonly number[] }[];
}

/** Splits long texts at sentence ends, so that one sentence of feeling is not drowned by the rest. */
export function chunksOf(tokens: readonly Token[]): Token[][] {
  const chunks: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    current.push(token);
    const ends = ['.', '!', '!!', '?', '??', '...', '\n'].includes(token.text);
    if ((ends && current.length >= CHUNK_TOKENS) || current.length >= LONGEST_CHUNK) {
      chunks.push(current);
      current = [];
    }
  }
  const last = chunks.at(-1);
  if (last !== undefined && current.length < SHORTEST_TAIL) last.push(...current);
  else if (current.length > 0 || chunks.length === 0) chunks.push(current);
  return chunks;
}

/** How much of the text is in known words: 1 readable, 0 another language or no language at all. */
export function trustOf(table: Weights, tokens: readonly Token[]): number {
  let total = 0;
  let known = 0;
  let marks = 0;
  for (const token of tokens) {
    if (token.kind === 'foreign') total += Math.max(1, Math.floor((token.end - token.start) / 3));
    else if (token.kind === 'word') {
      total += 1;
      if (rowOf(table, `u:${token.text}`) >= 0) known += 1;
    } else if (token.text !== '\n') marks += 1;
  }
  if (total === 0) return marks > 0 ? 1 : 0;
  return clamp((known / total - TRUST_FROM) / TRUST_SPAN, 0, 1);
}

export function score(table: Weights, tokens: readonly Token[], flags: readonly string[]): Score {
  const { columns, cells, scales, intercepts, anchors } = table;
  const hits = hitsOf(table, features(tokens, flags));
  const sums = Float64Array.from(intercepts);
  for (const { row, value } of hits) {
    const factor = value * scales[row]!;
    for (let column = 0; column < columns; column += 1)
      sums[column]! += factor * cells[row * columns + column]!;
  }
  const probabilities = softmax(sums.subarray(0, LABELS), table.temperature);
  let valence = 0;
  let arousal = 0;
  for (let label = 0; label < LABELS; label += 1) {
    valence += probabilities[label]! * anchors[2 * label]!;
    arousal += probabilities[label]! * anchors[2 * label + 1]!;
  }
  return {
    probabilities,
    valence: blend(table.valence, valence, sums[LABELS]!),
    arousal: blend(table.arousal, arousal, sums[LABELS + 1]!),
    hits,
  };
}

/** Weights of the chunks of a text in its reading: what carries feeling counts, what is neutral hardly. */
export function shares(scores: readonly Score[]): number[] {
  const raw = scores.map(({ probabilities }) => 0.02 + (1 - probabilities[NEUTRAL]!) ** 3);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function hitsOf(table: Weights, groups: FeatureGroups): Score['hits'] {
  return groups.flatMap((group, index) => {
    const kept = group
      .map(([name, tokens]) => ({ row: rowOf(table, name), value: 0, tokens }))
      .filter((hit) => hit.row >= 0);
    const value = GROUP_GAIN[index]! / Math.sqrt(kept.length);
    for (const hit of kept) hit.value = value;
    return kept;
  });
}

function blend(
  [intercept, fromLabels, fromText]: readonly [number, number, number],
  label: number,
  text: number,
) {
  return clamp(intercept + fromLabels * label + fromText * text, 0.02, 0.98);
}

function softmax(logits: Float64Array, temperature: number): Float64Array {
  const top = Math.max(...logits);
  const out = logits.map((value) => Math.exp((value - top) / temperature));
  const total = out.reduce((sum, value) => sum + value, 0);
  return out.map((value) => value / total);
}
