import { evidence } from './emotion/evidence.ts';
import { EMOTIONS, type Emotion, GOEMOTIONS, polarity } from './emotion/labels.ts';
import { mask } from './emotion/mask.ts';
import { score } from './emotion/score.ts';
import { tokenize } from './emotion/tokens.ts';

export { EMOTIONS, type Emotion, polarity } from './emotion/labels.ts';

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
  /**
   * Up to five spans without which the label would be less likely, strongest first; none when it is neutral. UTF-16
   * offsets; weights are shares of the evidence.
   */
  words: { text: string; start: number; end: number; weight: number }[];
}

/** Of a longer text, this many UTF-16 units are read at each end. */
const READ_AT_EACH_END = 2000;
/** Distance from 0.5 that the valence of a pleasant or unpleasant label keeps, and the most that neutral may have. */
const LABEL_VALENCE = 0.06;
const NEUTRAL_VALENCE = 0.1;
const LEAST_VALUE = 0.02;

/**
 * Reads the emotion of one message a person wrote. Deterministic and synchronous; never throws. Code, logs, quoted
 * lines and quotations are left out. Blank text is neutral with confidence 0; text in another language or in no known
 * words is neutral with low confidence.
 */
export function readEmotion(text: string): EmotionReading {
  const { body, shift } = bound(text);
  const { body: own, origin } = mask(body);
  const { tokens, repeats } = tokenize(own);
  const { substance, probabilities, valence, arousal, parts } = score(tokens, repeats);
  const best = probabilities.indexOf(Math.max(...probabilities));
  const emotion = substance === 'nothing' ? 'neutral' : EMOTIONS[best]!;
  const words = evidence(parts, emotion).map(({ token, weight }) => {
    const [start, end] = [shift(origin(token.start)), shift(origin(token.end - 1)) + 1];
    return { text: text.slice(start, end), start, end, weight };
  });
  return {
    emotion,
    confidence: substance === 'nothing' ? 0 : probabilities[best]!,
    valence: agree(clamp(valence), emotion),
    arousal: clamp(arousal),
    scores: Object.fromEntries(EMOTIONS.map((name, label) => [name, probabilities[label]!])) as Record<
      Emotion,
      number
    >,
    words,
  };
}

/**
 * Probability, 0 to 1 each, that a text shows each of GoEmotions' 27 categories, or none (`neutral`): for texts that may
 * show several. They do not sum to 1, and are not calibrated for messages to agents, as `readEmotion` is.
 */
export function readCategories(text: string): Map<Emotion, number> {
  const { tokens, repeats } = tokenize(mask(bound(text).body).body);
  const { categories } = score(tokens, repeats);
  return new Map(GOEMOTIONS.map((name, at) => [name, categories[at]!]));
}

/** At most twice `READ_AT_EACH_END` units of the text, and how offsets after the cut map back. */
function bound(text: string): { body: string; shift: (offset: number) => number } {
  if (text.length <= 2 * READ_AT_EACH_END) return { body: text, shift: (offset) => offset };
  const skipped = text.length - 2 * READ_AT_EACH_END - 1;
  const body = `${text.slice(0, READ_AT_EACH_END)}\n${text.slice(-READ_AT_EACH_END)}`;
  return { body, shift: (offset) => (offset > READ_AT_EACH_END ? offset + skipped : offset) };
}

function clamp(value: number): number {
  return Math.min(1 - LEAST_VALUE, Math.max(LEAST_VALUE, value));
}

function agree(valence: number, emotion: Emotion): number {
  if (emotion === 'neutral') return Math.min(0.5 + NEUTRAL_VALENCE, Math.max(0.5 - NEUTRAL_VALENCE, valence));
  const sign = polarity(emotion);
  if (sign > 0) return Math.max(valence, 0.5 + LABEL_VALENCE);
  return sign < 0 ? Math.min(valence, 0.5 - LABEL_VALENCE) : valence;
}
