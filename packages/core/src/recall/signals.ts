import type { Question } from './question.ts';
import { pairHash } from './question.ts';
import type { TurnIndex } from './turn-index.ts';

/**
 * What is known of each turn for one query, each signal an array over the index. Lexical ones run from 0 to about 1 (the
 * best turn), vectors are in standard deviations from the mean turn, cues are 0 or 1.
 */
export const SIGNALS = [
  'words',
  'wordsBefore',
  'wordsAfter',
  'wordsTwoBefore',
  'wordsTwoAfter',
  'coverage',
  'pairs',
  'meaning',
  'meaningBefore',
  'meaningAfter',
  'meaningTwoBefore',
  'meaningTwoAfter',
  'episodeWords',
  'episodeBestWords',
  'episodeMeaning',
  'episodeBestMeaning',
  'speaker',
  'otherSpeaker',
  'mentionsSpeaker',
  'question',
  'afterQuestion',
  'length',
  'time',
  'timeWhenAsked',
  'numberWhenAsked',
  'image',
  'imageWhenAsked',
  'date',
  'entity',
  'pieces',
  'piecesBefore',
  'piecesAfter',
] as const;
export type Signal = (typeof SIGNALS)[number];
/** Signals that are read for the best candidates alone, because they cost most. */
export const LATE_SIGNALS = ['pieces', 'piecesBefore', 'piecesAfter'] as const satisfies Signal[];
export type LateSignal = (typeof LATE_SIGNALS)[number];
export type EarlySignals = Record<Exclude<Signal, LateSignal>, Float32Array>;

/** BM25 of a turn: short texts, so repetition and length count little. Robertson and Zaragoza (2009) have the formula. */
const TURN_BM25 = { k1: 0.8, b: 0.1 };
const EPISODE_BM25 = { k1: 1.2, b: 0.75 };

/**
 * @param meaning of the masked query: a unit vector, or zeros.
 * @param entities share of the query's entities that a turn mentions, by position; turns left out mention none.
 */
export function readSignals(
  index: TurnIndex,
  question: Question,
  meaning: Float32Array,
  entities: ReadonlyMap<number, number> = new Map(),
): EarlySignals {
  const lexical = lexicalSignals(index, question);
  const semantic = semanticSignals(index, meaning);
  const cues = cueSignals(index, question);
  return {
    ...lexical,
    wordsBefore: shifted(index, lexical.words, -1),
    wordsAfter: shifted(index, lexical.words, 1),
    wordsTwoBefore: shifted(index, lexical.words, -2),
    wordsTwoAfter: shifted(index, lexical.words, 2),
    ...semantic,
    meaningBefore: shifted(index, semantic.meaning, -1),
    meaningAfter: shifted(index, semantic.meaning, 1),
    meaningTwoBefore: shifted(index, semantic.meaning, -2),
    meaningTwoAfter: shifted(index, semantic.meaning, 2),
    ...cues,
    afterQuestion: shifted(index, cues.question, -1),
    entity: Float32Array.from({ length: index.length }, (_, turn) => entities.get(turn) ?? 0),
  };
}

/** Position of the neighbour in the same episode; undefined where there is none. */
export function neighbourOf(index: TurnIndex, turn: number, by: number): number | undefined {
  const other = turn + by;
  const exists = other >= 0 && other < index.length;
  return exists && index.episodeOf[other] === index.episodeOf[turn] ? other : undefined;
}

/** BM25 of turns and episodes, the share of the query that a turn has, and neighbouring terms. */
function lexicalSignals(index: TurnIndex, question: Question) {
  const n = index.length;
  const counts = countTerms(index, question);
  const idf = Float64Array.from(counts.documents, (documents) => inverseFrequency(n, documents));
  const mass = idf.reduce((sum, value) => sum + value, 0);
  const words = new Float32Array(n);
  const coverage = new Float32Array(n);
  const pairs = new Float32Array(n);
  const average = n > 0 ? index.termEnds[n - 1]! / n : 1;
  for (const hit of counts.hits) {
    const { turn, term, times } = hit;
    const weight = idf[term]! * counts.inQuery[term]!;
    words[turn]! += weight * saturate(times, lengthOf(index, turn) / (average || 1), TURN_BM25);
    coverage[turn]! += idf[term]! / mass;
  }
  for (const turn of counts.pairs) pairs[turn]! += 1;
  scaleToBest(pairs);
  const best = scaleToBest(words);
  return {
    words,
    coverage,
    pairs,
    episodeWords: episodeWords(index, counts),
    episodeBestWords: best > 0 ? bestOfEpisode(index, words) : new Float32Array(n),
  };
}

