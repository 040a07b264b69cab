import { type JobCtx, runJob } from '@pact/core';
import type { Logger } from 'pino';
import type { JobQueue, TakenJob } from './queue.ts';
import { silent, type Telemetry } from './telemetry/index.ts';

type Kind = TakenJob['job']['kind'];

/** How often due jobs are looked for. What a save left to fold is done by the save: this finds what a crash left. */
const POLL_MS = 2_000;
/** Jobs of time, and the seconds between two, whichever process they run in. */
const TIMES = { sweep: 60, 'usage-rollup': 3_600, 'archive-scan': 6 * 3_600 } as const;
/** How often the clock is looked at for them. */
const TICK_MS = 30_000;

interface WorkOptions {
  pollMs?: number;
  /** Told of each job that did not fail. */
  onDone?: (job: TakenJob['job']) => void;
  telemetry?: Pick<Telemetry, 'span'>;
}

export interface Working {
  /** Takes no more jobs; resolves when those that run are done. */
  stop(): Promise<void>;
}

/** Takes jobs and runs them, one of a kind at a time, until it is stopped. Never fails: what fails is tried again. */
export function startWorking(
  queue: JobQueue,
  domain: JobCtx,
  log: Pick<Logger, 'warn' | 'error' | 'info'>,
  { pollMs = POLL_MS, onDone, telemetry = silent }: WorkOptions = {},
): Working {
  const running = new Map<Kind, Promise<void>>();
  let isStopping = false;
  const drain = async (kind: Kind) => {
    while (!isStopping) {
      const taken = await queue.take(kind);
      if (!taken) return;
      const run = () => runTaken(queue, domain, log, taken);
      if (await telemetry.span(`job ${kind}`, {}, run)) onDone?.(taken.job);
    }
  };
  const poll = again(pollMs, async () => {
    for (const kind of await queue.due()) {
      if (isStopping || running.has(kind)) continue;
      const work = drain(kind)
        .catch((error: unknown) => log.warn({ err: nameOf(error), kind }, 'jobs cannot be taken'))
        .finally(() => running.delete(kind));
      running.set(kind, work);
    }
  });
  let isFirst = true;
  const tick = again(TICK_MS, async () => {
    // An archive that is new with this start has what was folded before it to take over.
    if (isFirst && domain.archive) await queue.enqueue(domain.db, { kind: 'archive-scan' });
    isFirst = false;
    for (const [kind, seconds] of Object.entries(TIMES))
      await queue.tick(kind as keyof typeof TIMES, seconds);
  });
  return {
    stop: async () => {
      isStopping = true;
      await Promise.all([poll.stop(), tick.stop()]);
      await Promise.all(running.values());
    },
  };
}

/**
 * A job whose success cannot be noted runs again when it expires: it finds its work done.
 * @returns false when it failed.
 */
async function runTaken(
  queue: JobQueue,
  domain: JobCtx,
  log: Pick<Logger, 'warn' | 'error'>,
  taken: TakenJob,
): Promise<boolean> {
  const { kind } = taken.job;
  try {
    const outcome = await runJob(domain, taken.job);
    if (outcome === 'postponed') log.warn({ kind }, 'the archive cannot be reached; the job waits for it');
  } catch (error) {
    log.error({ err: nameOf(error), kind, job: taken.id }, 'job failed');
    await queue.failed(taken, error);
    return false;
  }
  await queue.succeeded(taken);
  return true;
}

/** Does something at once and again and again, never twice at once. What fails is done again next time. */
function again(intervalMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let underWay: Promise<void> | undefined;
  const run = () => {
    underWay ??= work()
      .catch(() => {})
      .finally(() => {
        underWay = undefined;
      });
  };
  const timer = setInterval(run, intervalMs);
  timer.unref();
  run();
  return {
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}

/** An error's kind. Its words may quote what somebody wrote, so they are not logged. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
