import type { Plan } from '@pact/core';

/** Requests that a plan allows in a window; a plan without a window of some length is not limited in it. */
interface Window {
  seconds: number;
  requests: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const PLAN_WINDOWS: Record<Plan, readonly Window[]> = {
  free: [
    { seconds: MINUTE, requests: 10 },
    { seconds: HOUR, requests: 100 },
    { seconds: DAY, requests: 1_000 },
  ],
  starter: [
    { seconds: MINUTE, requests: 60 },
    { seconds: HOUR, requests: 1_000 },
    { seconds: DAY, requests: 10_000 },
  ],
  pro: [
    { seconds: MINUTE, requests: 300 },
    { seconds: HOUR, requests: 10_000 },
    { seconds: DAY, requests: 100_000 },
  ],
  team: [
    { seconds: MINUTE, requests: 1_000 },
    { seconds: HOUR, requests: 50_000 },
  ],
};

/** Whether a request may pass, and the window nearest to empty, for the answer's headers. */
interface Decision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Unix seconds at which that window begins anew. */
  reset: number;
}

export interface RateLimiter {
  decide(key: { keyId: string; plan: Plan; rateLimited: boolean }, now: Date): Decision;
}

interface Count {
  start: number;
  used: number;
}

/** Keys that are counted before the ones whose windows are over are forgotten. */
const MAX_KEYS = 10_000;

/**
 * Fixed windows, counted in this process. All windows of a plan are decided together: a request that one of them refuses
 * uses up none.
 */
export function createRateLimiter(): RateLimiter {
  const counts = new Map<string, Count[]>();
  return {
    decide({ keyId, plan, rateLimited }, now) {
      const seconds = Math.floor(now.getTime() / 1_000);
      const windows = PLAN_WINDOWS[plan];
      const [first] = windows;
      if (!rateLimited) {
        // Never runs out, because nothing is counted.
        return {
          allowed: true,
          limit: first!.requests,
          remaining: first!.requests,
          reset: seconds + first!.seconds,
        };
      }
      if (counts.size > MAX_KEYS) forgetOld(counts, seconds);
      const current = windows.map((window, at) => currentCount(counts.get(keyId)?.[at], window, seconds));
      const allowed = windows.every((window, at) => current[at]!.used < window.requests);
      if (allowed) for (const count of current) count.used += 1;
      counts.set(keyId, current);
      return { allowed, ...nearestToEmpty(windows, current) };
    },
  };
}

function currentCount(known: Count | undefined, window: Window, seconds: number): Count {
  const start = seconds - (seconds % window.seconds);
  return known?.start === start ? known : { start, used: 0 };
}

function nearestToEmpty(windows: readonly Window[], counts: Count[]): Omit<Decision, 'allowed'> {
  return (
    windows
      .map((window, at) => ({
        limit: window.requests,
        remaining: Math.max(0, window.requests - counts[at]!.used),
        reset: counts[at]!.start + window.seconds,
      }))
      // Of several that are empty, the one that stays so longest says when to come back.
      .sort((a, b) => a.remaining - b.remaining || b.reset - a.reset)[0]!
  );
}

function forgetOld(counts: Map<string, Count[]>, seconds: number): void {
  for (const [keyId, [minute]] of counts) if (minute && seconds - minute.start > DAY) counts.delete(keyId);
}
