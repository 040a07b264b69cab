import type { EmotionReading } from '../ctx.ts';

/**
 * How a user's feeling moves, in the terms of utterance emotion dynamics (Hipson and Mohammad, 2021): the home base to
 * which it returns, its variability, and the rise and recovery of displacements from home; and its inertia, the
 * correlation of a message with the one before (Kuppens, Allen and Sheeber, 2010). Sums forget with a memory of some
 * 200 messages: a person may change.
 */
export interface Dynamics {
  /** Messages, as far as they are remembered. */
  weight: number;
  valence: number;
  arousal: number;
  /** Sums of squares of valence, and of products of neighbours; how many products. */
  squares: number;
  products: number;
  productWeight: number;
  last: number | null;
  /** The displacement that is under way, in messages and in valence from home. */
  away: { turns: number; peak: number; turnsToPeak: number } | null;
  /** Those that ended: their number, and the sums of their rates. */
  displacements: number;
  rises: number;
  recoveries: number;
}

const REMEMBERED = 1 - 1 / 200;
/** Messages at neutral that stand for a person of whom nothing is known yet. */
const PRIOR_WEIGHT = 12;
const PRIOR_MEAN = 0.5;
/** Home reaches this many standard deviations from its middle, and this much valence at least. */
const HOME_DEVIATIONS = 1;
const LEAST_HOME = 0.1;
/** Messages from which variability and inertia can be told. */
const ENOUGH = 5;

export const noDynamics = (): Dynamics => ({
  weight: 0,
  valence: 0,
  arousal: 0,
  squares: 0,
  products: 0,
  productWeight: 0,
  last: null,
  away: null,
  displacements: 0,
  rises: 0,
  recoveries: 0,
});

/** Where the user usually is: the mean of their messages, drawn to neutral while there are few. Both 0 to 1. */
export function homeBase({ weight, valence, arousal }: Dynamics): { valence: number; arousal: number } {
  const mean = (sum: number) => (PRIOR_WEIGHT * PRIOR_MEAN + sum) / (PRIOR_WEIGHT + weight);
  return { valence: mean(valence), arousal: mean(arousal) };
}

/** What can be told of the movement; null where there is too little to tell it from. */
export interface Movement {
  /** Standard deviation of valence over messages, 0 to 0.5. */
  variability: number | null;
  /** Correlation of valence with that of the message before, −1 to 1: high means that feelings last. */
  inertia: number | null;
  /** Valence a message by which displacements leave home, and by which they come back. */
  riseRate: number | null;
  recoveryRate: number | null;
}

export function movementOf(dynamics: Dynamics): Movement {
  const { displacements, rises, recoveries } = dynamics;
  const isEnough = dynamics.weight >= ENOUGH - 0.5;
  const variance = varianceOf(dynamics);
  const mean = dynamics.valence / Math.max(1, dynamics.weight);
  const covariance = dynamics.products / Math.max(1, dynamics.productWeight) - mean * mean;
  return {
    variability: isEnough ? Math.sqrt(variance) : null,
    inertia: isEnough && variance > 1e-4 ? Math.min(1, Math.max(-1, covariance / variance)) : null,
    riseRate: displacements > 0 ? rises / displacements : null,
    recoveryRate: displacements > 0 ? recoveries / displacements : null,
  };
}

/** The dynamics after one more reading. */
export function followDynamics(dynamics: Dynamics, { valence, arousal }: EmotionReading): Dynamics {
  const { last } = dynamics;
  return {
    weight: dynamics.weight * REMEMBERED + 1,
    valence: dynamics.valence * REMEMBERED + valence,
    arousal: dynamics.arousal * REMEMBERED + arousal,
    squares: dynamics.squares * REMEMBERED + valence * valence,
    products: dynamics.products * REMEMBERED + (last === null ? 0 : last * valence),
    productWeight: dynamics.productWeight * REMEMBERED + (last === null ? 0 : 1),
    last: valence,
    ...followDisplacement(dynamics, valence),
  };
}

function followDisplacement(dynamics: Dynamics, valence: number) {
  const { away, displacements, rises, recoveries } = dynamics;
  const reach = Math.max(LEAST_HOME, HOME_DEVIATIONS * Math.sqrt(varianceOf(dynamics)));
  const distance = Math.abs(valence - homeBase(dynamics).valence);
  if (distance > reach) {
    const turns = (away?.turns ?? 0) + 1;
    const isPeak = distance > (away?.peak ?? 0);
    return {
      away: { turns, peak: isPeak ? distance : away!.peak, turnsToPeak: isPeak ? turns : away!.turnsToPeak },
      displacements,
      rises,
      recoveries,
    };
  }
  if (away === null) return { away, displacements, rises, recoveries };
  return {
    away: null,
    displacements: displacements * REMEMBERED + 1,
    rises: rises * REMEMBERED + away.peak / away.turnsToPeak,
    recoveries: recoveries * REMEMBERED + away.peak / (away.turns - away.turnsToPeak + 1),
  };
}

function varianceOf({ weight, valence, squares }: Dynamics): number {
  const mean = valence / Math.max(1, weight);
  return Math.max(0, squares / Math.max(1, weight) - mean * mean);
}
