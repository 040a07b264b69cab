import { clearMergeCache, countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';

/** The encoding that tokens are counted in. */
export const TOKEN_ENCODING = 'o200k_base';

/**
 * Longest piece that is encoded at once. Byte pair merging of one unbroken word costs more than its length; split, a
 * megabyte of one letter costs what a megabyte of prose does, and at worst one token a piece is counted too many.
 */
const PIECE_LENGTH = 2_000;

/**
 * Characters after which the encoder's cache of merged words is emptied. Full (100,000 words), it evicts one word for each
 * new one, in a way that makes counting sixty times slower for the rest of the process; emptied before that, it never is.
 */
const CACHED_CHARACTERS = 300_000;
let sinceCleared = 0;

/** Tokens of a text in o200k_base. Special tokens written out in a text count as the text they are. */
export function countTokens(text: string): number {
  sinceCleared += text.length;
  if (sinceCleared > CACHED_CHARACTERS) {
    clearMergeCache();
    sinceCleared = text.length;
  }
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    tokens += countO200k(text.slice(at, end), { allowedSpecial: new Set(), disallowedSpecial: new Set() });
    at = end;
  }
  return tokens;
}

/** Ends a piece before a space where there is one, as the encoding itself does, and never inside a surrogate pair. */
function pieceEnd(text: string, start: number): number {
  const limit = start + PIECE_LENGTH;
  if (limit >= text.length) return text.length;
  const space = text.lastIndexOf(' ', limit);
  if (space > start + PIECE_LENGTH / 2) return space;
  const code = text.charCodeAt(limit);
  return code >= 0xdc00 && code <= 0xdfff ? limit - 1 : limit;
}
