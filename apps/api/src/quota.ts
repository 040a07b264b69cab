import { type AuthenticatedKey, nextMonth, PactError, type Plan, tokensStoredThisMonth } from '@pact/core';
import type { Database } from '@pact/db';

/** Tokens that a workspace may store in a calendar month (UTC). Null: as many as it likes. */
const MONTHLY_TOKENS: Record<Plan, number | null> = {
  free: 10_000,
  starter: 100_000,
  pro: 1_000_000,
  team: null,
};

/** How long a sum that was read is believed. */
const BELIEVED_MS = 5_000;
const MAX_CACHED = 10_000;

export interface Quota {
  /** @throws {PactError} rate_limit_exceeded, when the month's tokens are used up. Keys without a rate limit have no quota. */
  check(caller: AuthenticatedKey, now: Date): Promise<void>;
  /** Tokens that this process stored: counted at once. */
  add(workspaceId: string, tokens: number): void;
}

interface Stored {
  /** The month's end, in ms: a sum of another month is worth nothing. */
  month: number;
  readAt: number;
  tokens: number;
}

/**
 * The monthly token quota of a workspace: a save that begins when it is used up is refused; the one that uses it up is not,
 * nor is reading, ever.
 *
 * How far it may be passed: by the last save itself, by the saves that were under way with it, and by what other processes
 * saved in the 5 s for which a sum is believed. Rate limits bound all three: to a minute's requests of the workspace's keys.
 */
export function createQuota(db: Database): Quota {
  const known = new Map<string, Stored>();
  const reading = new Map<string, Promise<Stored>>();
  const read = async (workspaceId: string, now: Date): Promise<Stored> => {
    const tokens = await tokensStoredThisMonth(db, { workspaceId, now });
    const stored = { month: nextMonth(now).getTime(), readAt: now.getTime(), tokens };
    if (known.size >= MAX_CACHED) known.clear();
    known.set(workspaceId, stored);
    return stored;
  };
  /** However many ask at once, one of them reads. */
  const readOnce = (workspaceId: string, now: Date): Promise<Stored> => {
    const running = reading.get(workspaceId);
    if (running) return running;
    const started = read(workspaceId, now).finally(() => reading.delete(workspaceId));
    reading.set(workspaceId, started);
    return started;
  };
  return {
    check: async ({ workspaceId, plan, rateLimited }, now) => {
      const limit = MONTHLY_TOKENS[plan];
      if (!rateLimited || limit === null) return;
      const believed = known.get(workspaceId);
      const isFresh = believed && Math.abs(now.getTime() - believed.readAt) < BELIEVED_MS;
      const isThisMonth = believed?.month === nextMonth(now).getTime();
      const stored = isFresh && isThisMonth ? believed : await readOnce(workspaceId, now);
      if (stored.tokens >= limit) throw usedUp(plan, limit, now);
    },
    add: (workspaceId, tokens) => {
      const believed = known.get(workspaceId);
      if (believed) believed.tokens += tokens;
    },
  };
}

function usedUp(plan: Plan, limit: number, now: Date): PactError {
  const next = nextMonth(now);
  const date = next.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return new PactError('rate_limit_exceeded', {
    message: `The monthly token quota of plan ${plan} (${limit.toLocaleString('en-US')} tokens) is used up; it begins anew on ${date}.`,
    retryAfter: Math.max(1, Math.ceil((next.getTime() - now.getTime()) / 1_000)),
  });
}
