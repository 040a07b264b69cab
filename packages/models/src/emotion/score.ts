import { chunksOf, sharesOf } from './chunks.ts';
import { EMOTIONS, GOEMOTIONS } from './labels.ts';
import { network } from './network.ts';
import type { Token } from './tokens.ts';
import { type Substance, substanceOf, trustOf } from './trust.ts';
import { weights } from './weights.ts';

const CATEGORIES = GOEMOTIONS.length;
const LABELS = EMOTIONS.length;
const NEUTRAL = EMOTIONS.indexOf('neutral');
/** What is believed of a text that cannot be read: neutral, and little else. */
const UNREAD_NEUTRAL = 0.2;
/** What is believed of a text of which nothing is the writer's own words. */
const MACHINE_NEUTRAL = 0.9;

/** One chunk as the network reads it. */
export interface Part {
  tokens: Token[];
  /** Share of the chunk in the whole reading. */
  share: number;
  probabilities: number[];
}

/** A whole text as the network reads it. `parts` is empty where there is nothing to read, or nothing readable. */
export interface Score {
  substance: Substance;
  probabilities: number[];
  /** Probability that each of GoEmotions' categories is present, whatever the others are. */
  categories: number[];
  valence: number;
  arousal: number;
  parts: Part[];
}

export function score(tokens: readonly Token[], repeats: number): Score {
  const substance = substanceOf(tokens);
  if (substance === 'nothing') return unread(substance, 1 / LABELS);
  if (substance === 'machine') return unread(substance, MACHINE_NEUTRAL);
  const trust = trustOf(weights(), tokens, repeats);
  if (trust === 0) return unread(substance, UNREAD_NEUTRAL);
  const chunks = chunksOf(tokens);
  const read = chunks.map((chunk) => split(network().read(chunk)));
  const shares = sharesOf(read.map(({ probabilities }) => Math.max(...probabilities.slice(0, NEUTRAL))));
  const mean = (of: (part: Outputs) => number) =>
    read.reduce((sum, part, index) => sum + shares[index]! * of(part), 0);
  const mixed = (read: number, otherwise: number) => trust * read + (1 - trust) * otherwise;
  return {
    substance,
    probabilities: even(UNREAD_NEUTRAL).map((otherwise, label) =>
      mixed(
        mean((part) => part.probabilities[label]!),
        otherwise,
      ),
    ),
    categories: GOEMOTIONS.map((_, at) => trust * Math.max(...read.map((part) => part.categories[at]!))),
    valence: mixed(
      mean((part) => part.valence),
      0.5,
    ),
    arousal: mixed(
      mean((part) => part.arousal),
      0.5,
    ),
    parts: chunks.map((tokens, index) => ({
      tokens,
      share: shares[index]!,
      probabilities: read[index]!.probabilities,
    })),
  };
}

interface Outputs {
  categories: number[];
  probabilities: number[];
  valence: number;
  arousal: number;
}

function split(outputs: Float32Array): Outputs {
  const [valence, arousal] = outputs.subarray(CATEGORIES + LABELS);
  return {
    categories: Array.from(outputs.subarray(0, CATEGORIES), (value) => 1 / (1 + Math.exp(-value))),
    probabilities: labelsOf(outputs),
    valence: valence!,
    arousal: arousal!,
  };
}

/** Probabilities of the labels in the network's outputs. */
export function labelsOf(outputs: Float32Array): number[] {
  const logits = outputs.subarray(CATEGORIES, CATEGORIES + LABELS);
  const top = Math.max(...logits);
  const { temperature } = weights();
  const powers = Array.from(logits, (value) => Math.exp((value - top) / temperature));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

function even(neutral: number): number[] {
  return EMOTIONS.map((_, label) => (label === NEUTRAL ? neutral : (1 - neutral) / (LABELS - 1)));
}

function unread(substance: Substance, neutral: number): Score {
  return {
    substance,
    probabilities: even(neutral),
    categories: GOEMOTIONS.map((label) => (label === 'neutral' ? 0.5 : 0)),
    valence: 0.5,
    arousal: 0.5,
    parts: [],
  };
}
