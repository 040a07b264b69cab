import { ArchiveAwayError } from './archive/away.ts';
import { archiveSession, enqueueUnfinished, scanForArchiving, sweepArchive } from './archive/move.ts';
import { changing } from './changes.ts';
import { foldOnce } from './consolidation/index.ts';
import { passesThreshold } from './consolidation/threshold.ts';
import type { Ctx, Job } from './ctx.ts';
import { continueErasure } from './erasure.ts';
import { PactError } from './errors.ts';
import { sweepIdempotencyRecords } from './idempotency.ts';
import { findSession } from './sessions.ts';
import { rollUpUsage } from './usage-rollup.ts';

/** When work that needs the archive is tried again while the archive is away. It is never given up: nothing is lost by waiting. */
const ARCHIVE_AWAY_MS = 5 * 60_000;

/** Everything of `Ctx` but the actor, who is each job's workspace. */
export type JobCtx = Omit<Ctx, 'actor' | 'idempotency'> & {
  /** What a job's own work is done through, where `db` has every workspace in sight. */
  forWorkspace?: (workspaceId: string) => Pick<Ctx, 'db' | 'lagging'>;
};

/**
 * Does a job. Done twice, or by two at once, it is done once to effect: each looks at what is there and takes its locks.
 * @returns `postponed` where the archive is away and the job waits for it again; nothing of it was done by halves.
 * @throws whatever kept it from being done; it may be tried again.
 */
export async function runJob(ctx: JobCtx, job: Job): Promise<'done' | 'postponed'> {
  try {
    await perform(ctx, job);
    return 'done';
  } catch (error) {
    if (!(error instanceof ArchiveAwayError)) throw error;
    await ctx.queue?.enqueue(ctx.db, job, ARCHIVE_AWAY_MS);
    return 'postponed';
  }
}

/**
 * Folds what passed the session's threshold, now; where nothing passes it, as after the replay of a save, nothing. Of two at
 * once the second finds nothing left to do.
 * @throws {PactError} not_found.
 */
export async function foldDue(
  ctx: JobCtx,
  { workspaceId, sessionId }: { workspaceId: string; sessionId: string },
): Promise<void> {
  const inner = onBehalfOf(ctx, workspaceId);
  if (!passesThreshold(await findSession(inner, sessionId))) return;
  // A transaction a batch: a backlog of thousands holds nobody up for long.
  while (await changing(inner, [sessionId], () => foldBatch(inner, sessionId)));
}

function foldBatch(ctx: Ctx, sessionId: string): Promise<boolean> {
  return ctx.db.transaction((transaction) => {
    const db = transaction as unknown as Ctx['db'];
    return foldOnce({ ...ctx, db }, { sessionId, trigger: 'threshold' });
  });
}

async function perform(ctx: JobCtx, job: Job): Promise<void> {
  switch (job.kind) {
    case 'consolidate':
      return unlessGone(foldDue(ctx, job));
    case 'archive':
      return archiveSession(onBehalfOf(ctx, job.workspaceId), job);
    case 'archive-sweep':
      return sweepArchive(onBehalfOf(ctx, job.workspaceId), job);
    case 'erase':
      return continueErasure(onBehalfOf(ctx, job.workspaceId), job);
    case 'archive-scan':
      return scanForArchiving(ctx);
    case 'usage-rollup':
      return void (await rollUpUsage(ctx));
    case 'sweep':
      await sweepIdempotencyRecords(ctx.db, ctx.now());
      return enqueueUnfinished(ctx);
  }
}

const onBehalfOf = ({ forWorkspace, ...ctx }: JobCtx, workspaceId: string): Ctx => ({
  ...ctx,
  ...forWorkspace?.(workspaceId),
  actor: { workspaceId, keyId: 'job' },
});

/** A session that was erased meanwhile has nothing left to do. */
async function unlessGone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PactError && error.code === 'not_found')) throw error;
  }
}
