import type { EmotionReading } from '../ctx.ts';

/** A point at which the user's valence settled at another level. */
interface ChangePoint {
  /** The first message of the new level. */
  messageId: string;
  atMs: number;
  /** Mean valence of the stretch before, and of the messages that told of the new one: 0 to 1. */
  from: number;
  to: number;
}

/** One side of the test: what has piled up against the level, and since which message. */
interface Excess {
  sum: number;
  messageId: string;
  atMs: number;
  valences: number;
  count: number;
}

/** The detector: the level of the present stretch, what speaks against it, and the points found so far. */
export interface Changes {
  level: number;
  /** Messages of the present stretch. */
  count: number;
  up: Excess | null;
  down: Excess | null;
  /** The latest, oldest first. */
  points: ChangePoint[];
}

/** Valence by which readings of one level stray. */
const SPREAD = 0.18;
/** In spreads: what one message may say at most, what is taken for chance each time, and what makes a change. */
const MOST = 2;
const SLACK = 0.5;
const THRESHOLD = 2.5;
/** A reading of this confidence, or more, says all it can. */
const FULL_CONFIDENCE = 0.5;
const MAX_POINTS = 10;

export const noChanges = (): Changes => ({ level: 0.5, count: 0, up: null, down: null, points: [] });

/**
 * Page's cumulative sum test (1954), two-sided, on the valence of the readings against the running level of the present
 * stretch. One message adds 1.5 at most and 2.5 are needed, so one odd message is no change and two clear ones are.
 */
export function followChange(
  changes: Changes,
  { valence, confidence }: EmotionReading,
  spoken: { messageId: string; atMs: number },
): Changes {
  if (changes.count === 0) return { ...changes, level: valence, count: 1 };
  const weight = Math.min(1, confidence / FULL_CONFIDENCE);
  const step = weight * Math.min(MOST, Math.max(-MOST, (valence - changes.level) / SPREAD));
  const up = pile(changes.up, step - SLACK, valence, spoken);
  const down = pile(changes.down, -step - SLACK, valence, spoken);
  const found = [up, down].find((side) => side !== null && side.sum > THRESHOLD);
  if (!found) {
    const count = changes.count + 1;
    // The level follows by what the message may say, so that an odd one does not carry it away.
    return { ...changes, level: changes.level + (step * SPREAD) / count, count, up, down };
  }
  const to = found.valences / found.count;
  const point = { messageId: found.messageId, atMs: found.atMs, from: changes.level, to };
  return {
    level: to,
    count: found.count,
    up: null,
    down: null,
    points: [...changes.points, point].slice(-MAX_POINTS),
  };
}

function pile(
  side: Excess | null,
  excess: number,
  valence: number,
  spoken: { messageId: string; atMs: number },
): Excess | null {
  const before = side ?? { sum: 0, ...spoken, valences: 0, count: 0 };
  const sum = before.sum + excess;
  return sum > 0 ? { ...before, sum, valences: before.valences + valence, count: before.count + 1 } : null;
}
