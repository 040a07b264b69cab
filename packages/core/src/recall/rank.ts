import type { Models } from '../ctx.ts';
import { lateQuery, nearness } from './late.ts';
import type { Question } from './question.ts';
import { PART_OF, PARTS, type Part, type Recipe } from './recipes.ts';
import {
  type EarlySignals,
  LATE_SIGNALS,
  type LateSignal,
  neighbourOf,
  readSignals,
  type Signal,
  standardise,
} from './signals.ts';
import type { TurnIndex } from './turn-index.ts';

/** Turns whose word pieces are compared one by one. Their order below that place rests on the other signals. */
const CANDIDATES = 200;
/** Cosine under which a turn that shares no word with the query, nor its neighbours, has nothing to do with it. */
const UNRELATED = 0.2;

export interface RankInput {
  models: Models;
  index: TurnIndex;
  question: Question;
  recipe: Recipe;
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
  /** What each signal says of a turn; late ones are 0 where they were not read. */
  signalsOf(turn: number): Record<Signal, number>;
  /** The score by parts; they sum to it. */
  partsOf(turn: number): Record<Part, number>;
  /** 1 for the best; undefined for a turn that may not come back or is unrelated. */
  rankOf(turn: number): number | undefined;
  /** Turns that could have come back. */
  size: number;
}

/** Scores every turn by the recipe, then looks closer at the best: one linear formula, so that it can be taken apart. */
export function rankTurns({ models, index, question, recipe, entities, allowed }: RankInput): Ranking {
  const meaning = models.embed(question.masked);
  const early = readSignals(index, question, meaning, entities);
  const scores = weigh(early, recipe, index.length);
  const open: number[] = [];
  const cosine = cosineReader(index, meaning);
  for (let turn = 0; turn < index.length; turn += 1) {
    if (allowed && !allowed(turn)) continue;
    if (isRelated(early, turn, cosine)) open.push(turn);
  }
  const candidates = bestOf(open, scores, CANDIDATES);
  const late = readLate(models, index, question, candidates);
  for (const [turn, values] of late) {
    for (const signal of LATE_SIGNALS) scores[turn]! += recipe.weights[signal] * values[signal];
  }
  const signalsOf = (turn: number): Record<Signal, number> => {
    const values = Object.entries(early).map(([signal, all]) => [signal, all[turn]!]);
    return { ...Object.fromEntries(values), ...(late.get(turn) ?? NO_LATE) };
  };
  const isOpen = new Set(open);
  return {
    size: open.length,
    best: (limit) => bestOf(open, scores, limit),
    scoreOf: (turn) => scores[turn]!,
    signalsOf,
    partsOf: (turn) => inParts(signalsOf(turn), recipe),
    rankOf: (turn) => {
      if (!isOpen.has(turn)) return undefined;
      return 1 + open.filter((other) => comesBefore(scores, other, turn)).length;
    },
  };
}

const NO_LATE: Record<LateSignal, number> = { pieces: 0, piecesBefore: 0, piecesAfter: 0 };

function weigh(signals: EarlySignals, recipe: Recipe, length: number): Float64Array {
  const scores = new Float64Array(length);
  for (const [signal, values] of Object.entries(signals)) {
    const weight = recipe.weights[signal as Signal];
    if (weight === 0) continue;
    for (let turn = 0; turn < length; turn += 1) scores[turn]! += weight * values[turn]!;
  }
  return scores;
}

/** A shared word, a neighbour with one, an entity, a near meaning or a named date: else it is not an answer but noise. */
function isRelated(signals: EarlySignals, turn: number, cosine: (turn: number) => number): boolean {
  return (
    signals.words[turn]! > 0 ||
    signals.wordsBefore[turn]! > 0 ||
    signals.wordsAfter[turn]! > 0 ||
    signals.entity[turn]! > 0 ||
    signals.date[turn]! > 0 ||
    cosine(turn) >= UNRELATED
  );
}

function cosineReader({ vectors, dimensions }: TurnIndex, meaning: Float32Array) {
  return (turn: number) => {
    let dot = 0;
    for (let i = 0; i < dimensions; i += 1) dot += meaning[i]! * vectors[turn * dimensions + i]!;
    return dot / 127;
  };
}

/** Piece by piece, for candidates and their neighbours, standardised over the candidates. */
function readLate(
  models: Models,
  index: TurnIndex,
  question: Question,
  candidates: number[],
): Map<number, Record<LateSignal, number>> {
  const near = nearness(models, index, lateQuery(models, index, question.masked));
  const own = Float32Array.from(candidates, near);
  const { mean, deviation } = standardise(own);
  const of = (turn: number | undefined) =>
    turn === undefined || deviation === 0 ? 0 : (near(turn) - mean) / deviation;
  return new Map(
    candidates.map((turn, position) => [
      turn,
      {
        pieces: own[position]!,
        piecesBefore: of(neighbourOf(index, turn, -1)),
        piecesAfter: of(neighbourOf(index, turn, 1)),
      },
    ]),
  );
}

function inParts(signals: Record<Signal, number>, recipe: Recipe): Record<Part, number> {
  const parts = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;
  for (const [signal, value] of Object.entries(signals) as [Signal, number][]) {
    parts[PART_OF[signal]] += recipe.weights[signal] * value;
  }
  return parts;
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
