import type { Ctx } from '@pact/core';
import { createId, runDueJobs, sweepIdempotencyRecords } from '@pact/core';
import type { Connection } from '@pact/db';
import type { Logger } from 'pino';
import { type Authenticate, createAuthenticator } from './auth.ts';
import { createRateLimiter, type RateLimiter } from './limits.ts';
import { createModels } from './models.ts';

/** Everything that lives as long as the process: made once at start, handed to every request. */
export interface Services {
  connection: Connection;
  /** The context that core's functions take, but for whom they act. */
  domain: Omit<Ctx, 'actor' | 'idempotency'>;
  authenticate: Authenticate;
  limiter: RateLimiter;
  log: Logger;
  /** Runs what a save left to do in its session, before its answer leaves. Never fails: the job stays for later. */
  runJobs(scope?: { workspaceId: string; sessionId: string }): Promise<void>;
  close(): Promise<void>;
}

/** How often waiting jobs are looked for that no request of this process ran: after a crash, or after a failure. */
const SWEEP_INTERVAL_MS = 15_000;
const MAINTENANCE_INTERVAL_MS = 10 * 60_000;

export function createServices(
  connection: Connection,
  log: Logger,
  now: () => Date = () => new Date(),
): Services {
  const domain = {
    db: connection.db,
    models: createModels(),
    now,
    newId: <Prefix extends Parameters<typeof createId>[0]>(prefix: Prefix) => createId(prefix, now()),
  };
  const runJobs = async (scope?: { workspaceId: string; sessionId: string }) => {
    try {
      const { failures } = await runDueJobs(domain, scope);
      for (const error of failures) log.error({ err: nameOf(error) }, 'job failed');
    } catch (error) {
      log.error({ err: nameOf(error) }, 'jobs cannot be read');
    }
  };
  const sweep = setInterval(async () => {
    await runJobs();
    await sweepIdempotencyRecords(connection.db, now()).catch(() => 0);
  }, SWEEP_INTERVAL_MS);
  sweep.unref();
  const maintenance = setInterval(() => connection.maintain().catch(() => {}), MAINTENANCE_INTERVAL_MS);
  maintenance.unref();
  return {
    connection,
    domain,
    authenticate: createAuthenticator(connection.db, now),
    limiter: createRateLimiter(),
    log,
    runJobs,
    close: async () => {
      clearInterval(sweep);
      clearInterval(maintenance);
      await connection.close();
    },
  };
}

/** An error's kind. Its words may quote what somebody wrote, so they are not logged. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