interface Hit {
  turn: number;
  term: number;
  times: number;
}

/** One pass over all terms of the index. */
function countTerms(index: TurnIndex, question: Question) {
  const numbers = new Map([...question.terms.keys()].map((hash, number) => [hash, number]));
  const inQuery = [...question.terms.values()];
  const documents = new Float64Array(inQuery.length);
  const hits: Hit[] = [];
  const pairs: number[] = [];
  let at = 0;
  for (let turn = 0; turn < index.length; turn += 1) {
    const end = index.termEnds[turn]!;
    const first = hits.length;
    for (const start = at; at < end; at += 1) {
      const term = numbers.get(index.terms[at]!);
      if (term === undefined) continue;
      let position = first;
      while (position < hits.length && hits[position]!.term !== term) position += 1;
      if (position < hits.length) hits[position]!.times += 1;
      else hits.push({ turn, term, times: 1 });
      if (at > start && question.pairs.has(pairHash(index.terms[at - 1]!, index.terms[at]!))) pairs.push(turn);
    }
    for (let position = first; position < hits.length; position += 1) documents[hits[position]!.term]! += 1;
  }
  return { hits, documents, inQuery, pairs };
}

function episodeWords(index: TurnIndex, counts: ReturnType<typeof countTerms>): Float32Array {
  const lengths = new Float64Array(index.episodes);
  for (let turn = 0; turn < index.length; turn += 1) lengths[index.episodeOf[turn]!]! += lengthOf(index, turn);
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, index.episodes);
  const times = counts.inQuery.map(() => new Map<number, number>());
  for (const { turn, term, times: n } of counts.hits) {
    const episode = index.episodeOf[turn]!;
    times[term]!.set(episode, (times[term]!.get(episode) ?? 0) + n);
  }
  const scores = new Float32Array(index.episodes);
  for (const [term, episodes] of times.entries()) {
    const idf = inverseFrequency(index.episodes, episodes.size) * counts.inQuery[term]!;
    for (const [episode, n] of episodes) {
      scores[episode]! += idf * saturate(n, lengths[episode]! / (average || 1), EPISODE_BM25);
    }
  }
  scaleToBest(scores);
  return spread(index, scores);
}

/** Cosine of turns and of episodes, standardised over the index. */
function semanticSignals(index: TurnIndex, meaning: Float32Array) {
  const n = index.length;
  const { dimensions, vectors } = index;
  const cosines = new Float32Array(n);
  const sums = new Float32Array(index.episodes * dimensions);
  for (let turn = 0; turn < n; turn += 1) {
    const from = turn * dimensions;
    const into = index.episodeOf[turn]! * dimensions;
    let dot = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const value = vectors[from + i]!;
      dot += meaning[i]! * value;
      sums[into + i]! += value;
    }
    cosines[turn] = dot / 127;
  }
  standardise(cosines);
  const best = bestOfEpisode(index, cosines);
  standardise(best);
  const ofEpisodes = spread(index, cosinesOf(sums, meaning, dimensions));
  standardise(ofEpisodes);
  return { meaning: cosines, episodeMeaning: ofEpisodes, episodeBestMeaning: best };
}

function cosinesOf(rows: Float32Array, meaning: Float32Array, dimensions: number): Float32Array {
  return Float32Array.from({ length: rows.length / dimensions }, (_, row) => {
    let dot = 0;
    let squares = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const value = rows[row * dimensions + i]!;
      dot += meaning[i]! * value;
      squares += value * value;
    }
    return squares > 0 ? dot / Math.sqrt(squares) : 0;
  });
}

