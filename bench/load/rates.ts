import { summarize } from '../environment.ts';

/** How often something was done, and how long each took. */
export interface Rate {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  count: number;
  failed: number;
}

/** Runs `clients` loops at once, each doing `work` again and again for `seconds`, after a tenth of that to warm up. */
export async function rateOf(
  clients: number,
  seconds: number,
  work: (client: number, at: number) => Promise<unknown>,
): Promise<Rate> {
  const durations: number[] = [];
  const begin = performance.now() + seconds * 100;
  const end = begin + seconds * 1_000;
  let failed = 0;
  const loop = async (client: number) => {
    for (let at = 0; performance.now() < end; at += 1) {
      const started = performance.now();
      const isGood = await work(client, at).then(
        () => true,
        () => false,
      );
      const ended = performance.now();
      if (started < begin || ended > end) continue;
      if (isGood) durations.push(ended - started);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => loop(client)));
  return { perSecond: durations.length / seconds, ...summarize(durations), count: durations.length, failed };
}

export const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** One line of the table out of the same measurement of several rounds. */
export function showRates(rates: Rate[]): Record<string, string | number> {
  const of = (pick: (rate: Rate) => number) => median(rates.map(pick));
  return {
    'a second': Math.round(of(({ perSecond }) => perSecond)),
    'p50 ms': Number(of(({ p50 }) => p50).toFixed(2)),
    'p99 ms': Number(of(({ p99 }) => p99).toFixed(2)),
    n: rates.reduce((sum, { count }) => sum + count, 0),
    failed: rates.reduce((sum, { failed }) => sum + failed, 0),
  };
}
