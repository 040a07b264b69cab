import type { Models } from '../ctx.ts';
import type { GivenQuery } from './given.ts';
import { lateQuery, nearness } from './late.ts';
import type { Question } from './question.ts';
import { PART_OF, PARTS, type Part, type Recipe } from './recipes.ts';
import { standardise, standing } from './semantic.ts';
import { neighbourOf, PLACE, SIGNALS, type SignalReader, signalReader } from './signals.ts';
import type { TurnIndex } from './turn-index.ts';

/** Turns whose word pieces are compared one by one. The order below that place rests on the other signals. */
const CANDIDATES = 128;

export interface RankInput {
  models: Models;
  index: TurnIndex;
  question: Question;
  recipe: Recipe;
  /** What a model outside the process makes of query and turns. */
  given?: GivenQuery | undefined;
  /** Share of the query's entities that a turn mentions, by position. */
  entities?: ReadonlyMap<number, number>;
  /** Turns that may come back; all of the index when left out. The others still count as context. */
  allowed?: (turn: number) => boolean;
}

/** All turns of an index, ranked for one query. */
export interface Ranking {
  /** Positions, best first, at most `limit`: only turns that have anything to do with the query. */
  best(limit: number): number[];
  scoreOf(turn: number): number;
  /** A turn's row of `SIGNALS`; those of pieces are 0 where they were not read. */
  signalsOf(turn: number): Float64Array;
  /** The score by parts; they sum to it. */
  partsOf(turn: number): Record<Part, number>;
  /** 1 for the best; undefined for a turn that may not come back or is unrelated. */
  rankOf(turn: number): number | undefined;
  /** Turns that could have come back. */
  size: number;
}

/** Scores every turn by the recipe, then looks closer at the best: one linear formula, so that it can be taken apart. */
export function rankTurns(input: RankInput): Ranking {
  const { models, index, question, recipe, allowed } = input;
  const reader = signalReader(index, question, models.embed(question.masked), input.given, input.entities);
  const weights = Float64Array.from(SIGNALS, (signal) => recipe.weights[signal]);
  const scores = new Float64Array(index.length);
  const related: number[] = [];
  const row = new Float64Array(SIGNALS.length);
  for (let turn = 0; turn < index.length; turn += 1) {
    reader.read(turn, row);
    scores[turn] = dot(weights, row);
    if (isRelated(row, reader, index, turn) && (!allowed || allowed(turn))) related.push(turn);
  }
  const late = readLate(input, bestOf(related, scores, CANDIDATES));
  for (const [turn, pieces] of late) {
    for (const [position, value] of pieces.entries()) {
      scores[turn]! += weights[PLACE.pieces + position]! * value;
    }
  }
  // Where more speaks against a turn than for it, only a word of the query brings it back.
  const open = related.filter((turn) => scores[turn]! > 0 || reader.lexical.words[turn]! > 0);
  const signalsOf = (turn: number) => {
    const signals = new Float64Array(SIGNALS.length);
    reader.read(turn, signals);
    signals.set(late.get(turn) ?? [], PLACE.pieces);
    return signals;
  };
  return {
    size: open.length,
    best: (limit) => bestOf(open, scores, limit),
    scoreOf: (turn) => scores[turn]!,
    signalsOf,
    partsOf: (turn) => inParts(signalsOf(turn), weights),
    rankOf: (turn) =>
      open.includes(turn) ? 1 + open.filter((other) => comesBefore(scores, other, turn)).length : undefined,
  };
}

/** A shared word, a near neighbour with one, an entity, a near meaning or a named date: else it is not an answer but noise. */
function isRelated(
  row: Float64Array,
  { lexical, semantic }: SignalReader,
  index: TurnIndex,
  turn: number,
): boolean {
  if (row[PLACE.entity]! > 0 || row[PLACE.date]! > 0 || semantic.isNear(turn)) return true;
  return NEAR.some((by) => {
    const other = neighbourOf(index, turn, by);
    return other !== undefined && lexical.words[other]! > 0;
  });
}

const NEAR = [0, -1, 1, -2, 2];

/** Nearness piece by piece of candidates, of the turns before and after them; standardised over the candidates. */
function readLate({ models, index, question }: RankInput, candidates: number[]): Map<number, number[]> {
  const near = nearness(models, index, lateQuery(models, index, question.masked));
  const own = Float32Array.from(candidates, near);
  const moments = standardise(own);
  const of = (turn: number | undefined) => (turn === undefined ? 0 : standing(near(turn), moments));
  return new Map(
    candidates.map((turn, position) => [
      turn,
      [own[position]!, of(neighbourOf(index, turn, -1)), of(neighbourOf(index, turn, 1))],
    ]),
  );
}

function inParts(signals: Float64Array, weights: Float64Array): Record<Part, number> {
  const parts = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;
  for (const [place, signal] of SIGNALS.entries()) {
    parts[PART_OF[signal]] += weights[place]! * signals[place]!;
  }
  return parts;
}

function dot(weights: Float64Array, row: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < row.length; place += 1) sum += weights[place]! * row[place]!;
  return sum;
}

/** Of equals the later one first. */
const comesBefore = (scores: Float64Array, one: number, other: number) =>
  scores[one]! > scores[other]! || (scores[one] === scores[other] && one > other);

/** The best by score, without sorting them all. */
function bestOf(turns: number[], scores: Float64Array, limit: number): number[] {
  const best: number[] = [];
  for (const turn of turns) {
    if (best.length === limit && !comesBefore(scores, turn, best[limit - 1]!)) continue;
    let low = 0;
    let high = best.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comesBefore(scores, best[middle]!, turn)) low = middle + 1;
      else high = middle;
    }
    best.splice(low, 0, turn);
    if (best.length > limit) best.pop();
  }
  return best;
}
