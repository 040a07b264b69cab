import { bootstrap, type Measured, meanOf } from '../bootstrap.ts';

const SLACK = 0.005;

export function show({ value, low, high }: Measured): string {
  return `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

export function share(of: readonly boolean[]): Measured {
  return meanOf(of.map(Number));
}

export function correlation(found: readonly number[], truth: readonly number[]): Measured {
  return bootstrap(found.length, (drawn) => {
    let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
    for (const row of drawn) {
      const [a, b] = [found[row]!, truth[row]!];
      x += a;
      y += b;
      xx += a * a;
      yy += b * b;
      xy += a * b;
    }
    const n = drawn.length;
    const spread = Math.sqrt((xx / n - (x / n) ** 2) * (yy / n - (y / n) ** 2));
    return spread > 0 ? (xy / n - (x / n) * (y / n)) / spread : 0;
  });
}

/**
 * For each column the cut that gives the best expected F1 on these rows: the middle of those that nearly do. A row counts
 * as a hit by its label for `labelShare`, by its score for the rest: rare columns have few labels to go by.
 */
export function thresholdsOf(scores: number[][], truth: boolean[][], labelShare: number): number[] {
  return scores[0]!.map((_, column) => {
    const order = [...scores.keys()].sort((a, b) => scores[b]![column]! - scores[a]![column]!);
    const worth = truth.map(
      (row, at) => labelShare * Number(row[column]) + (1 - labelShare) * scores[at]![column]!,
    );
    const given = worth.reduce((sum, value) => sum + value, 0);
    let hits = 0;
    const f1 = order.map((row, at) => {
      hits += worth[row]!;
      return (2 * hits) / (at + 1 + given);
    });
    const best = Math.max(...f1);
    const good = order.filter((_, at) => f1[at]! >= best - SLACK);
    return scores[good[good.length >> 1]!]![column]!;
  });
}

/** Mean of the columns' F1. */
export function macroF1(scores: number[][], truth: boolean[][], cuts: readonly number[]): Measured {
  const guess = scores.map((row) => row.map((value, column) => value >= cuts[column]!));
  return bootstrap(scores.length, (drawn) => {
    let sum = 0;
    for (const column of cuts.keys()) {
      let [both, either] = [0, 0];
      for (const row of drawn) {
        const [said, given] = [guess[row]![column]!, truth[row]![column]!];
        if (said && given) both += 1;
        either += Number(said) + Number(given);
      }
      sum += either === 0 ? 0 : (2 * both) / either;
    }
    return sum / cuts.length;
  });
}

/** Expected calibration error: ten equal bins of confidence, each bin's |share right − mean confidence| by its size. */
export function calibrationError(confidences: readonly number[], right: readonly boolean[]): Measured {
  return bootstrap(right.length, (drawn) => {
    const bins = Array.from({ length: 10 }, () => 0);
    for (const row of drawn)
      bins[Math.min(9, Math.floor(10 * confidences[row]!))]! += Number(right[row]) - confidences[row]!;
    return bins.reduce((sum, gap) => sum + Math.abs(gap), 0) / drawn.length;
  });
}
