/** Longest text read, in UTF-16 units: far above a chat turn, and a bound for a pasted file. */
const MAX_TEXT_LENGTH = 16_000;

/** A longer word is skipped whole, as in BERT: base64, minified code and the like carry no meaning in pieces. */
const MAX_WORD_LENGTH = 100;

/** The longest piece of BERT's vocabulary has 18 letters. */
const MAX_PIECE_LENGTH = 18;

const ASCII_ONLY = /^[\t\n\r -~]*$/;
const MARKS = /\p{Mn}/gu;
const INVISIBLE = /[\p{Cf}\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/gu;
const WORD_OR_SIGN =
  /[^\s\p{P}\p{S}\p{Script=Han}\p{Emoji_Presentation}]+|[\p{P}\p{S}\p{Script=Han}\p{Emoji_Presentation}]/gu;
const ASCII_WORD_OR_SIGN = /[a-z0-9]+|[!-/:-@[-`{-~]/g;

/**
 * The table rows of a text's word pieces, in order: lower-cased, accents stripped, split at spaces, signs and
 * Han characters, then each word cut greedily into the longest known pieces (`##` marks one inside a word).
 * A word that cannot be cut completely gives nothing.
 */
export function pieces(text: string, vocabulary: ReadonlyMap<string, number>): number[] {
  const rows: number[] = [];
  for (const word of wordsOf(text.slice(0, MAX_TEXT_LENGTH))) {
    const whole = vocabulary.get(word);
    if (whole !== undefined) rows.push(whole);
    else if (word.length <= MAX_WORD_LENGTH) cut(word, vocabulary, rows);
  }
  return rows;
}

function wordsOf(text: string): string[] {
  if (ASCII_ONLY.test(text)) return text.toLowerCase().match(ASCII_WORD_OR_SIGN) ?? [];
  const spaced = text.replace(/\s/g, ' ').replace(INVISIBLE, '');
  return spaced.normalize('NFD').replace(MARKS, '').toLowerCase().match(WORD_OR_SIGN) ?? [];
}

function cut(word: string, vocabulary: ReadonlyMap<string, number>, rows: number[]): void {
  const before = rows.length;
  let start = 0;
  while (start < word.length) {
    let end = Math.min(word.length, start + MAX_PIECE_LENGTH);
    let row: number | undefined;
    while (end > start && row === undefined) {
      row = vocabulary.get((start > 0 ? '##' : '') + word.slice(start, end));
      if (row === undefined) end -= 1;
    }
    if (row === undefined) {
      rows.length = before;
      return;
    }
    rows.push(row);
    start = end;
  }
}
