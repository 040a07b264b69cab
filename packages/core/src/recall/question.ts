import { type Asks, asksOf, type NamedDates, namedDates } from './cues.ts';
import { hashOf, stemsOf, wordsOf } from './words.ts';

/** A query, taken apart for one index. */
export interface Question {
  /** Hash → how often it stands in the query. Speakers' names are not among them. */
  terms: Map<number, number>;
  /** Hashes of two terms that follow one another. */
  pairs: Set<number>;
  /** Numbers of the speakers it names; `I` is the user, `you` the assistant, where turns have no names. */
  speakers: number[];
  /** The query without the names: what its meaning is taken from. */
  masked: string;
  asks: Asks;
  dates: NamedDates;
}

const FIRST_PERSON = new Set(['i', 'my', 'me', 'mine', 'im', 'ive', 'we', 'our', 'us', 'user']);
const SECOND_PERSON = new Set(['you', 'your', 'yours', 'youve', 'assistant']);
/** Terms of a query that count: the fortieth word tells little. */
const MAX_QUERY_TERMS = 48;
const MIN_NICKNAME = 3;

/**
 * Takes a query apart. Names of speakers say whose turns to look at and are then removed: every turn of a dialogue is
 * near to them, and the answer rarely repeats them.
 *
 * @param speakers of the index; `user` and `assistant` where turns have no names.
 */
export function readQuestion(query: string, speakers: readonly string[]): Question {
  const named = new Set<number>();
  const nameWords = new Set<string>();
  const words = wordsOf(query);
  for (const [number, speaker] of speakers.entries()) {
    for (const word of words) {
      if (!refersTo(word, speaker, query)) continue;
      named.add(number);
      if (!FIRST_PERSON.has(word) && !SECOND_PERSON.has(word)) nameWords.add(word);
    }
  }
  const stems = stemsOf(words.filter((word) => !nameWords.has(word))).slice(0, MAX_QUERY_TERMS);
  const terms = new Map<number, number>();
  for (const hash of stems.map(hashOf)) terms.set(hash, (terms.get(hash) ?? 0) + 1);
  return {
    terms,
    pairs: new Set(pairHashes(Uint32Array.from(stems, hashOf))),
    speakers: [...named],
    masked: maskNames(query, nameWords),
    asks: asksOf(query),
    dates: namedDates(query),
  };
}

/** Two neighbouring terms as one number. */
export const pairHash = (first: number, second: number): number =>
  (Math.imul(first, 0x9e3779b1) ^ second) >>> 0;

function pairHashes(terms: Uint32Array): number[] {
  const pairs: number[] = [];
  for (let i = 1; i < terms.length; i += 1) pairs.push(pairHash(terms[i - 1]!, terms[i]!));
  return pairs;
}

function refersTo(word: string, speaker: string, query: string): boolean {
  if (speaker === 'user') return FIRST_PERSON.has(word);
  if (speaker === 'assistant') return SECOND_PERSON.has(word);
  return wordsOf(speaker).some((name) => isName(word, name, query));
}

/** A name, its beginning as people shorten it, or a slip in a long one. */
function isName(word: string, name: string, query: string): boolean {
  if (word === name) return true;
  if (word.length < MIN_NICKNAME || !isCapitalised(word, query)) return false;
  if (name.startsWith(word)) return true;
  return word.length >= 5 && name.length >= 5 && word[0] === name[0] && distance(word, name) <= 1;
}

/** Capitals are a name's, but for the word that opens the query. */
function isCapitalised(word: string, query: string): boolean {
  const capitalised = word[0]!.toUpperCase() + word.slice(1);
  return query.includes(capitalised) && !query.startsWith(`${capitalised} `);
}

function maskNames(query: string, nameWords: Set<string>): string {
  if (nameWords.size === 0) return query;
  const masked = query.replace(/\p{L}+(?:['’]s)?/gu, (word) =>
    nameWords.has(word.toLowerCase().replace(/['’]s$/, '')) ? '' : word,
  );
  return masked.replace(/\s+/g, ' ').trim();
}

/** Levenshtein's, of two short words. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, swap));
    }
    previous = row;
  }
  return previous[b.length]!;
}
