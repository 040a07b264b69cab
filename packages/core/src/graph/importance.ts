/** What a node's importance is made of. All parts 0 to 1, higher is more. */
export interface ImportanceParts {
  /** How often and how saliently it comes up, beside the session's most frequent. */
  frequency: number;
  /** How lately it came up. */
  recency: number;
  /** How strongly the messages that mention it were felt. */
  emotion: number;
  /** How much it is tied to, beside the best tied. */
  centrality: number;
}

const WEIGHTS: ImportanceParts = { frequency: 0.35, recency: 0.25, emotion: 0.2, centrality: 0.2 };
/** Messages after which something that did not come up again has lost two thirds of its recency. */
const MESSAGES_TO_FADE = 50;

/**
 * Importance, 0 to 1: the weighted sum of its parts. A topic ranked high is moved into the upper half of the scale, one
 * ranked low into the lower half; within a half the order stays.
 */
export function importanceOf(parts: ImportanceParts, priority?: 'high' | 'medium' | 'low'): number {
  const sum =
    WEIGHTS.frequency * parts.frequency +
    WEIGHTS.recency * parts.recency +
    WEIGHTS.emotion * parts.emotion +
    WEIGHTS.centrality * parts.centrality;
  const bounded = Math.min(1, Math.max(0, sum));
  if (priority === 'high') return 0.5 + bounded / 2;
  return priority === 'low' ? bounded / 2 : bounded;
}

/** A share of the largest, damped: the tenth mention says less than the first. */
export const relative = (value: number, largest: number) =>
  largest > 0 ? Math.log1p(Math.max(0, value)) / Math.log1p(largest) : 0;

/** Recency of something last seen at one sequence, in a session that has come to another. */
export const recencyOf = (lastSequence: number, newest: number) =>
  Math.exp(-Math.max(0, newest - lastSequence) / MESSAGES_TO_FADE);

/** How far from neutral, given the mean valence and arousal. */
export const strengthOf = (valence: number, arousal: number) =>
  Math.min(1, Math.max(2 * Math.abs(valence - 0.5), 2 * Math.abs(arousal - 0.5)));
