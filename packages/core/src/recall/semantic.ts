import { VECTOR_SCALE } from './features.ts';
import { bestOfEpisodes } from './lexical.ts';
import type { TurnIndex } from './turn-index.ts';

export interface SemanticSignals {
  /** Cosine by turn, -1 to 1. */
  cosines: Float32Array;
  /** The same, standardised over the index. */
  meaning: Float32Array;
  /** Its nearest turn's, by episode, standardised over the turns. */
  episodeBestMeaning: Float32Array;
}

/** @param meaning of the query: a unit vector, or zeros. */
export function readSemantic(index: TurnIndex, meaning: Float32Array): SemanticSignals {
  const cosines = cosinesOf(index, meaning);
  const standard = cosines.slice();
  standardise(standard);
  return { cosines, meaning: standard, episodeBestMeaning: bestOfTurns(index, standard) };
}

function cosinesOf({ length, dimensions, vectors }: TurnIndex, meaning: Float32Array): Float32Array {
  const cosines = new Float32Array(length);
  for (let turn = 0, at = 0; turn < length; turn += 1) {
    // Four sums of their own: the processor adds them side by side.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < dimensions; i += 4, at += 4) {
      a += meaning[i]! * vectors[at]!;
      b += meaning[i + 1]! * vectors[at + 1]!;
      c += meaning[i + 2]! * vectors[at + 2]!;
      d += meaning[i + 3]! * vectors[at + 3]!;
    }
    cosines[turn] = (a + b + c + d) / VECTOR_SCALE;
  }
  return cosines;
}

/** Best turn by episode; an episode counts as often as it has turns. */
function bestOfTurns(index: TurnIndex, meaning: Float32Array): Float32Array {
  const best = bestOfEpisodes(index, meaning);
  let sum = 0;
  let squares = 0;
  for (let turn = 0; turn < index.length; turn += 1) {
    const value = best[index.episodeOf[turn]!]!;
    sum += value;
    squares += value * value;
  }
  const moments = momentsOf(sum, squares, index.length);
  return best.map((value) => standing(value, moments));
}

/** Standard deviations beyond which a value counts no more: one turn far above all others must not lift its neighbours too. */
const FAR = 4;

/** How many deviations a value is from the mean, within ±`FAR`; 0 where all values are equal. */
export function standing(value: number, { mean, deviation }: { mean: number; deviation: number }): number {
  if (deviation === 0) return 0;
  return Math.max(-FAR, Math.min(FAR, (value - mean) / deviation));
}

/** Replaces values by their `standing`, in place; says what mean and deviation were. */
export function standardise(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const moments = momentsOf(sum, squares, values.length);
  for (let i = 0; i < values.length; i += 1) values[i] = standing(values[i]!, moments);
  return moments;
}

function momentsOf(sum: number, squares: number, count: number): { mean: number; deviation: number } {
  const mean = sum / Math.max(1, count);
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean));
  return { mean, deviation: deviation > 1e-6 ? deviation : 0 };
}
