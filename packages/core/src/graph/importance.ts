/** What a node's importance is made of. All parts 0 to 1, higher is more; each has its function below. */
export interface ImportanceParts {
  /** How often and how saliently it comes up. */
  frequency: number;
  /** How lately it came up. */
  recency: number;
  /** How strongly the messages that mention it were felt. */
  emotion: number;
  /** How much it is tied to. */
  centrality: number;
  /** How much of it is the user's own: 0 for what only an assistant brought up. */
  voice: number;
}

export type Priority = 'high' | 'medium' | 'low';

const WEIGHTS: ImportanceParts = {
  frequency: 0.3,
  recency: 0.25,
  emotion: 0.2,
  centrality: 0.15,
  voice: 0.1,
};
/** The stretch of the scale that each priority has; medium is the same as none. High lies above all others. */
const BANDS: Record<Priority, [from: number, to: number]> = {
  low: [0, 0.4],
  medium: [0, 0.75],
  high: [0.75, 1],
};
/** Messages, and days, after which something that did not come up again has lost two thirds of its recency. */
const MESSAGES_TO_FADE = 50;
const DAYS_TO_FADE = 30;
/** Amounts that give half: of weight, of ties, and of felt messages. */
const HALF_WEIGHT = 2;
const HALF_TIES = 1.5;
const HALF_FELT = 1;

/**
 * Importance, 0 to 1: the weighted mean of its parts, laid into the stretch of its priority. Raising a part, or the
 * priority, never lowers it; whatever is ranked high stands above whatever is not.
 */
export function importanceOf(parts: ImportanceParts, priority: Priority = 'medium'): number {
  const mean = Object.entries(WEIGHTS).reduce(
    (sum, [part, weight]) => sum + weight * within(parts[part as keyof ImportanceParts]),
    0,
  );
  const [from, to] = BANDS[priority];
  return from + (to - from) * Math.min(1, mean);
}

/** From the summed salience of its mentions: 0.5 at two full mentions; the tenth says less than the first. */
export const frequencyOf = (weight: number) => saturate(weight, HALF_WEIGHT);

/** From the messages and the days since it came up: 1 for now, 1/e after 50 messages or 30 days. */
export const recencyOf = (messagesSince: number, daysSince = 0) =>
  Math.exp(-Math.max(0, messagesSince) / MESSAGES_TO_FADE - Math.max(0, daysSince) / DAYS_TO_FADE);

/** From the mean valence and arousal of the user's messages that mention it, and how many those are. */
export const emotionOf = (valence: number, arousal: number, felt: number) =>
  strengthOf(valence, arousal) * saturate(felt, HALF_FELT);

/** From the summed strength (0 to 1 each) of its ties: 0.5 at one and a half. */
export const centralityOf = (ties: number) => saturate(ties, HALF_TIES);

/** The share of its mentions that are the user's. */
export const voiceOf = (userMentions: number, mentions: number) =>
  mentions > 0 ? within(userMentions / mentions) : 0;

/** How far from neutral: 0 in the middle of both scales, 1 at an end of either. */
export const strengthOf = (valence: number, arousal: number) =>
  within(Math.max(2 * Math.abs(valence - 0.5), 2 * Math.abs(arousal - 0.5)));

const saturate = (amount: number, half: number) => (amount > 0 ? amount / (amount + half) : 0);
const within = (value: number) => Math.min(1, Math.max(0, value));
