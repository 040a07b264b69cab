import type { Ctx, Embedder } from '@pact/core';
import { createId, createIndexCache, jobLag, runDueJobs, sweepIdempotencyRecords } from '@pact/core';
import type { Connection } from '@pact/db';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Authenticate, createAuthenticator } from './auth.ts';
import { createRateLimiter, type RateLimiter } from './limits.ts';
import { createLive } from './live/index.ts';
import { type LiveStreams, STREAM_LIMITS, type StreamLimits } from './live/streams.ts';
import { createModels } from './models.ts';
import { repeat } from './repeat.ts';
import { silent, type Telemetry } from './telemetry/index.ts';
import { observeEmbedder, observeParts } from './telemetry/parts.ts';

/** Everything that lives as long as the process: made once at start, handed to every request. */
export interface Services {
  connection: Connection;
  /** What processes share; absent when none is configured. It may be away at any moment. */
  redis: Redis | undefined;
  /** The context that core's functions take, but for whom they act. */
  domain: Omit<Ctx, 'actor' | 'idempotency'>;
  authenticate: Authenticate;
  limiter: RateLimiter;
  live: LiveStreams;
  telemetry: Telemetry;
  log: Logger;
  /** Runs what a save left to do in its session, before its answer leaves. Never fails: the job stays for later. */
  runJobs(scope?: { workspaceId: string; sessionId: string }, log?: Logger): Promise<void>;
  close(): Promise<void>;
}

/** How often waiting jobs are looked for that no request of this process ran: after a crash, or after a failure. */
const SWEEP_INTERVAL_MS = 15_000;
const MAINTENANCE_INTERVAL_MS = 10 * 60_000;

interface Options {
  now?: () => Date;
  embedder?: Embedder | undefined;
  redis?: Redis | undefined;
  streamLimits?: StreamLimits | undefined;
  telemetry?: Telemetry | undefined;
}

export function createServices(connection: Connection, log: Logger, options: Options = {}): Services {
  const { now = () => new Date(), embedder, redis } = options;
  const { streamLimits = STREAM_LIMITS, telemetry = silent } = options;
  observeParts({ connection, redis }, telemetry);
  const authenticate = createAuthenticator(connection.db, now);
  const live = createLive(connection, redis, authenticate, streamLimits);
  const domain = {
    db: connection.db,
    models: createModels(),
    embedder: observeEmbedder(embedder, telemetry),
    indexes: createIndexCache(),
    changes: live.changes,
    now,
    newId: <Prefix extends Parameters<typeof createId>[0]>(prefix: Prefix) => createId(prefix, now()),
  };
  const runJobs: Services['runJobs'] = async (scope, jobLog = log) => {
    try {
      const { failures } = await telemetry.span('jobs', {}, () => runDueJobs(domain, scope));
      for (const error of failures) jobLog.error({ err: nameOf(error) }, 'job failed');
    } catch (error) {
      jobLog.error({ err: nameOf(error) }, 'jobs cannot be read');
    }
  };
  telemetry.observe({ ...connection, jobLag: () => jobLag(connection.db, now()), streams: live.count });
  const sweep = repeat(SWEEP_INTERVAL_MS, async () => {
    await runJobs();
    await sweepIdempotencyRecords(connection.db, now()).catch(() => 0);
  });
  const maintenance = repeat(MAINTENANCE_INTERVAL_MS, () => connection.maintain().catch(() => {}));
  return {
    connection,
    redis,
    domain,
    authenticate,
    limiter: createRateLimiter(),
    live,
    telemetry,
    log,
    runJobs,
    close: async () => {
      await Promise.all([sweep.stop(), maintenance.stop(), live.close()]);
      redis?.disconnect();
      await connection.close();
    },
  };
}

/** An error's kind. Its words may quote what somebody wrote, so they are not logged. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
