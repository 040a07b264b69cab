import { type Lexicon, lexicon } from './lexicon.ts';

export interface Token {
  /** Normalised: lower case, stretched letters folded, emoji and emoticons as `em:` groups. */
  text: string;
  kind: 'word' | 'mark' | 'foreign';
  /** UTF-16 offsets into the tokenised text. */
  start: number;
  end: number;
  /** A negator before it reaches this word. */
  negated: boolean;
}

export type Flag = 'shout' | 'stretched';

const LETTER = 'A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f';
const LONGEST_WORD = 24;
const SCOPE = 4;

let pattern: RegExp | undefined;

/** Tokens in order, with negation marked, and what holds for the text as a whole. */
export function tokenize(text: string): { tokens: Token[]; flags: Flag[] } {
  const words = lexicon();
  pattern ??= tokenPattern(words);
  const tokens: Token[] = [];
  let shouts = 0;
  let stretched = false;
  for (const match of text.matchAll(pattern)) {
    const raw = match[0];
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? 'stop';
    const token: Token = {
      text: raw,
      kind: 'mark',
      start: match.index,
      end: match.index + raw.length,
      negated: false,
    };
    if (kind === 'word') {
      token.kind = 'word';
      const lower = asciiLower(raw);
      const flat = lower.replace(/([a-z])\1{2,}/g, '$1');
      stretched ||= flat !== lower;
      token.text = flat.length > LONGEST_WORD ? '<long>' : flat;
      if (/^[A-Z]{3,}$/.test(raw)) shouts += 1;
    } else if (kind === 'foreign') {
      token.kind = 'foreign';
      token.text = '<foreign>';
    } else {
      token.text = markText(kind, raw, words);
    }
    tokens.push(token);
  }
  markNegation(tokens, words);
  const flags: Flag[] = [];
  if (shouts >= 2) flags.push('shout');
  if (stretched) flags.push('stretched');
  return { tokens, flags };
}

function markText(kind: string, raw: string, words: Lexicon): string {
  if (kind === 'emoticon') return `em:${words.emoticons.get(raw) ?? 'other'}`;
  if (kind === 'emoji') return `em:${words.emoji.get(raw) ?? 'other'}`;
  if (kind === 'bang' || kind === 'ask') return raw.length > 1 ? raw.charAt(0).repeat(2) : raw;
  if (kind === 'dots') return '...';
  return kind === 'stop' ? raw : `<${kind}>`;
}

function markNegation(tokens: Token[], words: Lexicon): void {
  let left = 0;
  for (const [index, token] of tokens.entries()) {
    const { text } = token;
    if (words.negators.has(text) || text.endsWith("n't")) {
      const lifted = tokens
        .slice(index + 1, index + 3)
        .some((next) => words.comparatives.has(next.text) || ['only', 'just', 'so'].includes(next.text));
      left = lifted ? 0 : SCOPE;
      continue;
    }
    if (words.scopeEnds.has(text) || text === '\n') left = 0;
    else if (left > 0 && token.kind === 'word') {
      token.negated = true;
      left -= 1;
    }
  }
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

function tokenPattern(words: Lexicon): RegExp {
  return new RegExp(
    [
      `(?<emoticon>${emoticonPattern([...words.emoticons.keys()])})`,
      '(?<swear>[A-Za-z]{1,4}[*@#$]{2,}[A-Za-z]*)',
      '(?<name>[A-Za-z0-9]*_[A-Za-z0-9_]+|[a-z]+[A-Z][A-Za-z]+)',
      `(?<word>[${LETTER}]+(?:'[${LETTER}]+)*)`,
      '(?<number>[0-9]+(?:[.,:][0-9]+)*)',
      '(?<bang>!+)|(?<ask>\\?[?!]*)|(?<dots>\\.{2,}|\\u2026)|(?<stop>[.,;:\\n])',
      '(?<emoji>[\\u203c\\u2049\\u2600-\\u27bf\\u2b50\\u2b55\\u{1f000}-\\u{1faff}])',
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
