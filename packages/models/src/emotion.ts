import { EMOTIONS, type Emotion, polarity } from './emotion/labels.ts';
import { mask } from './emotion/mask.ts';
import { chunksOf, clamp, type Score, score, shares, trustOf } from './emotion/score.ts';
import { type Token, tokenize } from './emotion/tokens.ts';
import { type Weights, weights } from './emotion/weights.ts';

export { EMOTIONS, type Emotion } from './emotion/labels.ts';

/** How one message reads. An estimate from its words alone, no clinical finding. */
export interface EmotionReading {
  emotion: Emotion;
  /** Calibrated probability, 0 to 1, that `emotion` is the label a person would give. */
  confidence: number;
  /** 0 most unpleasant, 0.5 neutral, 1 most pleasant. Never contradicts `emotion`. */
  valence: number;
  /** 0 calmest, 0.5 calm-neutral, 1 most agitated. */
  arousal: number;
  /** Probability of every label; they sum to 1. */
  scores: Record<Emotion, number>;
  /** Up to five spans that carried the label, strongest first. UTF-16 offsets; weights are shares of the evidence. */
  words: { text: string; start: number; end: number; weight: number }[];
}

/** Of a longer text, this many UTF-16 units are read at each end. */
const READ_AT_EACH_END = 2000;
const MOST_WORDS = 5;
/** A word with less than this share of the strongest one's evidence is left out. */
const WORD_FLOOR = 0.1;
/** Distance from 0.5 that the valence of a pleasant or unpleasant label keeps, and the most that neutral may have. */
const LABEL_VALENCE = 0.06;
const NEUTRAL_VALENCE = 0.1;
/** What is believed of a text in no known words: neutral, and little else. */
const UNREAD_NEUTRAL = 0.2;

const NEUTRAL = EMOTIONS.indexOf('neutral');

/**
 * Reads the emotion of one message a person wrote. Deterministic and synchronous; never throws. Code, logs, quoted
 * lines and quotations are left out. Blank text is neutral with confidence 0; text in another language or in no known
 * words is neutral with low confidence.
 */
export function readEmotion(text: string): EmotionReading {
  const { body, shift } = bound(text);
  const { body: own, marks } = mask(body);
  const { tokens, flags } = tokenize(own);
  const spoken = tokens.some((token) => token.text !== '\n');
  if (!spoken && marks.length === 0)
    return reading(unread(1 / EMOTIONS.length), { valence: 0.5, arousal: 0.5 }, 0, []);

  const table = weights();
  const chunks = chunksOf(tokens);
  const scores = chunks.map((chunk) => score(table, chunk, [...flags, ...marks]));
  const parts = shares(scores);
  const trust = spoken ? trustOf(table, tokens) : 1;
  const probabilities = unread(UNREAD_NEUTRAL).map(
    (floor, label) =>
      (1 - trust) * floor +
      trust * scores.reduce((sum, part, index) => sum + parts[index]! * part.probabilities[label]!, 0),
  );
  const mean = (of: (part: Score) => number) =>
    0.5 + trust * (scores.reduce((sum, part, index) => sum + parts[index]! * of(part), 0) - 0.5);
  const label = probabilities.indexOf(Math.max(...probabilities));
  const words =
    trust > 0
      ? evidence({ table, chunks, scores, parts, label }).map((word) => locate(text, word, shift))
      : [];
  const values = { valence: mean((part) => part.valence), arousal: mean((part) => part.arousal) };
  return reading(probabilities, values, probabilities[label]!, words);
}

/** At most twice `READ_AT_EACH_END` units of the text, and how offsets after the cut map back. */
function bound(text: string): { body: string; shift: (offset: number) => number } {
  if (text.length <= 2 * READ_AT_EACH_END) return { body: text, shift: (offset) => offset };
  const skipped = text.length - 2 * READ_AT_EACH_END - 1;
  const body = `${text.slice(0, READ_AT_EACH_END)}\n${text.slice(-READ_AT_EACH_END)}`;
  return { body, shift: (offset) => (offset > READ_AT_EACH_END ? offset + skipped : offset) };
}

function unread(neutral: number): number[] {
  return EMOTIONS.map((_, label) => (label === NEUTRAL ? neutral : (1 - neutral) / (EMOTIONS.length - 1)));
}

function reading(
  probabilities: number[],
  values: { valence: number; arousal: number },
  confidence: number,
  words: EmotionReading['words'],
): EmotionReading {
  const emotion = confidence === 0 ? 'neutral' : EMOTIONS[probabilities.indexOf(Math.max(...probabilities))]!;
  const scores = Object.fromEntries(EMOTIONS.map((name, label) => [name, probabilities[label]!]));
  return {
    emotion,
    confidence: clamp(confidence, 0, 1),
    valence: agree(values.valence, emotion),
    arousal: clamp(values.arousal, 0, 1),
    scores: scores as Record<Emotion, number>,
    words,
  };
}

function agree(valence: number, emotion: Emotion): number {
  if (emotion === 'neutral') return clamp(valence, 0.5 - NEUTRAL_VALENCE, 0.5 + NEUTRAL_VALENCE);
  const sign = polarity(emotion);
  if (sign > 0) return Math.max(valence, 0.5 + LABEL_VALENCE);
  return sign < 0 ? Math.min(valence, 0.5 - LABEL_VALENCE) : valence;
}

interface Evidence {
  table: Weights;
  chunks: Token[][];
  scores: Score[];
  parts: number[];
  label: number;
}

/** The tokens whose features raised the label above the other labels, as shares of all that raised it. */
function evidence({ table, chunks, scores, parts, label }: Evidence): { token: Token; weight: number }[] {
  const found: { token: Token; weight: number }[] = [];
  for (const [index, chunk] of chunks.entries()) {
    const sums = new Float64Array(chunk.length);
    for (const { row, value, tokens } of scores[index]!.hits) {
      const gain = (value * margin(table, row, label)) / Math.max(1, tokens.length);
      for (const place of tokens) sums[place]! += gain * parts[index]!;
    }
    for (const [place, token] of chunk.entries()) {
      const telling = sums[place]! > 0 && !/^[.,;:\n]$/.test(token.text);
      if (telling) found.push({ token, weight: sums[place]! });
    }
  }
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  const sorted = found.sort((a, b) => b.weight - a.weight || a.token.start - b.token.start);
  const least = (sorted[0]?.weight ?? 0) * WORD_FLOOR;
  return sorted
    .filter(({ weight }) => weight >= least)
    .slice(0, MOST_WORDS)
    .map(({ token, weight }) => ({ token, weight: weight / total }));
}

/** How much more a row says for the label than for the labels on average. */
function margin({ cells, scales, columns }: Weights, row: number, label: number): number {
  let sum = 0;
  for (let column = 0; column < EMOTIONS.length; column += 1) sum += cells[row * columns + column]!;
  return scales[row]! * (cells[row * columns + label]! - sum / EMOTIONS.length);
}

function locate(
  text: string,
  { token, weight }: { token: Token; weight: number },
  shift: (offset: number) => number,
) {
  const start = shift(token.start);
  const end = start + (token.end - token.start);
  return { text: text.slice(start, end), start, end, weight };
}
