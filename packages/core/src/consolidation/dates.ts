import { parse } from 'chrono-node';

const COUNT = '(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|\\d{1,2})';
/** Expressions that mean one day only. A bare weekday may lie on either side of today: it stays as it was said. */
const DAY = new RegExp(
  `\\b(?:today|tonight|yesterday|tomorrow|the day before yesterday|the day after tomorrow|${COUNT} days ago|in ${COUNT} days|last night|this (?:morning|afternoon|evening)|(?:last|this past) (?:mon|tues|wednes|thurs|fri|satur|sun)day)\\b(?!['’]s)`,
  'i',
);
/** Expressions that mean a month or a year. */
const MONTH = /\b(?:last|next|this) month\b(?!['’]s)/i;
const YEAR = new RegExp(`\\b(?:(?:last|next) year|${COUNT} years ago)\\b(?!['’]s)`, 'i');
const ANY = new RegExp(`${DAY.source}|${MONTH.source}|${YEAR.source}`, 'i');
/** "Last Friday", said on a Saturday, may be yesterday or a week ago: it is dated from this many days on. */
const CLEAR_AFTER_DAYS = 3;
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAY_MS = 86_400_000;

/** "22 November 2026", in UTC. */
export function spellDay(day: Date): string {
  return `${day.getUTCDate()} ${spellMonth(day)}`;
}

const spellMonth = (day: Date) => `${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;

/**
 * Adds the date behind each relative one: "yesterday (22 November 2026)", "next month (December 2026)", "last year
 * (2025)". Leaves quotations alone, which have a today of their own, and titles ("The Day After Tomorrow"), which have
 * none.
 */
export function withAbsoluteDates(sentence: string, at: Date): string {
  if (!ANY.test(sentence) || /["“”«»]/.test(sentence)) return sentence;
  return parse(sentence, { instant: at, timezone: 'UTC' })
    .filter(({ text, index }) => ANY.test(text) && (index === 0 || !/^\p{Lu}/u.test(text)))
    .reduceRight((dated, { text, index, start }) => {
      const spelled = spell(text, start.date(), at);
      const end = index + text.replace(/[\s,.]+$/, '').length;
      return spelled === undefined ? dated : `${dated.slice(0, end)} (${spelled})${dated.slice(end)}`;
    }, sentence);
}

/** The date in the precision in which it was said; undefined where two readings are possible. */
function spell(text: string, day: Date, at: Date): string | undefined {
  if (YEAR.test(text)) return String(day.getUTCFullYear());
  if (MONTH.test(text)) return spellMonth(day);
  if (/\b(?:last|past) \w+day\b/i.test(text)) {
    const days = (at.getTime() - day.getTime()) / DAY_MS;
    if (days < CLEAR_AFTER_DAYS - 0.5 || days > 7.5) return undefined;
  }
  // The day on which it was said stands before it.
  const today = day.toISOString().slice(0, 10) === at.toISOString().slice(0, 10);
  return today ? undefined : spellDay(day);
}
