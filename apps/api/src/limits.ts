import type { AuthenticatedKey, Plan } from '@pact/core';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createLocalWindows } from './limits-local.ts';
import { createSharedWindows } from './limits-redis.ts';
import { PLAN_WINDOWS, type Verdict, type Window } from './limits-windows.ts';

/** Whether a request may pass, and the window nearest to empty, for the answer's headers. */
interface Decision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Unix seconds at which that window begins anew. */
  reset: number;
  /** Seconds until then, by the clock that decided: this process's own may be wrong. */
  retryAfter: number;
}

export interface RateLimiter {
  /** Counts a request, or refuses it. Never fails, and is done in about a tenth of a second at worst. */
  decide(key: Pick<AuthenticatedKey, 'keyId' | 'plan' | 'rateLimited'>, now: Date): Promise<Decision>;
  /** False while Redis is configured and this process counts by itself, because it does not answer. */
  isShared(): boolean;
}

/**
 * After a failure Redis is left alone for so long; then one request asks again while the others go on locally. So an outage
 * costs one request a wait now and then, and not each of them.
 */
const REST_MS = 2_000;

/**
 * Fixed windows a key, counted in Redis for all processes together; in this process alone where there is no Redis, or while
 * it is away or slow. All windows of a plan are decided together: a request that one of them refuses uses up none.
 *
 * An outage neither opens nor closes the door: the local counts begin where Redis's last answer to this process left them.
 * While it lasts, each process lets as much through as is left; what was counted so is not told to Redis afterwards.
 */
export function createRateLimiter(
  options: {
    redis?: Redis | undefined;
    log?: Pick<Logger, 'warn' | 'info'>;
    plans?: typeof PLAN_WINDOWS;
  } = {},
): RateLimiter {
  const { redis, log, plans = PLAN_WINDOWS } = options;
  const local = createLocalWindows();
  const shared = redis && restingAfterFailure(createSharedWindows(redis, plans), log);
  return {
    decide: async ({ keyId, plan, rateLimited }, now) => {
      const windows = plans[plan];
      if (!rateLimited) return unlimited(windows, now);
      const verdict = await shared?.decide(keyId, plan);
      if (verdict) local.learn(keyId, windows, verdict.counts);
      return present(windows, verdict ?? local.decide(keyId, windows, now));
    },
    isShared: () => shared?.isAnswering() ?? true,
  };
}

function restingAfterFailure(
  windows: ReturnType<typeof createSharedWindows>,
  log: Pick<Logger, 'warn' | 'info'> | undefined,
) {
  // The clock that never jumps.
  let restsUntil = 0;
  let isAnswering = true;
  const failed = (error: unknown) => {
    restsUntil = performance.now() + REST_MS;
    if (isAnswering) {
      const kind = error instanceof Error ? error.name : typeof error;
      log?.warn({ err: kind }, 'Redis does not decide rate limits; this process keeps them by itself');
    }
    isAnswering = false;
  };
  return {
    /** @returns undefined when Redis gave no answer. */
    decide: async (keyId: string, plan: Plan): Promise<Verdict | undefined> => {
      if (performance.now() < restsUntil) return undefined;
      // The first to ask again asks alone.
      if (!isAnswering) restsUntil = performance.now() + REST_MS;
      try {
        const verdict = await windows.decide(keyId, plan);
        if (!isAnswering) log?.info('Redis decides rate limits again');
        isAnswering = true;
        restsUntil = 0;
        return verdict;
      } catch (error) {
        failed(error);
        return undefined;
      }
    },
    // Rested, and not asked since: as good as any other.
    isAnswering: () => isAnswering || performance.now() >= restsUntil,
  };
}

/** Never runs out, because nothing is counted. */
function unlimited([first]: readonly Window[], now: Date): Decision {
  const { requests, seconds } = first!;
  const reset = Math.floor(now.getTime() / 1_000) + seconds;
  return { allowed: true, limit: requests, remaining: requests, reset, retryAfter: seconds };
}

function present(windows: readonly Window[], { allowed, counts, at }: Verdict): Decision {
  const states = windows.map(({ requests, seconds }, index) => {
    const { start, used } = counts[index]!;
    return { limit: requests, remaining: Math.max(0, requests - used), reset: start + seconds };
  });
  // Of several that are empty, the one that stays so longest says when to come back.
  const [nearest] = states.sort((a, b) => a.remaining - b.remaining || b.reset - a.reset);
  return { allowed, ...nearest!, retryAfter: Math.max(1, nearest!.reset - at) };
}
