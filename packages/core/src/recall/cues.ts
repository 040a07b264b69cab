/** What a text's surface gives away: times, numbers, questions, names. English; each is one regular expression, linear in the text. */

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const TIME =
  /\b(?:yesterday|today|tonight|tomorrow|ago|recently|lately|the other day|last (?:night|week|weekend|month|year|summer|winter|spring|autumn|fall|mon|tues|wednes|thurs|fri|satur|sun)\w*|this (?:morning|week|weekend|month|year|summer|winter|spring|autumn|afternoon|evening)\w*|next (?:week|weekend|month|year|summer|winter|spring|autumn|mon|tues|wednes|thurs|fri|satur|sun)\w*|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|in may|june|july|august|september|october|november|december|(?:19|20)\d\d|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|few|couple of?|several) (?:days?|weeks?|months?|years?|hours?)|since|just (?:got|started|finished|had|came|bought|moved))\b/i;
const NUMBER =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|once|twice|double|half)\b/i;
const ASKS =
  /[?？؟]|^\W*(?:who|whom|whose|what|when|where|why|which|how|did|does|do|is|are|was|were|has|have|had|can|could|will|would|should|tell me|remind me)\b/i;
const ASKS_WHEN =
  /^\W*(?:when|how long|since when|until when|(?:in |on )?(?:what|which) (?:date|day|month|year|time|week|season)|how (?:recently|soon|many (?:days|weeks|months|years)))\b|\bwhen (?:did|was|is|were|does|do|will|has|have)\b/i;
const ASKS_HOW_MANY =
  /\bhow (?:many|much|often|old|far|big|tall|long)\b|\bwhat (?:number|price|cost|amount|age)\b/i;
const IMAGE = /\[image:[^\]]*\]/i;

/** Bits that are stored with a turn. */
export const CUES = { question: 1, time: 2, number: 4 } as const;

/** Longest part of a text that is looked at. */
const MAX_LENGTH = 20_000;

export function cuesOf(text: string): number {
  const read = text.slice(0, MAX_LENGTH);
  let cues = 0;
  if (/\?["'”’)\]\s]*$/.test(read.replace(IMAGE, '').trimEnd().slice(-12))) cues |= CUES.question;
  if (TIME.test(read)) cues |= CUES.time;
  if (NUMBER.test(read)) cues |= CUES.number;
  return cues;
}

/** What kind of answer a query wants. */
export interface Asks {
  /** It is a question, and no list of words to look up. */
  anything: boolean;
  when: boolean;
  howMany: boolean;
}

export function asksOf(query: string): Asks {
  return {
    anything: ASKS.test(query),
    when: ASKS_WHEN.test(query),
    howMany: ASKS_HOW_MANY.test(query),
  };
}

/** Months (1–12) and years that a query names; "may" and "march" only where they are no verbs. */
export interface NamedDates {
  months: number[];
  years: number[];
}

export function namedDates(query: string): NamedDates {
  const months = MONTHS.flatMap((month, index) => {
    const capital = month[0]!.toUpperCase() + month.slice(1);
    const spelled = month === 'may' || month === 'march' ? capital : `${capital}|${month}`;
    return new RegExp(`\\b(?:${spelled})\\b`).test(query) ? [index + 1] : [];
  });
  const years = [...query.matchAll(/\b(?:19|20)\d\d\b/g)].map(([year]) => Number(year));
  return { months, years };
}
