const RESAMPLES = 1000;

/** A value with its 95 % bootstrap interval. */
export interface Measured {
  value: number;
  low: number;
  high: number;
}

/**
 * `measure` of all rows, and how it varies when as many rows are drawn again with replacement (the percentile bootstrap;
 * Efron, 1979). From a fixed seed: the same each run.
 */
export function bootstrap(rows: number, measure: (drawn: Int32Array) => number): Measured {
  const random = generator(20_251);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const values = Array.from({ length: RESAMPLES }, () => measure(all.map(() => Math.floor(random() * rows))));
  values.sort((a, b) => a - b);
  return { value: measure(all), low: values[0.025 * RESAMPLES]!, high: values[0.975 * RESAMPLES - 1]! };
}

/** The mean of some values, with its interval. */
export function meanOf(values: readonly number[]): Measured {
  return bootstrap(values.length, (drawn) => {
    let sum = 0;
    for (const row of drawn) sum += values[row]!;
    return sum / Math.max(1, drawn.length);
  });
}

/** Mulberry32: a small generator of numbers in [0, 1) from a seed. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
