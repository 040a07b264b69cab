import { VECTOR_SCALE } from './features.ts';
import type { GivenQuery } from './given.ts';
import { bestOfEpisodes } from './lexical.ts';
import type { TurnIndex } from './turn-index.ts';

export interface SemanticSignals {
  /** How near each turn is, standardised over the index. */
  meaning: Float32Array;
  /** Its nearest turn's, by episode, standardised over the turns. */
  episodeBestMeaning: Float32Array;
  /** Near enough in meaning to have something to do with the query, even without a word of it. */
  isNear(turn: number): boolean;
}

/** Cosine under which a turn that shares no word with the query, nor its neighbours, has nothing to do with it. */
const UNRELATED = 0.1;
/** The same for a given meaning: its cosine is taken around the mean of the turns, so that models differ less. */
const UNRELATED_GIVEN = 0.2;
/**
 * What a deviation of a given meaning counts beside one of the built-in table: the weight that recall's learning gives
 * all-MiniLM-L6-v2 on `bench/conversations`, by the one it gives the table (people 0.51 / 0.45, assistant 0.85 / 0.72).
 */
const TRUST = 1.15;

/**
 * @param meaning of the query: a unit vector, or zeros.
 * @param given its meaning and the turns' by a model outside the process; a turn without one keeps the built-in reading.
 */
export function readSemantic(index: TurnIndex, meaning: Float32Array, given?: GivenQuery): SemanticSignals {
  const cosines = cosinesOf(index, meaning);
  const standard = cosines.slice();
  standardise(standard);
  const isClose = (turn: number) => cosines[turn]! >= UNRELATED;
  if (!given) return { meaning: standard, episodeBestMeaning: bestOfTurns(index, standard), isNear: isClose };
  const near = new Set(given.turns.filter((_, position) => given.nearness[position]! >= UNRELATED_GIVEN));
  const nearness = given.nearness.slice();
  standardise(nearness);
  for (const [position, turn] of given.turns.entries()) standard[turn] = TRUST * nearness[position]!;
  return {
    meaning: standard,
    episodeBestMeaning: bestOfTurns(index, standard),
    isNear: (turn) => isClose(turn) || near.has(turn),
  };
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