/** Who speaks, what kind of sentence it is, when it was said. */
function cueSignals(index: TurnIndex, { speakers, speakerTerms, asks, dates }: Question) {
  const n = index.length;
  const make = (read: (turn: number) => boolean | number) => Float32Array.from({ length: n }, (_, turn) => Number(read(turn)));
  const none = () => new Float32Array(n);
  const one = speakers.length === 1 ? speakers[0] : undefined;
  const dated = dates.months.length > 0 || dates.years.length > 0;
  return {
    speaker: one === undefined ? none() : make((turn) => index.speakerOf[turn] === one),
    otherSpeaker: one === undefined ? none() : make((turn) => index.speakerOf[turn] !== one),
    mentionsSpeaker:
      one === undefined ? none() : make((turn) => index.termsAt(turn).some((term) => speakerTerms.has(term))),
    question: make((turn) => index.has(turn, 'question')),
    length: make((turn) => Math.log1p(lengthOf(index, turn))),
    time: make((turn) => index.has(turn, 'time')),
    timeWhenAsked: asks.when ? make((turn) => index.has(turn, 'time')) : none(),
    numberWhenAsked: asks.howMany ? make((turn) => index.has(turn, 'number')) : none(),
    image: make((turn) => index.has(turn, 'image')),
    imageWhenAsked: asks.image ? make((turn) => index.has(turn, 'image')) : none(),
    date: dated
      ? make((turn) => {
          const at = new Date(index.at[turn]!);
          return (
            (dates.months.length === 0 || dates.months.includes(at.getUTCMonth() + 1)) &&
            (dates.years.length === 0 || dates.years.includes(at.getUTCFullYear()))
          );
        })
      : none(),
  };
}

/** A signal of the turn before (-1, -2) or after (1, 2), where that belongs to the same episode; else 0. */
function shifted(index: TurnIndex, values: Float32Array, by: number): Float32Array {
  return Float32Array.from(values, (_, turn) => {
    const other = neighbourOf(index, turn, by);
    return other === undefined ? 0 : values[other]!;
  });
}

function bestOfEpisode(index: TurnIndex, values: Float32Array): Float32Array {
  const best = new Float32Array(index.episodes).fill(Number.NEGATIVE_INFINITY);
  for (let turn = 0; turn < index.length; turn += 1) {
    const episode = index.episodeOf[turn]!;
    if (values[turn]! > best[episode]!) best[episode] = values[turn]!;
  }
  return spread(index, best);
}

/** Values of episodes, given to each of their turns. */
const spread = (index: TurnIndex, ofEpisodes: Float32Array) =>
  Float32Array.from({ length: index.length }, (_, turn) => ofEpisodes[index.episodeOf[turn]!]!);

const lengthOf = (index: TurnIndex, turn: number) =>
  index.termEnds[turn]! - (turn === 0 ? 0 : index.termEnds[turn - 1]!);

const inverseFrequency = (documents: number, having: number) =>
  Math.log(1 + (documents - having + 0.5) / (having + 0.5));

const saturate = (times: number, relativeLength: number, { k1, b }: typeof TURN_BM25) =>
  (times * (k1 + 1)) / (times + k1 * (1 - b + b * relativeLength));

/** Divides by the largest value, in place; says what it was. */
function scaleToBest(values: Float32Array): number {
  let best = 0;
  for (const value of values) if (value > best) best = value;
  if (best > 0) for (let i = 0; i < values.length; i += 1) values[i]! /= best;
  return best;
}

/** Mean 0, standard deviation 1, in place; says what they were. Equal values become 0. */
export function standardise(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const n = Math.max(1, values.length);
  const mean = sum / n;
  const spread = Math.sqrt(Math.max(0, squares / n - mean * mean));
  const deviation = spread > 1e-6 ? spread : 0;
  for (let i = 0; i < values.length; i += 1) {
    values[i] = deviation > 0 ? (values[i]! - mean) / deviation : 0;
  }
  return { mean, deviation };
}
