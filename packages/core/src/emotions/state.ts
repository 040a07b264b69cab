import type { EmotionReading } from '../ctx.ts';
import { type Changes, followChange, noChanges } from './changes.ts';
import { type Dynamics, followDynamics, homeBase, noDynamics } from './dynamics.ts';
import { type Escalation, followEscalation, noEscalation } from './escalation.ts';
import { EMOTIONS, type Emotion } from './vocabulary.ts';

/**
 * The session's emotional filter after some messages of the user: valence, arousal and the labels' log-odds each follow
 * a mean-reverting Kalman filter (a discrete Ornstein–Uhlenbeck process, as in Kuppens and others, 2010), whose
 * observation noise comes from the confidence of the reading. They return with turns and with time to where the user
 * usually is, so that one odd message does not flip the state, a real turn does, and days of silence forget it.
 * Everything is incremental and bounded: a save costs the same after 20 messages and after 20,000.
 */
export interface EmotionalState {
  version: typeof VERSION;
  valence: Estimate;
  arousal: Estimate;
  /** Log-odds of each label against chance; a label that is missing is at rest. The highest is the current emotion. */
  labels: Partial<Record<Emotion, number>>;
  /** How uncertain the log-odds are, all alike; 1 at rest. */
  labelVariance: number;
  /** What the labels weigh, forgetting slowly: the key emotions of the whole session. */
  lasting: Partial<Record<Emotion, number>>;
  /** Valence (0 to 1) and confidence of the latest user messages, oldest first, for the trend. */
  recent: { valence: number; confidence: number }[];
  dynamics: Dynamics;
  changes: Changes;
  escalation: Escalation;
  /** When the latest user message was said, milliseconds since 1970; 0 before any. */
  lastAtMs: number;
}

interface Estimate {
  mean: number;
  variance: number;
}

export type Trend = 'positive' | 'negative' | 'stable';

const VERSION = 2;
/** What the state may stray by when nothing was said: the filter's stationary variance. */
const STATIONARY_VARIANCE = 0.06;
/** Turns after which the influence of a reading has fallen to 1/e: of valence and arousal, and of the labels. */
const TURNS_TO_RELAX = 3;
const LABEL_TURNS_TO_RELAX = 4;
/** Silence after which it has fallen to 1/e. */
const HOURS_TO_RELAX = 12;
/** Observation variance of a reading in full confidence; a doubtful one is as noisy as its confidence is low. */
const READING_VARIANCE = 0.012;
/**
 * The same for the labels. With a = (1 − gain) · exp(−1/4), one odd message is outweighed while a > 1/2, and two flip
 * any past while a² < 1/2; this gives a = 0.6 for readings of like confidence.
 */
const LABEL_READING_VARIANCE = 2.2;
/** A neutral message between two others says less about the state than they do: its noise is this many times theirs. */
const NEUTRAL_NOISE = 3;
/** Log-odds to which the labels return: neutral until something is felt. */
const REST = { neutral: 1, other: 0 };
/** Log-odds that one reading may claim. */
const LEAST_ODDS = -2;
const MOST_ODDS = 3;
const LEAST_CONFIDENCE = 0.05;
const LASTING_KEPT = 0.97;
const NEUTRAL_WEIGHT = 0.6;
/** User messages that the trend looks at. */
export const TREND_WINDOW = 12;
const TREND_DEAD_BAND = 0.1;
const FORGOTTEN_BELOW = 0.01;

/** The state before anything was said. */
export function initialState(): EmotionalState {
  const dynamics = noDynamics();
  const home = homeBase(dynamics);
  return {
    version: VERSION,
    valence: { mean: home.valence, variance: STATIONARY_VARIANCE },
    arousal: { mean: home.arousal, variance: STATIONARY_VARIANCE },
    labels: {},
    labelVariance: 1,
    lasting: {},
    recent: [],
    dynamics,
    changes: noChanges(),
    escalation: noEscalation(),
    lastAtMs: 0,
  };
}

/** A stored state. One of the earlier version keeps what both know; its labels begin at rest. */
export function restoreState(stored: unknown): EmotionalState {
  const known = stored as Partial<EmotionalState> | null;
  if (known?.version === VERSION) return known as EmotionalState;
  const { valence, arousal, lasting, lastAtMs } = { ...initialState(), ...known };
  return { ...initialState(), valence, arousal, lasting, lastAtMs };
}

/**
 * The state after one more user message. A text that says nothing (confidence 0) leaves it as it was.
 * @param messageId under which a change point is filed that this message begins.
 */
