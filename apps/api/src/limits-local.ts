import type { Count, Verdict, Window } from './limits-windows.ts';

/** Keys that are counted before the ones whose windows are over are looked for. */
const MAX_KEYS = 10_000;
const SWEEP_SECONDS = 60;

interface LocalWindows {
  /** A clock that jumps, either way, begins a new window: nobody is shut out for longer than one lasts. */
  decide(keyId: string, windows: readonly Window[], now: Date): Verdict;
  /** Takes over what all processes together have used. */
  learn(keyId: string, windows: readonly Window[], counts: Count[]): void;
}

/** Fixed windows, counted in this process: one synchronous step, so that no two requests see the same count. */
export function createLocalWindows(): LocalWindows {
  const known = new Map<string, { counts: Count[]; until: number }>();
  let sweptAt = 0;
  const keep = (keyId: string, windows: readonly Window[], counts: Count[]) => {
    const ends = windows.map(({ seconds }, index) => counts[index]!.start + seconds);
    known.set(keyId, { counts, until: Math.max(...ends) });
  };
  const sweep = (seconds: number) => {
    if (known.size <= MAX_KEYS || Math.abs(seconds - sweptAt) < SWEEP_SECONDS) return;
    sweptAt = seconds;
    for (const [keyId, { until }] of known) if (until <= seconds) known.delete(keyId);
  };
  return {
    decide: (keyId, windows, now) => {
      const at = Math.floor(now.getTime() / 1_000);
      const before = known.get(keyId)?.counts;
      const counts = windows.map(({ seconds }, index) => countAt(before?.[index], at - (at % seconds)));
      const allowed = windows.every(({ requests }, index) => counts[index]!.used < requests);
      if (allowed) for (const count of counts) count.used += 1;
      keep(keyId, windows, counts);
      sweep(at);
      return { allowed, counts, at };
    },
    learn: (keyId, windows, counts) => {
      keep(keyId, windows, counts);
      sweep(counts[0]!.start);
    },
  };
}

function countAt(known: Count | undefined, start: number): Count {
  return known?.start === start ? known : { start, used: 0 };
}
