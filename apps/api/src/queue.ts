import type { Job, Queue } from '@pact/core';
import { type Connection, type Database, statement } from '@pact/db';
import PgBoss from 'pg-boss';
import type { Logger } from 'pino';

/** Attempts after the first, each waiting about twice as long as the one before. */
const RETRIES = 4;
const RETRY_DELAY_SECONDS = 2;
/** A job whose process died is taken up again after this; it does no harm to one that merely takes long. */
const EXPIRE_SECONDS: Record<Job['kind'], number> = {
  consolidate: 60,
  archive: 300,
  'archive-sweep': 300,
  erase: 300,
  'archive-scan': 600,
  'usage-rollup': 300,
  sweep: 300,
};
const KINDS = Object.keys(EXPIRE_SECONDS) as Job['kind'][];
/** How often dead processes' jobs are looked for. */
const MAINTENANCE_SECONDS = 30;
/** How long a job may wait beyond its time, and a dead one be looked at. */
const RETENTION_DAYS = 30;
/** Where jobs go that failed every time. */
const DEAD_LETTERS = 'dead-letter';
/** Any constant: it names the lock under which the queue's tables are made. */
const INSTALL_LOCK = 7_228_002;
/** A database that is away is said once in this time, not once a poll. */
const COMPLAINT_MS = 60_000;

/** A job that failed every time. */
interface DeadJob {
  id: string;
  job: Job;
  failedAt: string;
  /** Kind of what went wrong; never its words. */
  failure: string;
}

/** A job that was taken, and is this process's until it expires. */
export interface TakenJob {
  id: string;
  job: Job;
}

