import type { EmotionReading } from '../ctx.ts';
import { EMOTIONS, type Emotion } from './vocabulary.ts';

/**
 * The session's emotional filter after some messages. Valence and arousal follow a mean-reverting Kalman filter whose
 * observation noise comes from the confidence of the reading; labels hold a decaying mass each. Both relax with turns
 * and with time, so that one odd message does not flip the state, a real turn does, and days of silence forget it.
 */
export interface EmotionalState {
  valence: Estimate;
  arousal: Estimate;
  /** What the labels weigh now; the heaviest is the current emotion. */
  masses: Partial<Record<Emotion, number>>;
  /** The same, forgetting slowly: the key emotions of the whole session. */
  lasting: Partial<Record<Emotion, number>>;
  /** Valence of the latest user messages, oldest first, for the trend. */
  recentValences: number[];
  /** When the latest user message was said, milliseconds since 1970. */
  lastAtMs: number;
}

interface Estimate {
  mean: number;
  variance: number;
}

export type Trend = 'positive' | 'negative' | 'stable';

/** The calm, neutral point to which the state relaxes. */
const BASELINE = 0.5;
/** What the state may stray by when nothing was said: the filter's stationary variance. */
const STATIONARY_VARIANCE = 0.06;
/** Turns after which the influence of a reading has fallen to 1/e. */
const TURNS_TO_RELAX = 3;
/** Silence after which it has fallen to 1/e. */
const HOURS_TO_RELAX = 12;
/** Observation variance of a reading in full confidence; a doubtful one is as noisy as its confidence is low. */
const READING_VARIANCE = 0.012;
/** Share of a label's mass that one further message leaves. Two clear messages outweigh any past: 0.64² · 2.8 < 1.64. */
const MASS_KEPT = 0.64;
const LASTING_KEPT = 0.97;
/** A neutral message between two others says less about the state than they do. */
const NEUTRAL_WEIGHT = 0.6;
const TREND_WINDOW = 12;
const TREND_DEAD_BAND = 0.1;
const FORGOTTEN_BELOW = 0.01;

/** The state before anything was said. */
export function initialState(): EmotionalState {
  const unknown = { mean: BASELINE, variance: STATIONARY_VARIANCE };
  return { valence: unknown, arousal: unknown, masses: {}, lasting: {}, recentValences: [], lastAtMs: 0 };
}

/** The state after one more user message. A text that says nothing (confidence 0) leaves it as it was. */
export function advanceState(state: EmotionalState, reading: EmotionReading, at: Date): EmotionalState {
  if (reading.confidence <= 0) return state;
  const quiet = silence(state, at);
  const kept = Math.exp(-1 / TURNS_TO_RELAX) * quiet;
  const noise = READING_VARIANCE / Math.max(reading.confidence, 0.05);
  return {
    valence: filter(state.valence, reading.valence, kept, noise),
    arousal: filter(state.arousal, reading.arousal, kept, noise),
    masses: accumulate(state.masses, reading, MASS_KEPT * quiet),
    lasting: accumulate(state.lasting, reading, LASTING_KEPT),
    recentValences: [...state.recentValences, reading.valence].slice(-TREND_WINDOW),
    lastAtMs: Math.max(state.lastAtMs, at.getTime()),
  };
}

/** The label that weighs most; `neutral` before anything was said. */
export function currentEmotion(state: EmotionalState): Emotion {
  return heaviest(state.masses)[0]?.emotion ?? 'neutral';
}

/** Up to five emotions of the session with their share of its feeling, 0 to 1; `neutral` only when there is no other. */
export function keyEmotions(state: EmotionalState): { emotion: Emotion; intensity: number }[] {
  const all = heaviest(state.lasting);
  const felt = all.filter(({ emotion }) => emotion !== 'neutral');
  const total = all.reduce((sum, { mass }) => sum + mass, 0);
  return (felt.length > 0 ? felt : all)
    .map(({ emotion, mass }) => ({ emotion, intensity: mass / total }))
    .filter(({ intensity }) => intensity >= 0.03)
    .slice(0, 5);
}

/** The last third of the recent messages against the first, with a dead band of 0.1. */
export function trendOf(state: EmotionalState): Trend {
  const { recentValences: valences } = state;
  if (valences.length < 2) return 'stable';
  const third = Math.max(1, Math.floor(valences.length / 3));
  const change = average(valences.slice(-third)) - average(valences.slice(0, third));
  if (Math.abs(change) < TREND_DEAD_BAND) return 'stable';
  return change > 0 ? 'positive' : 'negative';
}

/** Share that a gap leaves of the state, 1 for none. A message from before the latest one (an import) counts as none. */
function silence(state: EmotionalState, at: Date): number {
  if (state.lastAtMs === 0) return 1;
  const hours = Math.max(0, at.getTime() - state.lastAtMs) / 3_600_000;
  return Math.exp(-hours / HOURS_TO_RELAX);
}

function filter(prior: Estimate, observed: number, kept: number, noise: number): Estimate {
  const mean = BASELINE + kept * (prior.mean - BASELINE);
  const variance = kept * kept * prior.variance + (1 - kept * kept) * STATIONARY_VARIANCE;
  const gain = variance / (variance + noise);
  return { mean: clamp(mean + gain * (observed - mean)), variance: (1 - gain) * variance };
}

/** Half of a reading's weight goes to its label, half is spread over its probabilities: near labels help each other. */
function accumulate(
  masses: Partial<Record<Emotion, number>>,
  reading: EmotionReading,
  kept: number,
): Partial<Record<Emotion, number>> {
  const weight = (0.5 + 0.5 * reading.confidence) * (reading.emotion === 'neutral' ? NEUTRAL_WEIGHT : 1);
  const next: Partial<Record<Emotion, number>> = {};
  for (const emotion of EMOTIONS) {
    const share = 0.5 * (reading.scores[emotion] ?? 0) + (emotion === reading.emotion ? 0.5 : 0);
    const mass = (masses[emotion] ?? 0) * kept + weight * share;
    if (mass >= FORGOTTEN_BELOW) next[emotion] = mass;
  }
  return next;
}

function heaviest(masses: Partial<Record<Emotion, number>>): { emotion: Emotion; mass: number }[] {
  return EMOTIONS.flatMap((emotion) => {
    const mass = masses[emotion];
    return mass === undefined ? [] : [{ emotion, mass }];
  }).sort((a, b) => b.mass - a.mass);
}

const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const clamp = (value: number) => Math.min(1, Math.max(0, value));
