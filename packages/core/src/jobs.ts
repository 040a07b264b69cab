import { jobs, sessions } from '@pact/db';
import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { fold } from './consolidation/index.ts';
import type { Ctx } from './ctx.ts';

/** Attempts after which a job is set aside for a person to look at. */
const MAX_ATTEMPTS = 5;
const BATCH = 20;

type Job = typeof jobs.$inferSelect;

/** Everything of `Ctx` but the actor, who is each job's workspace. */
export type JobCtx = Omit<Ctx, 'actor' | 'idempotency'>;

/**
 * Runs the jobs that are due, of every workspace or of one session, oldest first. A job that fails waits longer each
 * time; its session is as it was before the attempt.
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
  for (const job of due) {
    await run(ctx, job).catch(async (error: unknown) => {
      failures.push(error);
      await postpone(ctx, job, error);
    });
  }
  return { done: due.length - failures.length, failures };
}

/**
 * Does the job's work and removes it, in one transaction. The session is locked before the job is looked at, as every
 * writer does it: no two of them can wait for each other. A job that someone else did is gone by then.
 */
function run(ctx: JobCtx, job: Job): Promise<void> {
  return ctx.db.transaction(async (transaction) => {
    const db = transaction as unknown as Ctx['db'];
    const inner: Ctx = { ...ctx, db, actor: { workspaceId: job.workspaceId, keyId: 'job' } };
    await db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.workspaceId, job.workspaceId), eq(sessions.id, job.sessionId)))
      .for('update');
    const [mine] = await db
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.workspaceId, job.workspaceId), eq(jobs.id, job.id), eq(jobs.state, 'waiting')));
    if (mine) await fold(inner, { sessionId: job.sessionId, trigger: 'threshold' });
  });
}

async function postpone({ db, now }: JobCtx, job: Job, error: unknown): Promise<void> {
  const attempts = job.attempts + 1;
  await db
    .update(jobs)
    .set({
      attempts,
      state: attempts >= MAX_ATTEMPTS ? 'failed' : 'waiting',
      runAfter: new Date(now().getTime() + 1_000 * 4 ** attempts),
      // The kind of failure, never its words: they may quote a message.
      lastError: error instanceof Error ? error.name : sql`null`,
    })
    .where(and(eq(jobs.workspaceId, job.workspaceId), eq(jobs.id, job.id)));
}