/** The queue as the process sees it: core's port, and what takes jobs from it. */
export interface JobQueue extends Queue {
  /** Kinds of which a job is due. */
  due(): Promise<Job['kind'][]>;
  take(kind: Job['kind']): Promise<TakenJob | undefined>;
  succeeded(taken: TakenJob): Promise<void>;
  /** It is tried again later, or set aside when it failed too often. */
  failed(taken: TakenJob, error: unknown): Promise<void>;
  /** Makes a job of time due, unless that happened within so many seconds, in any process. */
  tick(kind: 'archive-scan' | 'usage-rollup' | 'sweep', everySeconds: number): Promise<void>;
  dead(): Promise<DeadJob[]>;
  /** Seconds by which the oldest fold that is due is late, over all workspaces; 0 when none is. */
  lag(): Promise<number>;
  /** Gives a dead job its attempts again. @returns false when there is no such dead job. */
  retry(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Jobs in tables of their own in the product's database, by pg-boss: on PostgreSQL and on the embedded engine alike. Only
 * its storage is used: its own loop leaves an answer of the database unwatched, and a failed one would end the process.
 */
export async function openQueue(
  connection: Connection,
  log: Pick<Logger, 'warn'>,
  { maintenanceSeconds = MAINTENANCE_SECONDS }: { maintenanceSeconds?: number } = {},
): Promise<JobQueue> {
  const boss = new PgBoss({
    // Tables are the owner's to make and to look after; jobs are sent and taken through handles of the service's own.
    db: {
      executeSql: async (text, values) => ({ rows: await connection.script(text, values) }),
    },
    schedule: false,
    maintenanceIntervalSeconds: maintenanceSeconds,
    deleteAfterDays: 1,
  });
  let complainedAt = Number.NEGATIVE_INFINITY;
  boss.on('error', (error) => {
    if (performance.now() - complainedAt < COMPLAINT_MS) return;
    complainedAt = performance.now();
    log.warn({ err: error instanceof Error ? error.name : typeof error }, 'the queue cannot be maintained');
  });
  await oneAtATime(connection, async () => {
    await boss.start();
    await connection.script(GRANTS);
    await makeQueues(connection, boss);
  });
  return jobQueue(connection, boss);
}

function jobQueue({ acrossWorkspaces: db }: Connection, boss: PgBoss): JobQueue {
  const send = (at: Database, job: Job, options: PgBoss.SendOptions) =>
    boss.send(job.kind, job, { ...options, db: executor(at) });
  const own = { db: executor(db) };
  return {
    enqueue: async (at, job, afterMs = 0) => {
      const startAfter = Math.ceil(afterMs / 1_000);
      const isNew = await send(at, job, { singletonKey: keyOf(job), startAfter });
      if (!isNew) await statement(at, HASTEN, [job.kind, keyOf(job), startAfter]);
    },
    done: async (at, job) => {
      await statement(at, REMOVE_WAITING, [job.kind, keyOf(job)]);
    },
    forget: (at, { workspaceId, sessionId }) => forget(at, workspaceId, sessionId),
    due: async () => (await statement<{ kind: Job['kind'] }>(db, DUE, [KINDS])).map(({ kind }) => kind),
    take: async (kind) => {
      const [taken] = await boss.fetch<Job>(kind, { batchSize: 1, ...own });
      return taken && { id: taken.id, job: taken.data };
    },
    // Gone at once, so that a finished job names nobody; one of time stays, so that it is not due twice in its time.
    succeeded: ({ id, job }) =>
      'workspaceId' in job ? boss.deleteJob(job.kind, id, own) : boss.complete(job.kind, id, {}, own),
    failed: ({ id, job }, error) => boss.fail(job.kind, id, { failure: kindOf(error) }, own),
    tick: async (kind, everySeconds) =>
      void (await send(db, { kind }, { singletonKey: kind, singletonSeconds: everySeconds })),
    dead: () => deadJobs(db),
    lag: async () => (await statement<{ seconds: number }>(db, LAG, ['consolidate']))[0]!.seconds,
    retry: async (id) => {
      const found = (await deadJobs(db)).find((dead) => dead.id === id);
      if (!found) return false;
      await send(db, found.job, { singletonKey: keyOf(found.job) });
      await boss.deleteJob(DEAD_LETTERS, id, own);
      return true;
    },
    close: () => boss.stop({ graceful: false }),
  };
}

/** What one job is about: of two alike that wait, one is kept. */
function keyOf(job: Job): string {
  if ('sessionId' in job) return `${job.workspaceId}/${job.sessionId}`;
  return 'erasureId' in job ? `${job.workspaceId}/${job.erasureId}` : job.kind;
}

/** Runs pg-boss's statements on our connection, or in the caller's transaction. */
const executor = (at: Database): PgBoss.Db => ({
  executeSql: async (text, values = []) => ({ rows: await statement(at, text, values) }),
});

/** What the service may do with jobs, in the tables that are there and in those of queues to come. Given once. */
const GRANTS = `do $$ begin
  if not has_table_privilege('pact_app', 'pgboss.job', 'delete') then
    grant usage on schema pgboss to pact_app;
    grant select, insert, update, delete on all tables in schema pgboss to pact_app;
    alter default privileges in schema pgboss grant select, insert, update, delete on tables to pact_app;
    grant execute on all functions in schema pgboss to pact_app;
  end if;
end $$`;

/** Processes that start together make the tables one after the other: at once they would wait for each other for ever. */
async function oneAtATime(
  { acrossWorkspaces, engine }: Connection,
  work: () => Promise<void>,
): Promise<void> {
  // The embedded engine has one process, and one connection, which a transaction would keep from the work.
  if (engine === 'embedded') return work();
  await acrossWorkspaces.transaction(async (transaction) => {
    const holder = transaction as unknown as Database;
    await statement(holder, 'set local lock_timeout = 0', []);
    await statement(holder, 'select pg_advisory_xact_lock($1::bigint)', [INSTALL_LOCK]);
    await work();
  });
}

async function makeQueues({ script }: Connection, boss: PgBoss): Promise<void> {
  const known = new Set((await boss.getQueues()).map(({ name }) => name));
  const retentionMinutes = RETENTION_DAYS * 24 * 60;
  if (!known.has(DEAD_LETTERS))
    await boss.createQueue(DEAD_LETTERS, { name: DEAD_LETTERS, retentionMinutes });
  for (const name of KINDS) {
    if (known.has(name)) continue;
    await boss.createQueue(name, {
      name,
      // One of a key waits; beside one that runs, since it may have looked before the change.
      policy: 'short',
      retryLimit: RETRIES,
      retryDelay: RETRY_DELAY_SECONDS,
      retryBackoff: true,
      expireInSeconds: EXPIRE_SECONDS[name],
      retentionMinutes,
      deadLetter: DEAD_LETTERS,
    });
  }
  // Serves erasure, which looks for a session's jobs in every state.
  const [index] = (await script(`select to_regclass('pgboss.pact_job_key') as name`)) as { name: unknown }[];
  if (!index?.name) await script('create index if not exists pact_job_key on pgboss.job (singleton_key)');
}

const DUE = `select q.name as kind from pgboss.queue q where q.name = any($1::text[]) and exists (
  select 1 from pgboss.job j where j.name = q.name and j.state < 'active' and j.start_after < now())`;

const LAG = `select coalesce(extract(epoch from now() - min(start_after)), 0)::float8 as seconds from pgboss.job
  where name = $1 and state < 'active' and start_after < now()`;

/** Written as pg-boss's own index of waiting jobs is, which serves it. */
const REMOVE_WAITING = `delete from pgboss.job
  where name = $1 and coalesce(singleton_key, '') = $2 and state = 'created' and policy = 'short'`;

/** The one that waits is due when either of the two would have been. */
const HASTEN = `update pgboss.job set start_after = now() + $3::int * interval '1 second'
  where name = $1 and coalesce(singleton_key, '') = $2 and state = 'created' and policy = 'short'
    and start_after > now() + $3::int * interval '1 second'`;

const QUOTES = `data->>'workspaceId' = $1 and data->>'sessionId' = $2`;

async function forget(at: Database, workspaceId: string, sessionId: string): Promise<number> {
  const [found] = await statement<{ count: number }>(
    at,
    `with waiting as (delete from pgboss.job where singleton_key = $1 || '/' || $2 returning 1),
      dead as (delete from pgboss.job where name = '${DEAD_LETTERS}' and ${QUOTES} returning 1),
      past as (delete from pgboss.archive where ${QUOTES} returning 1)
    select (select count(*) from waiting)::int + (select count(*) from dead)::int + (select count(*) from past)::int
      as count`,
    [workspaceId, sessionId],
  );
  return found!.count;
}

async function deadJobs(db: Database): Promise<DeadJob[]> {
  const found = await statement<{ id: string; job: Job; at: string | Date; failure: string | null }>(
    db,
    `select id, data as job, created_on as at, output->>'failure' as failure from pgboss.job
      where name = $1 and state = 'created' order by created_on, id`,
    [DEAD_LETTERS],
  );
  return found.map(({ id, job, at, failure }) => ({
    id,
    job,
    failedAt: new Date(at).toISOString(),
    failure: failure ?? 'its process died, or it took too long',
  }));
}

/** An error's kind and code. Its words may quote what somebody wrote. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const cause = error.cause as { code?: unknown } | undefined;
  const code = (error as { code?: unknown }).code ?? cause?.code;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
