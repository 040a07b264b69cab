/** A stretch of a text, in UTF-16 units, as the API counts. */
export interface Stretch {
  start: number;
  end: number;
}

/** Words that weigh less than this share of the strongest are left unmarked: they would hide it. */
const LEAST_SHARE = 0.5;

/** The words that carried a feeling in earnest. What is neutral was carried by none. */
export function tellingWords<Word extends { weight: number }>(emotion: string, words: Word[]): Word[] {
  if (emotion === 'neutral') return [];
  const strongest = words.reduce((most, { weight }) => Math.max(most, weight), 0);
  return words.filter(({ weight }) => weight >= strongest * LEAST_SHARE);
}

export interface Part {
  text: string;
  isMarked: boolean;
  /** Where it begins in the text. */
  start: number;
}

/** Cuts a text at the stretches that are marked. Stretches out of order, overlapping or out of range do no harm. */
export function splitAt(text: string, marked: Stretch[]): Part[] {
  const parts: Part[] = [];
  let position = 0;
  const push = (end: number, isMarked: boolean) => {
    if (end > position) parts.push({ text: text.slice(position, end), isMarked, start: position });
    position = Math.max(position, end);
  };
  for (const { start, end } of [...marked].sort((a, b) => a.start - b.start)) {
    push(Math.min(start, text.length), false);
    push(Math.min(end, text.length), true);
  }
  push(text.length, false);
  return parts;
}
