import { stemmer } from 'stemmer';
import { BASE_FORMS } from './irregular.ts';

/** Longest text read, in UTF-16 units: a pasted file is found by its beginning. */
const MAX_LENGTH = 20_000;
const MAX_WORD_LENGTH = 60;
/** Terms of one text that count; the rest of a pasted file adds little but cost. */
export const MAX_TERMS = 1_024;

/**
 * Words that tell nothing of what a text is about. Names of time ("yesterday", "when") and numbers are not among them.
 */
const STOP_WORDS = new Set(
  `a about above after again against all also am an and any are aren as at be because been before being below
  between both but by can cannot could couldn d did didn do does doesn doing don down during each else ever
  few for from further get gets getting got had hadn has hasn have haven having he her here hers herself him himself his how
  i if in into is isn it its itself just kind ll let like m made make makes making many maybe me might more most much must
  my myself no nor not of off oh ok okay on once only or other our ours ourselves out over own please quite
  re really s same shall she should shouldn so some such t than that the their theirs them themselves
  then there these they thing things this those through to too under until up us ve very was wasn we well were weren
  what when where which while who whom whose why will with won would wouldn yeah yes you your yours yourself
  dont didnt doesnt isnt wasnt werent cant couldnt wouldnt shouldnt wont havent hasnt hadnt im ive id ill youre youve
  youd youll hes shes theyre theyve weve were its thats theres whats lets gonna wanna gotta kinda hey hi hello`.split(
    /\s+/,
  ),
);

const APOSTROPHES = /[’‘ʼ`]/g;
const INVISIBLE = /[\p{Cf}\p{Mn}]/gu;
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/** Runs of scripts written without spaces; other words, with numbers in them ("v1.2", "12:30"); single emoji. */
const WORD = new RegExp(
  `[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+(?:'\\p{L}+|(?<=\\p{N})[.,:]\\p{N}+)*|\\p{Extended_Pictographic}`,
  'gu',
);
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'u');

/**
 * The words of a text in order: lower case, no accents, no possessive. Scripts without spaces come as pairs of
 * neighbouring signs, so that any part of a sentence is found; an emoji is a word.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, MAX_LENGTH)
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .replace(APOSTROPHES, "'")
    .toLowerCase();
  const words: string[] = [];
  for (const [word] of plain.matchAll(WORD)) {
    if (IS_UNSPACED.test(word)) words.push(...pairs(word));
    else if (word.length <= MAX_WORD_LENGTH) words.push(word.replace(/'s$/, '').replaceAll("'", ''));
  }
  return words;
}

/** What a text is found by: its words without those that tell nothing, as stems, in order, at most `MAX_TERMS`. */
export function termsOf(text: string): string[] {
  return stemsOf(wordsOf(text));
}

/** Stems of words that tell something. */
export function stemsOf(words: string[]): string[] {
  const terms: string[] = [];
  for (const word of words) {
    if (STOP_WORDS.has(word)) continue;
    terms.push(stemOf(word));
    if (terms.length === MAX_TERMS) break;
  }
  return terms;
}

const STEMS = new Map<string, string>();
const MAX_STEMS = 50_000;

/** Porter's stem of the base form: "went" and "going" are "go". */
export function stemOf(word: string): string {
  const known = STEMS.get(word);
  if (known !== undefined) return known;
  if (STEMS.size >= MAX_STEMS) STEMS.clear();
  const stem = /^[a-z]+$/.test(word) ? stemmer(BASE_FORMS.get(word) ?? word) : word;
  STEMS.set(word, stem);
  return stem;
}

/** A term as 32 bits (FNV-1a over UTF-16 units): what the index holds in its place. 0 is never returned. */
export function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at += 1) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  return hash >>> 0 || 1;
}

function pairs(run: string): string[] {
  const signs = [...run];
  if (signs.length === 1) return signs;
  return signs.slice(1).map((sign, before) => `${signs[before]}${sign}`);
}
