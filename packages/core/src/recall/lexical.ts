import { pairHash, type Question } from './question.ts';
import type { TurnIndex } from './turn-index.ts';

export interface LexicalSignals {
  /** BM25 by turn, the best turn 1. */
  words: Float32Array;
  /** Share of the query's weight that a turn has, 0 to 1. */
  coverage: Float32Array;
  /** Neighbouring terms of the query that are neighbours in the turn too, the best turn 1. */
  pairs: Float32Array;
  /** BM25 by episode, the best 1. */
  episodeWords: Float32Array;
  /** Its best turn's, by episode. */
  episodeBestWords: Float32Array;
}

/** BM25 of a turn: short texts, so repetition and length count little. Robertson and Zaragoza (2009) have the formula. */
const TURN = { k1: 0.8, b: 0.1 };
const EPISODE = { k1: 1.2, b: 0.75 };

export function readLexical(index: TurnIndex, question: Question): LexicalSignals {
  const n = index.length;
  const counts = countTerms(index, question);
  const idf = counts.documents.map((documents) => inverseFrequency(n, documents));
  const mass = idf.reduce((sum, value) => sum + value, 0) || 1;
  const words = new Float32Array(n);
  const coverage = new Float32Array(n);
  const pairs = new Float32Array(n);
  const average = n > 0 ? index.termEnds[n - 1]! / n || 1 : 1;
  for (let hit = 0; hit < counts.turns.length; hit += 1) {
    const turn = counts.turns[hit]!;
    const term = counts.terms[hit]!;
    const weight = idf[term]! * counts.inQuery[term]!;
    words[turn]! += weight * saturate(counts.times[hit]!, index.lengthOf(turn) / average, TURN);
    coverage[turn]! += idf[term]! / mass;
  }
  for (const turn of counts.pairs) pairs[turn]! += 1;
  scaleToBest(pairs);
  scaleToBest(words);
  return {
    words,
    coverage,
    pairs,
    episodeWords: episodeWords(index, counts),
    episodeBestWords: bestOfEpisodes(index, words),
  };
}

/** Hits of the query's terms, one entry a turn and term, in the order of the turns. */
interface Counts {
  turns: number[];
  terms: number[];
  times: number[];
  /** Turns that have a term, by term. */
  documents: number[];
  /** Times that a term stands in the query. */
  inQuery: number[];
  /** Turns with a pair of neighbouring terms, once a pair. */
  pairs: number[];
}

/** Terms that cannot be in the query are told by these bits of their hash, most of them without a look-up. */
const FILTER_BITS = 4_095;

/** One pass over all terms of the index. */
function countTerms(index: TurnIndex, question: Question): Counts {
  const numbers = new Map([...question.terms.keys()].map((hash, number) => [hash, number]));
  const filter = new Uint8Array(FILTER_BITS + 1);
  for (const hash of numbers.keys()) filter[hash & FILTER_BITS] = 1;
  const inQuery = [...question.terms.values()];
  const counts: Counts = {
    turns: [],
    terms: [],
    times: [],
    documents: inQuery.map(() => 0),
    inQuery,
    pairs: [],
  };
  let at = 0;
  for (let turn = 0; turn < index.length; turn += 1) {
    const end = index.termEnds[turn]!;
    const first = counts.turns.length;
    for (const start = at; at < end; at += 1) {
      const hash = index.terms[at]!;
      if (filter[hash & FILTER_BITS] === 0) continue;
      const term = numbers.get(hash);
      if (term === undefined) continue;
      addHit(counts, first, turn, term);
      if (at > start && question.pairs.has(pairHash(index.terms[at - 1]!, hash))) counts.pairs.push(turn);
    }
  }
  return counts;
}

function addHit({ turns, terms, times, documents }: Counts, first: number, turn: number, term: number): void {
  for (let hit = first; hit < turns.length; hit += 1) {
    if (terms[hit] !== term) continue;
    times[hit]! += 1;
    return;
  }
  turns.push(turn);
  terms.push(term);
  times.push(1);
  documents[term]! += 1;
}

function episodeWords(index: TurnIndex, counts: Counts): Float32Array {
  const average = (index.termEnds[index.length - 1] ?? 0) / Math.max(1, index.episodes) || 1;
  const times = counts.inQuery.map(() => new Map<number, number>());
  for (let hit = 0; hit < counts.turns.length; hit += 1) {
    const episode = index.episodeOf[counts.turns[hit]!]!;
    const ofTerm = times[counts.terms[hit]!]!;
    ofTerm.set(episode, (ofTerm.get(episode) ?? 0) + counts.times[hit]!);
  }
  const scores = new Float32Array(index.episodes);
  for (const [term, episodes] of times.entries()) {
    const weight = inverseFrequency(index.episodes, episodes.size) * counts.inQuery[term]!;
    for (const [episode, n] of episodes) {
      scores[episode]! += weight * saturate(n, index.episodeTerms[episode]! / average, EPISODE);
    }
  }
  scaleToBest(scores);
  return scores;
}

/** The best value of each episode's turns. */
export function bestOfEpisodes(index: TurnIndex, values: Float32Array): Float32Array {
  const best = new Float32Array(index.episodes).fill(Number.NEGATIVE_INFINITY);
  for (let turn = 0; turn < index.length; turn += 1) {
    const episode = index.episodeOf[turn]!;
    if (values[turn]! > best[episode]!) best[episode] = values[turn]!;
  }
  return best;
}

const inverseFrequency = (documents: number, having: number) =>
  Math.log(1 + (documents - having + 0.5) / (having + 0.5));

const saturate = (times: number, relativeLength: number, { k1, b }: typeof TURN) =>
  (times * (k1 + 1)) / (times + k1 * (1 - b + b * relativeLength));

/** Divides by the largest value, in place. */
function scaleToBest(values: Float32Array): void {
  let best = 0;
  for (const value of values) if (value > best) best = value;
  if (best > 0) for (let i = 0; i < values.length; i += 1) values[i]! /= best;
}
