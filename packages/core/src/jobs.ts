import { jobs } from '@pact/db';
import { and, asc, eq, lte } from 'drizzle-orm';
import { changing } from './changes.ts';
import { foldOnce } from './consolidation/index.ts';
import type { Ctx } from './ctx.ts';

/** Attempts after which a job is set aside. */
const MAX_ATTEMPTS = 5;
const BATCH = 20;

type Job = typeof jobs.$inferSelect;

/** Everything of `Ctx` but the actor, who is each job's workspace. */
export type JobCtx = Omit<Ctx, 'actor' | 'idempotency'> & {
  /** What a job's own work is done through, where `db` has the jobs of every workspace in sight. */
  forWorkspace?: (workspaceId: string) => Pick<Ctx, 'db' | 'lagging'>;
};

/**
 * Runs the jobs that are due, of every workspace or of one session, oldest first. A job that fails is tried again, later
 * each time, until it is set aside for a person to look at; its session is as it was before the attempt.
 * @returns how many succeeded, and why the others did not.
 */
export async function runDueJobs(
  ctx: JobCtx,
  scope?: { workspaceId: string; sessionId: string },
): Promise<{ done: number; failures: unknown[] }> {
  const due = await ctx.db
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.state, 'waiting'),
        lte(jobs.runAfter, ctx.now()),
        scope && eq(jobs.workspaceId, scope.workspaceId),
        scope && eq(jobs.sessionId, scope.sessionId),
      ),
    )
    .orderBy(asc(jobs.runAfter), asc(jobs.id))
    .limit(BATCH);
  const failures: unknown[] = [];
  let done = 0;
  for (const job of due) {
    try {
      if (!(await claim(ctx, job))) continue;
      while (await runOnce(ctx, job));
      done += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  return { done, failures };
}

/** Seconds by which the oldest job that is due is late, over all workspaces; 0 when none is. */
export async function jobLag(db: JobCtx['db'], now: Date): Promise<number> {
  const [oldest] = await db
    .select({ runAfter: jobs.runAfter })
    .from(jobs)
    .where(and(eq(jobs.state, 'waiting'), lte(jobs.runAfter, now)))
    .orderBy(asc(jobs.runAfter))
    .limit(1);
  return oldest ? Math.max(0, now.getTime() - oldest.runAfter.getTime()) / 1_000 : 0;
}

/**
 * Takes the job for an attempt, in a statement of its own: the attempt counts even when it ends this process. Until the
 * next one is due, nobody else takes it.
 * @returns false when someone else did, or the job is done.
 */
async function claim({ db, now }: JobCtx, job: Job): Promise<boolean> {
  const attempts = job.attempts + 1;
  const taken = await db
    .update(jobs)
    .set({
      attempts,
      state: attempts >= MAX_ATTEMPTS ? 'failed' : 'waiting',
      runAfter: new Date(now().getTime() + 1_000 * 4 ** attempts),
    })
    .where(and(eq(jobs.workspaceId, job.workspaceId), eq(jobs.id, job.id), eq(jobs.attempts, job.attempts)))
    .returning({ id: jobs.id });
  return taken.length > 0;
}

/** Does a part of the job's work in one transaction; the last part removes the job. Returns whether there is more. */
function runOnce(ctx: JobCtx, job: Job): Promise<boolean> {
  const { forWorkspace, ...rest } = ctx;
  const actor = { workspaceId: job.workspaceId, keyId: 'job' };
  const own: Ctx = { ...rest, ...forWorkspace?.(job.workspaceId), actor };
  const fold = () =>
    own.db.transaction((transaction) => {
      const db = transaction as unknown as Ctx['db'];
      return foldOnce({ ...own, db }, { sessionId: job.sessionId, trigger: 'threshold' });
    });
  return changing(own, [job.sessionId], fold);
}
