import type { SummarySentence } from '@pact/db';
import { spellDay } from '../consolidation/dates.ts';
import { contentOf } from '../consolidation/words.ts';

/** Why a wording is not believed. It quotes nobody. */
export type Flaw = 'empty' | 'not_text' | 'number' | 'name' | 'strange' | 'incomplete';

type Evidence = Pick<SummarySentence, 'text' | 'speaker' | 'day'>;

/** Least share of a wording's words that the sentences must have: below it, most of it came from elsewhere. */
const MIN_KNOWN_WORDS = 0.5;
/** Least share of the sentences that the wording must touch: below it, it answers one of them instead of wording all. */
const MIN_TOUCHED_SENTENCES = 0.5;
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Numbers in words. "One" is missing, which is a pronoun as often; "second", which is a time. */
const NUMBER_WORDS = numbered(
  `two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
   nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen
   third:3 fourth:4 fifth:5 sixth:6 seventh:7 eighth:8 ninth:9 tenth:10 twice:2`,
);
/** What may open a sentence though no sentence of the evidence has it. Words of grammar may too. */
const OPENERS = new Set(
  `afterwards additionally alongside altogether among besides currently despite earlier eventually finally following
   furthermore initially instead lastly later meanwhile moreover nevertheless next otherwise overall previously recently
   regarding separately similarly subsequently therefore throughout together towards
   first second third`.split(/\s+/),
);

/**
 * What speaks against a wording of these sentences: a number or a name that none of them has, words mostly from
 * elsewhere, or most sentences passed over, as by a model that followed one of them. Pure. It does not understand what
 * it compares: a wording that turns a sentence round with its own words passes.
 */
export function flawOf(wording: string, evidence: Evidence[]): Flaw | undefined {
  if (wording.trim() === '') return 'empty';
  if (wording.includes('\0') || !wording.isWellFormed()) return 'not_text';
  const told = evidence.map(tellingOf);
  const all = told.join('\n');
  const numbers = numbersOf(all);
  if ([...numbersOf(wording)].some((number) => !numbers.has(number))) return 'number';
  if (hasStrangeName(wording, all)) return 'name';
  const known = new Set(contentOf(all));
  const said = contentOf(wording);
  if (said.filter((word) => known.has(word)).length < MIN_KNOWN_WORDS * said.length) return 'strange';
  const saidOnce = new Set(said);
  const touched = evidence.filter(({ text }) => {
    const content = contentOf(text);
    return content.length === 0 || content.some((word) => saidOnce.has(word));
  });
  return touched.length < MIN_TOUCHED_SENTENCES * evidence.length ? 'incomplete' : undefined;
}

/** Everything that a sentence lets one say: its words, its speaker, its day in figures and in words. */
function tellingOf({ text, speaker, day }: Evidence): string {
  const date = new Date(`${day}T00:00:00Z`);
  return `${speaker}: ${text} (${day}, ${WEEKDAYS[date.getUTCDay()]} ${spellDay(date)})`;
}

/** Numbers in figures and in words, in one form: "1,200" is 1200, "08" is 8, "three" is 3. */
function numbersOf(text: string): Set<string> {
  const figures = text.normalize('NFKC').match(/\p{Nd}+(?:[.,:/]\p{Nd}+)*/gu) ?? [];
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return new Set([
    ...figures.map((figure) =>
      figure.replace(/,(?=\p{Nd}{3}(?!\p{Nd}))/gu, '').replace(/^0+(?=\p{Nd})/u, ''),
    ),
    ...words.flatMap((word) => NUMBER_WORDS.get(word) ?? []),
  ]);
}

/**
 * True when a word with a capital, or at the start of a sentence, is none of the evidence's. There a capital says
 * nothing, so any word must be known: better to lose a wording than to serve an invented person.
 */
function hasStrangeName(wording: string, evidence: string): boolean {
  const known = new Set(piecesOf(evidence).map(([piece]) => piece.toLowerCase()));
  const stems = new Set(contentOf(evidence));
  return piecesOf(wording).some(([piece, at]) => {
    const word = piece.toLowerCase();
    if (word === piece || known.has(word) || word === 'i') return false;
    const before = wording.slice(Math.max(0, at - 8), at);
    if (!/(?:^|[.!?…。！？:;\n]["'”’)\]]*)[\s"'“‘([*•–—-]*$/u.test(before)) return true;
    return !OPENERS.has(word) && contentOf(word).some((stem) => !stems.has(stem));
  });
}

/** Runs of letters with their places: "O'Brien's" is three of them, on both sides of the comparison. */
function piecesOf(text: string): [string, number][] {
  return [...text.matchAll(/[\p{L}\p{M}]+/gu)].map((match) => [match[0], match.index]);
}

function numbered(list: string): Map<string, string> {
  const tens = [20, 30, 40, 50, 60, 70, 80, 90];
  const values = [...Array.from({ length: 18 }, (_, at) => at + 2), ...tens, 100, 1_000, 1e6, 1e9, 12];
  return new Map(
    list.split(/\s+/).map((entry, at): [string, string] => {
      const [word, value] = entry.split(':');
      return [word!, value ?? String(values[at])];
    }),
  );
}