export function advanceState(
  state: EmotionalState,
  reading: EmotionReading,
  at: Date,
  messageId = '',
): EmotionalState {
  const { confidence } = reading;
  if (!(confidence > 0) || !Number.isFinite(reading.valence + reading.arousal)) return state;
  const quiet = silence(state, at);
  const kept = Math.exp(-1 / TURNS_TO_RELAX) * quiet;
  const doubt = (reading.emotion === 'neutral' ? NEUTRAL_NOISE : 1) / Math.max(confidence, LEAST_CONFIDENCE);
  const home = homeBase(state.dynamics);
  const valence = filter(state.valence, home.valence, reading.valence, kept, READING_VARIANCE * doubt);
  const arousal = filter(state.arousal, home.arousal, reading.arousal, kept, READING_VARIANCE * doubt);
  const spoken = { messageId, atMs: at.getTime() };
  return {
    version: VERSION,
    valence,
    arousal,
    ...filterLabels(state, reading, Math.exp(-1 / LABEL_TURNS_TO_RELAX) * quiet, doubt),
    lasting: accumulate(state.lasting, reading),
    recent: [...state.recent, { valence: reading.valence, confidence }].slice(-TREND_WINDOW),
    dynamics: followDynamics(state.dynamics, reading),
    changes: followChange(state.changes, reading, spoken),
    escalation: followEscalation(state.escalation, reading, {
      fall: state.valence.mean - valence.mean,
      rise: arousal.mean - state.arousal.mean,
      atMs: spoken.atMs,
    }),
    lastAtMs: Math.max(state.lastAtMs, spoken.atMs),
  };
}

/** The label of the highest odds; `neutral` before anything was said. */
export function currentEmotion(state: EmotionalState): Emotion {
  let best: Emotion = 'neutral';
  for (const emotion of EMOTIONS) if (oddsOf(state, emotion) > oddsOf(state, best)) best = emotion;
  return best;
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

/** The last third of the recent messages against the first, with a dead band of 0.1; weighed by confidence. */
export function trendOf({ recent }: Pick<EmotionalState, 'recent'>): Trend {
  if (recent.length < 2) return 'stable';
  const third = Math.max(1, Math.floor(recent.length / 3));
  const change = average(recent.slice(-third)) - average(recent.slice(0, third));
  if (Math.abs(change) < TREND_DEAD_BAND) return 'stable';
  return change > 0 ? 'positive' : 'negative';
}

/** Share that a gap leaves of the state, 1 for none. A message from before the latest one (an import) counts as none. */
function silence(state: EmotionalState, at: Date): number {
  if (state.lastAtMs === 0) return 1;
  const hours = Math.max(0, at.getTime() - state.lastAtMs) / 3_600_000;
  return Math.exp(-hours / HOURS_TO_RELAX);
}

function filter(prior: Estimate, home: number, observed: number, kept: number, noise: number): Estimate {
  const mean = home + kept * (prior.mean - home);
  const variance = kept * kept * prior.variance + (1 - kept * kept) * STATIONARY_VARIANCE;
  const gain = variance / (variance + noise);
  return { mean: clamp(mean + gain * (observed - mean)), variance: (1 - gain) * variance };
}

/** One gain for all labels: what makes a reading doubtful makes all of it doubtful. */
function filterLabels(state: EmotionalState, reading: EmotionReading, kept: number, doubt: number) {
  const variance = kept * kept * state.labelVariance + (1 - kept * kept);
  const gain = variance / (variance + LABEL_READING_VARIANCE * doubt);
  const labels: EmotionalState['labels'] = {};
  for (const emotion of EMOTIONS) {
    const rest = restOf(emotion);
    const expected = rest + kept * (oddsOf(state, emotion) - rest);
    labels[emotion] = shorten(expected + gain * (observedOdds(reading, emotion) - expected));
  }
  return { labels, labelVariance: (1 - gain) * variance };
}

/** Half of a reading is its label, half its probabilities: near labels help each other, and the label still leads. */
const shareOf = (reading: EmotionReading, emotion: Emotion) =>
  0.5 * (reading.scores[emotion] ?? 0) + (emotion === reading.emotion ? 0.5 : 0);

const observedOdds = (reading: EmotionReading, emotion: Emotion) =>
  Math.min(MOST_ODDS, Math.max(LEAST_ODDS, Math.log(shareOf(reading, emotion) * EMOTIONS.length)));

const restOf = (emotion: Emotion) => (emotion === 'neutral' ? REST.neutral : REST.other);
const oddsOf = (state: EmotionalState, emotion: Emotion) => state.labels[emotion] ?? restOf(emotion);

function accumulate(lasting: EmotionalState['lasting'], reading: EmotionReading): EmotionalState['lasting'] {
  const weight = (0.5 + 0.5 * reading.confidence) * (reading.emotion === 'neutral' ? NEUTRAL_WEIGHT : 1);
  const next: EmotionalState['lasting'] = {};
  for (const emotion of EMOTIONS) {
    const mass = (lasting[emotion] ?? 0) * LASTING_KEPT + weight * shareOf(reading, emotion);
    if (mass >= FORGOTTEN_BELOW) next[emotion] = shorten(mass);
  }
  return next;
}

function heaviest(masses: EmotionalState['lasting']): { emotion: Emotion; mass: number }[] {
  return EMOTIONS.flatMap((emotion) => {
    const mass = masses[emotion];
    return mass === undefined ? [] : [{ emotion, mass }];
  }).sort((a, b) => b.mass - a.mass);
}

function average(readings: EmotionalState['recent']): number {
  const total = readings.reduce((sum, { confidence }) => sum + confidence, 0);
  return readings.reduce((sum, { valence, confidence }) => sum + valence * confidence, 0) / total;
}

/** The row is written with every save: digits that say nothing need not be. */
const shorten = (value: number) => Math.round(value * 10_000) / 10_000;
const clamp = (value: number) => Math.min(1, Math.max(0, value));
