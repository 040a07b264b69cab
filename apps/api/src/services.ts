import type { Ctx, Embedder } from '@pact/core';
import { createId, createIndexCache, foldDue } from '@pact/core';
import type { Connection } from '@pact/db';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Authenticate, createAuthenticator } from './auth.ts';
import { createRateLimiter, type RateLimiter } from './limits.ts';
import { createModels } from './models.ts';
import type { JobQueue } from './queue.ts';
import { startWorking, type Working } from './work.ts';

/** Everything that lives as long as the process: made once at start, handed to every request. */
export interface Services {
  connection: Connection;
  /** What processes share; absent when none is configured. It may be away at any moment. */
  redis: Redis | undefined;
  /** The context that core's functions take, but for whom they act. */
  domain: Omit<Ctx, 'actor' | 'idempotency'>;
  authenticate: Authenticate;
  limiter: RateLimiter;
  log: Logger;
  /** Folds what a save left to fold, before its answer leaves. Never fails: the job of the save is there for later. */
  fold(scope: { workspaceId: string; sessionId: string }): Promise<void>;
  /** Takes jobs from the queue from now on, until `close`. */
  work(): void;
  close(): Promise<void>;
}

const MAINTENANCE_INTERVAL_MS = 10 * 60_000;

export function createServices(
  connection: Connection,
  log: Logger,
  options: {
    now?: () => Date;
    embedder?: Embedder | undefined;
    redis?: Redis | undefined;
    queue?: JobQueue | undefined;
    archive?: Ctx['archive'];
  } = {},
): Services {
  const { now = () => new Date(), embedder, redis, queue, archive } = options;
  const domain = {
    db: connection.db,
    models: createModels(),
    embedder,
    indexes: createIndexCache(),
    queue,
    archive,
    now,
    newId: <Prefix extends Parameters<typeof createId>[0]>(prefix: Prefix) => createId(prefix, now()),
  };
  let working: Working | undefined;
  const maintenance = repeat(MAINTENANCE_INTERVAL_MS, () => connection.maintain().catch(() => {}));
  return {
    connection,
    redis,
    domain,
    authenticate: createAuthenticator(connection.db, now),
    limiter: createRateLimiter(),
    log,
    fold: (scope) =>
      foldDue(domain, scope).catch((error: unknown) => log.error({ err: nameOf(error) }, 'fold failed')),
    work: () => {
      working ??= queue && startWorking(queue, domain, log);
    },
    close: async () => {
      await Promise.all([working?.stop(), maintenance.stop()]);
      await queue?.close();
      redis?.disconnect();
      await connection.close();
    },
  };
}

/** Does something again and again, never twice at once. Stopping waits for what is under way. */
function repeat(intervalMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work().finally(() => {
      running = undefined;
    });
  }, intervalMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** An error's kind. Its words may quote what somebody wrote, so they are not logged. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
