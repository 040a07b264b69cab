import { conceptKey } from './key.ts';
import type { EntityType } from './kinds.ts';

/** Something with a name of fixed form: an address, a host, a document, a `#tag`, a number that identifies, a date. */
export interface Sign {
  name: string;
  type?: EntityType;
  /** Keys of other ways to write the same. */
  otherKeys?: string[];
}

/** Signs taken from one text: a log must not fill the answer. */
const MAX_SIGNS = 6;
const BREAK = ' , ';

const URL = /\b(?:https?:\/\/|ftp:\/\/|www\.)([^\s/<>()"'`?#:]+)[^\s<>()"'`]*/gi;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g;
const TAG_OR_MENTION = /(?<![\p{L}\p{N}_/&#@.])[#@](?=[\p{L}_])[\p{L}\p{N}_]{2,40}/gu;
const HOST =
  /(?<![\w./-])(?:[\w-]+\.)+(?:com|org|net|io|dev|ai|co|edu|gov|app|co\.uk|de|fr|pt)(?![\w.]*\w)(?:\/\S*)?/gi;
const DOCUMENT = /(?<![\w./\\-])[\w-]{2,60}\.(?:pdf|docx?|xlsx?|csv|pptx?)\b/gi;
const TICKET =
  /(?<![\w-])(?:(?!UTF|ISO|SHA|MD|COVID|GPT|SARS|ICD|IEC|RFC|EN|DIN|ANSI|MP|CO)[A-Z]{2,6}-\d{1,6})(?![\w-])/g;
const NUMBERED = /(?<![\w#&/])#\d{2,12}\b/g;
/** A word that says what a number identifies, then the number: "order 48213", "tracking number is 1Z99…". */
const LABELLED =
  /\b(order|invoice|ticket|case|booking|reservation|reference|ref|tracking|confirmation|account|flight|policy|claim|parcel|shipment|issue|serial)((?:\s+(?:number|no\.?|nr\.?|id|code|reference|is))*)(\s*[:#]\s*|\s+#?)(?=[A-Za-z-]{0,8}\d)([A-Za-z0-9][A-Za-z0-9-]{2,24})(?![\w-])/gi;

const MONTH =
  '(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)';
const DAY = '(?:[12]\\d|3[01]|0?[1-9])';
const DATE_ISO = /(?<![\w-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w:-])/g;
const DATE_SLASHED =
  /(?<![\w/.])(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|[12]\d|3[01])[/.](?:19|20)\d\d(?![\w/])/g;
const DAY_MONTH = new RegExp(
  `(?<![\\w.])${DAY}(?:st|nd|rd|th)?(?: of)? ${MONTH}\\b\\.?(?:,? (?:19|20)\\d\\d\\b)?`,
  'gi',
);
const MONTH_DAY = new RegExp(
  `\\b${MONTH}\\.? ${DAY}(?:st|nd|rd|th)?\\b(?!:|[.,]\\d| ?[ap]m)(?:,? (?:19|20)\\d\\d\\b)?`,
  'gi',
);

/** Takes the signs out of a text. Their first `MAX_SIGNS` are kept, in the order of their kinds. */
export function takeSigns(text: string, signs: Sign[]): string {
  const take = (sign: string, more: Omit<Sign, 'name'> = {}) => {
    const name = sign.replace(/[.,;:!?]+$/, '');
    if (signs.length < MAX_SIGNS && !signs.some((known) => known.name === name))
      signs.push({ name, ...more });
    return BREAK;
  };
  const takeDate = (date: string) => take(date, dated(date));
  return text
    .replace(/!?\[([^\]\n]{0,200})\]\(([^)\s]{0,500})\)/g, '$1 $2')
    .replace(URL, (_, host: string) => take(host.toLowerCase().replace(/^www\./, '')))
    .replace(EMAIL, (address) => take(address.toLowerCase()))
    .replace(HOST, (host) => take(host.toLowerCase().replace(/\/.*$/, '')))
    .replace(DOCUMENT, (name) => take(name))
    .replace(TAG_OR_MENTION, (name) => take(name))
    .replace(LABELLED, (whole, label: string, middle: string, between: string, id: string) => {
      if (!identifies(id, `${middle}${between}`)) return whole;
      return `${BREAK}${label}${take(id, { type: 'id', otherKeys: [conceptKey(`${label} ${id}`), `#${id.toLowerCase()}`] })}`;
    })
    .replace(TICKET, (name) => take(name, { type: 'id' }))
    .replace(NUMBERED, (number) => take(number.slice(1), { type: 'id', otherKeys: [number] }))
    .replace(DATE_ISO, takeDate)
    .replace(DATE_SLASHED, takeDate)
    .replace(DAY_MONTH, takeDate)
    .replace(MONTH_DAY, takeDate);
}

/** "order 3 pizzas" and "the order 2024" identify nothing; "#12", "number 12a" and "48213" do. */
function identifies(id: string, between: string): boolean {
  if (/#|number|no\.|nr|id|code/i.test(between)) return /\d{2}/.test(id);
  if (
    /^(?:19|20)\d\d$/.test(id) ||
    /^\d{1,3}$/.test(id) ||
    /^\d+(?:st|nd|rd|th|am|pm|k|x|h|min|days?|kg|km)$/i.test(id)
  )
    return false;
  return /\d{4}/.test(id) || /^[A-Z][A-Z0-9-]*\d/.test(id);
}

/** "14 March" is "March 14" too. */
function dated(date: string): Omit<Sign, 'name'> {
  const month = new RegExp(MONTH, 'i').exec(date)?.[0].toLowerCase();
  const [day, year] = [/\b\d{1,2}(?=\D|$)/.exec(date)?.[0], /\b(?:19|20)\d\d\b/.exec(date)?.[0]];
  if (!month || !day) return { type: 'date' };
  const end = year ? ` ${year}` : '';
  const both = [`${Number(day)} ${month}${end}`, `${month} ${Number(day)}${end}`];
  return { type: 'date', otherKeys: both.filter((key) => key !== conceptKey(date)) };
}
