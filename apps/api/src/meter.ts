import {
  type Actor,
  dayOf,
  USAGE_SLOTS,
  type UsageCount,
  type UsageCounts,
  wasWritten,
  writeUsage,
} from '@pact/core';
import type { Database } from '@pact/db';
import type { Logger } from 'pino';

/** What an answer served, in tokens. */
export interface Served {
  tokensServed: number;
  /** What the whole session has beyond the context that was served in its place; 0 for everything else. */
  tokensSaved: number;
}

/** Counts requests in memory, and writes them in batches. */
export interface Meter extends UsageCounts {
  /** One request that was let in and answered, and what its answer served. */
  count(caller: Actor, served?: Served): void;
  /** Writes what is left, as well as it can. */
  close(): Promise<void>;
}

/** Keys and days that are counted at most while they cannot be written: 10 MB or so. */
const MAX_COUNTS = 50_000;

/** A batch whose connection broke while it was being committed: it may be there or not. */
interface Doubtful {
  transactionId: string;
  counts: UsageCount[];
}

/**
 * Usage of this process, in memory until the next flush: `kill -9` loses some seconds of requests and tokens served, and
 * never tokens stored, which each save counts in its own transaction. A flush that fails is kept for the next one; one whose
 * fate is unknown is asked after, so that nothing is counted twice.
 */
export function createMeter(
  db: Database,
  options: { now: () => Date; log: Pick<Logger, 'warn' | 'error'>; maxCounts?: number },
): Meter {
  const { now, log, maxCounts = MAX_COUNTS } = options;
  const slot = Math.floor(Math.random() * USAGE_SLOTS);
  let counts = new Map<string, UsageCount>();
  let doubtful: Doubtful | undefined;
  let forgotten = 0;
  const add = (count: UsageCount) => {
    const name = `${count.keyId} ${count.day}`;
    const known = counts.get(name);
    if (known) return void merge(known, count);
    if (counts.size < maxCounts) counts.set(name, count);
    else forgotten += count.requests;
  };
  const settle = async ({ transactionId, counts: batch }: Doubtful) => {
    const isWritten = await wasWritten(db, transactionId);
    if (isWritten === undefined) throw new Error('The last batch of usage is still being written.');
    doubtful = undefined;
    if (!isWritten) for (const count of batch) add(count);
  };
  const write = async () => {
    if (doubtful) await settle(doubtful);
    if (counts.size === 0) return;
    const batch = [...counts.values()];
    counts = new Map();
    let transactionId: string | undefined;
    try {
      await writeUsage(db, { counts: batch, slot, begun: (id) => (transactionId = id) });
    } catch (error) {
      if (transactionId) doubtful = { transactionId, counts: batch };
      else for (const count of batch) add(count);
      throw error;
    }
    if (forgotten > 0) log.error({ requests: forgotten }, 'usage was not counted: too many keys at once');
    forgotten = 0;
  };
  let last: Promise<void> = Promise.resolve();
  const flush = () => {
    // One after the other: who asks waits for what was counted before, also by a flush that runs already.
    last = last.then(write, write);
    return last;
  };
  return {
    count: ({ workspaceId, keyId }, { tokensServed, tokensSaved } = { tokensServed: 0, tokensSaved: 0 }) => {
      const at = now();
      add({ workspaceId, keyId, day: dayOf(at), requests: 1, tokensServed, tokensSaved, lastUsedAt: at });
    },
    flush,
    close: async () => {
      await flush().catch(() => {
        const lost = [...counts.values(), ...(doubtful?.counts ?? [])];
        const requests = lost.reduce((sum, count) => sum + count.requests, 0);
        log.error({ requests }, 'usage could not be written before the end');
      });
    },
  };
}

function merge(known: UsageCount, more: UsageCount): void {
  known.requests += more.requests;
  known.tokensServed += more.tokensServed;
  known.tokensSaved += more.tokensSaved;
  if (more.lastUsedAt > known.lastUsedAt) known.lastUsedAt = more.lastUsedAt;
}

/** What a context or a recall served. `sessionTokens` are those of the whole session that a context stands for. */
export function servedBy(answer: { tokenCount: number; sessionTokens?: number | undefined }): Served {
  const { tokenCount, sessionTokens = 0 } = answer;
  return { tokensServed: tokenCount, tokensSaved: Math.max(0, sessionTokens - tokenCount) };
}
