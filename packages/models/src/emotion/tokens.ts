import { lexicon } from './lexicon.ts';
import { MARK_OF_SIGN } from './mask.ts';

export interface Token {
  /** What to look up, best first: lower case, stretched letters folded, emoji and emoticons as `em:` groups. */
  keys: readonly string[];
  kind: 'word' | 'mark' | 'foreign';
  /** Written in capitals; written with a letter stretched. */
  caps: boolean;
  long: boolean;
  /** UTF-16 offsets into the tokenised text. */
  start: number;
  end: number;
}

const LETTER = 'A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f';
const LONGEST_WORD = 24;
const MOST_IN_A_ROW = 3;
const MARKS = new Set(MARK_OF_SIGN.values());

let pattern: RegExp | undefined;

/**
 * Tokens in order. Of a run of equal ones three stay; of blanks and line breaks that follow each other, one. `repeats`
 * counts the words and signs (no emoji) that only repeated what stood before them.
 */
export function tokenize(body: string): { tokens: Token[]; repeats: number } {
  pattern ??= tokenPattern();
  const tokens: Token[] = [];
  let run = 0;
  let repeats = 0;
  let last = '\n';
  for (const match of body.matchAll(pattern)) {
    const token = tokenOf(match);
    const key = token.keys[0]!;
    run = key === last ? run + 1 : 1;
    const mark = MARKS.has(key);
    if (run > (mark || key === '\n' ? 1 : MOST_IN_A_ROW)) {
      if (!mark && key !== '\n' && !key.startsWith('em:')) repeats += 1;
      continue;
    }
    if (mark && last === '\n' && tokens.at(-2)?.keys[0] === key) continue;
    tokens.push(token);
    last = key;
  }
  return { tokens, repeats };
}

type Groups = Record<string, string | undefined>;

function tokenOf(match: RegExpExecArray): Token {
  const [raw] = match;
  const groups = match.groups as Groups;
  const place = { start: match.index, end: match.index + raw.length };
  if (groups['word'] !== undefined) return { ...wordOf(raw), kind: 'word', ...place };
  const foreign = groups['foreign'] !== undefined;
  return {
    keys: [foreign ? '<foreign>' : markOf(groups, raw)],
    kind: foreign ? 'foreign' : 'mark',
    caps: false,
    long: false,
    ...place,
  };
}

function wordOf(raw: string): Pick<Token, 'keys' | 'caps' | 'long'> {
  const lower = asciiLower(raw);
  const double = lower.replace(/([a-z])\1{2,}/g, '$1$1');
  const long = double !== lower;
  const single = long ? lower.replace(/([a-z])\1{2,}/g, '$1') : lower;
  if (single.length > LONGEST_WORD) return { keys: ['<long>'], caps: false, long: false };
  const keys = long ? [double, single] : [double];
  if (single.endsWith("'s")) keys.push(single.slice(0, -2));
  return { keys, caps: /^[A-Z]{3,}$/.test(raw), long };
}

function markOf(groups: Groups, raw: string): string {
  const words = lexicon();
  if (groups['emoticon'] !== undefined) return `em:${words.emoticons.get(raw)}`;
  if (groups['emoji'] !== undefined) return `em:${words.emoji.get(raw) ?? 'other'}`;
  if (groups['bang'] !== undefined || groups['ask'] !== undefined)
    return raw.length > 1 ? raw.charAt(0).repeat(2) : raw;
  if (groups['mark'] !== undefined) return MARK_OF_SIGN.get(raw)!;
  if (groups['dots'] !== undefined) return '...';
  if (groups['stop'] !== undefined) return raw;
  return groups['swear'] !== undefined
    ? '<swear>'
    : groups['handle'] !== undefined
      ? '<handle>'
      : groups['name'] !== undefined
        ? '<name>'
        : '<number>';
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

function tokenPattern(): RegExp {
  return new RegExp(
    [
      `(?<emoticon>${emoticonPattern([...lexicon().emoticons.keys()])})`,
      '(?<swear>[A-Za-z]{1,4}[*@#$]{2,}[A-Za-z]*)',
      '(?<handle>@[A-Za-z0-9_]+)',
      '(?<name>[A-Za-z0-9]*_[A-Za-z0-9_]+|[a-z]+[A-Z][A-Za-z]+)',
      `(?<word>[${LETTER}]+(?:'[${LETTER}]+)*)`,
      '(?<number>[0-9]+(?:[.,:][0-9]+)*)',
      '(?<bang>!+)|(?<ask>\\?[?!]*)|(?<dots>\\.{2,}|\\u2026)|(?<stop>[.,;:\\n])',
      '(?<mark>[\\ue000-\\ue003])',
      '(?<emoji>[\\u203c\\u2049\\u2600-\\u27bf\\u2b50\\u2b55\\u{1f000}-\\u{1f3fa}\\u{1f400}-\\u{1faff}])',
      '(?<foreign>[\\u0370-\\u1fff\\u2c00-\\u2e7f\\u2e80-\\ud7ff\\uf900-\\ufaff\\uff10-\\uffdc]+)',
    ].join('|'),
    'gu',
  );
}

/** Emoticons with a letter, digit, slash or bar at the edge count only when they stand alone. */
function emoticonPattern(emoticons: string[]): string {
  const sorted = emoticons.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const risky = (text: string) => /[A-Za-z0-9/|]$/.test(text) || /^[A-Za-z]/.test(text);
  const literal = (text: string) => text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
  const guarded = sorted.filter(risky).map(literal);
  const plain = sorted.filter((text) => !risky(text)).map(literal);
  return [`(?<![A-Za-z0-9])(?:${guarded.join('|')})(?![A-Za-z0-9])`, ...plain].join('|');
}
