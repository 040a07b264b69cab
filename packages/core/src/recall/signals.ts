import type { GivenQuery } from './given.ts';
import { type LexicalSignals, readLexical } from './lexical.ts';
import type { Question } from './question.ts';
import { readSemantic, type SemanticSignals } from './semantic.ts';
import type { TurnIndex } from './turn-index.ts';

/**
 * What is known of a turn for one query. Words run from 0 to about 1 (the best turn of the scope), meaning and pieces are
 * in standard deviations from the mean, cues are 0 or 1, length is a logarithm.
 */
export const SIGNALS = [
  'words',
  'wordsBefore',
  'wordsAfter',
  'coverage',
  'pairs',
  'meaning',
  'meaningBefore',
  'meaningAfter',
  'episodeWords',
  'episodeBestWords',
  'episodeBestMeaning',
  'speaker',
  'otherSpeaker',
  'question',
  'afterQuestion',
  'length',
  'time',
  'timeWhenAsked',
  'numberWhenAsked',
  'date',
  'entity',
  'pieces',
  'piecesBefore',
  'piecesAfter',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** Where each signal stands in a row of them. */
export const PLACE = Object.fromEntries(SIGNALS.map((signal, place) => [signal, place])) as Record<
  Signal,
  number
>;

/** Signals of a query over an index, read turn by turn: a row for all of them would be larger than the index. */
export interface SignalReader {
  lexical: LexicalSignals;
  semantic: SemanticSignals;
  /** Writes a turn's signals into a row of `SIGNALS`; those of pieces become 0, they are read apart. */
  read(turn: number, row: Float64Array): void;
}

/**
 * @param meaning of the masked query: a unit vector, or zeros.
 * @param given what a model outside the process makes of query and turns.
 * @param entities share of the query's entities that a turn mentions, by position; turns left out mention none.
 */
export function signalReader(
  index: TurnIndex,
  question: Question,
  meaning: Float32Array,
  given?: GivenQuery,
  entities: ReadonlyMap<number, number> = new Map(),
): SignalReader {
  const lexical = readLexical(index, question);
  const semantic = readSemantic(index, meaning, given);
  const readCues = cueReader(index, question);
  const share = question.asks.anything ? 1 : LOOKED_UP;
  return {
    lexical,
    semantic,
    read: (turn, row) => {
      const episode = index.episodeOf[turn]!;
      row.fill(0);
      row[PLACE.words] = lexical.words[turn]!;
      row[PLACE.coverage] = lexical.coverage[turn]!;
      row[PLACE.pairs] = lexical.pairs[turn]!;
      row[PLACE.meaning] = semantic.meaning[turn]!;
      row[PLACE.episodeWords] = lexical.episodeWords[episode]!;
      row[PLACE.episodeBestWords] = lexical.episodeBestWords[episode]!;
      row[PLACE.episodeBestMeaning] = semantic.episodeBestMeaning[episode]!;
      row[PLACE.entity] = entities.get(turn) ?? 0;
      for (const [by, words, near] of NEIGHBOURS) {
        const other = neighbourOf(index, turn, by);
        if (other === undefined) continue;
        row[words] = share * lexical.words[other]!;
        row[near] = share * semantic.meaning[other]!;
      }
      readCues(turn, row);
    },
  };
}

/** Terms from which on a turn counts as no longer: a long one is not the better answer for its size. */
const MAX_LENGTH = 24;

/**
 * What neighbours count for words that ask nothing: the answer to a question stands beside it, but who looks a word up wants
 * the turn that has it.
 */
const LOOKED_UP = 0.3;

const NEIGHBOURS = [
  [-1, PLACE.wordsBefore, PLACE.meaningBefore],
  [1, PLACE.wordsAfter, PLACE.meaningAfter],
] as const;

/** Position of the neighbour in the same episode; undefined where there is none. */
export function neighbourOf(index: TurnIndex, turn: number, by: number): number | undefined {
  const other = turn + by;
  const exists = other >= 0 && other < index.length;
  return exists && index.episodeOf[other] === index.episodeOf[turn] ? other : undefined;
}

/** Who speaks, what kind of sentence it is, when it was said. */
function cueReader(index: TurnIndex, { speakers, asks, dates }: Question) {
  const named = speakers.length === 1 ? speakers[0] : undefined;
  const dated = dates.months.length > 0 || dates.years.length > 0;
  return (turn: number, row: Float64Array) => {
    const before = neighbourOf(index, turn, -1);
    const tellsTime = Number(index.has(turn, 'time'));
    row[PLACE.question] = Number(index.has(turn, 'question'));
    row[PLACE.afterQuestion] = before === undefined ? 0 : Number(index.has(before, 'question'));
    row[PLACE.length] = Math.log1p(Math.min(MAX_LENGTH, index.lengthOf(turn)));
    row[PLACE.time] = tellsTime;
    if (asks.when) row[PLACE.timeWhenAsked] = tellsTime;
    if (asks.howMany) row[PLACE.numberWhenAsked] = Number(index.has(turn, 'number'));
    if (named !== undefined) {
      const speaks = index.speakerOf[turn] === named;
      row[speaks ? PLACE.speaker : PLACE.otherSpeaker] = 1;
    }
    if (dated) row[PLACE.date] = Number(isOn(index.at[turn]!, dates));
  };
}

function isOn(at: number, { months, years }: Question['dates']): boolean {
  const date = new Date(at);
  return (
    (months.length === 0 || months.includes(date.getUTCMonth() + 1)) &&
    (years.length === 0 || years.includes(date.getUTCFullYear()))
  );
}
