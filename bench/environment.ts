import { cpus, totalmem } from 'node:os';

/** What a figure means nothing without. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim()}, ${memory} GB, Node ${process.version}, ${process.platform}`;
}

/** Median and 99th percentile of some durations, in milliseconds. */
export function summarize(durationsMs: number[]): { p50: number; p99: number } {
  const sorted = [...durationsMs].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Runs something several times, one after the other, and times each. */
export async function time(times: number, work: (at: number) => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let at = 0; at < times; at++) {
    const started = performance.now();
    await work(at);
    durations.push(performance.now() - started);
  }
  return durations;
}
