import type { Actor, Ctx, Embedder } from '@pact/core';
import { createId, createIndexCache, runDueJobs, sweepIdempotencyRecords } from '@pact/core';
import type { Connection } from '@pact/db';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Authenticate, createAuthenticator } from './auth.ts';
import { createProcessStore } from './cache/in-process.ts';
import { createSessionCache, type SessionCache } from './cache/index.ts';
import { createRedisLink, type RedisLink } from './cache/link.ts';
import { createRedisStore } from './cache/redis-store.ts';
import { NO_STORE } from './cache/store.ts';
import { createEnrichment, type Enrichment } from './enrichment.ts';
import { createRateLimiter, type RateLimiter } from './limits.ts';
import { createMeter, type Meter } from './meter.ts';
import { createModels } from './models.ts';
import type { Provider } from './providers/index.ts';
import { createQuota, type Quota } from './quota.ts';

/** Everything that lives as long as the process: made once at start, handed to every request. */
export interface Services {
  connection: Connection;
  /** What processes share; absent when none is configured. It may be away at any moment. */
  redis: Redis | undefined;
  /** The cache's own connection to Redis, and whether it is worth asking. */
  link: RedisLink | undefined;
  /** Answers about sessions, until they change. */
  cache: SessionCache;
  /** What core's functions take, but for whom they act and the rows that go with it. */
  domain: Omit<Ctx, 'actor' | 'idempotency' | 'db' | 'lagging'>;
  /** A workspace's rows, and nobody else's. */
  forWorkspace(workspaceId: string): Pick<Ctx, 'db' | 'lagging'>;
  authenticate: Authenticate;
  limiter: RateLimiter;
  quota: Quota;
  meter: Meter;
  log: Logger;
  /** The language model that was configured, and what it has left to do; absent without one. */
  provider: Provider | undefined;
  enrichment: Enrichment | undefined;
  /** Runs what a save left to do in its session, before its answer leaves. Never fails: the job stays for later. */
  runJobs(scope?: { workspaceId: string; sessionId: string }): Promise<void>;
  close(): Promise<void>;
}

/** How often waiting jobs are looked for that no request of this process ran: after a crash, or after a failure. */
const SWEEP_INTERVAL_MS = 15_000;
/** How long a request may be counted and not written. */
const FLUSH_INTERVAL_MS = 5_000;
const MAINTENANCE_INTERVAL_MS = 10 * 60_000;

export function createServices(
  connection: Connection,
  log: Logger,
  options: {
    now?: () => Date;
    embedder?: Embedder | undefined;
    redis?: Redis | undefined;
    provider?: Provider | undefined;
    monthlyTokens?: number | undefined;
    /** Longest that the cache waits for an answer of Redis. */
    redisAnswerMs?: number | undefined;
  } = {},
): Services {
  const { now = () => new Date(), embedder, redis, provider, monthlyTokens } = options;
  const link = redis && createRedisLink(redis, log, options.redisAnswerMs);
  const cache = createSessionCache(storeFor(connection, link));
  const meter = createMeter(connection.acrossWorkspaces, { now, log });
  const domain = {
    usage: meter,
    models: createModels(),
    embedder,
    languageModel: provider,
    indexes: createIndexCache(),
    changes: cache,
    now,
    newId: <Prefix extends Parameters<typeof createId>[0]>(prefix: Prefix) => createId(prefix, now()),
  };
  const forWorkspace = (workspaceId: string) => ({
    db: connection.forWorkspace(workspaceId),
    lagging: connection.lagging.forWorkspace(workspaceId),
  });
  const contextOf = (actor: Actor): Ctx => ({ ...domain, ...forWorkspace(actor.workspaceId), actor });
  const { acrossWorkspaces, lagging } = connection;
  const jobCtx = { ...domain, db: acrossWorkspaces, lagging: lagging.acrossWorkspaces, forWorkspace };
  const enrichment = provider && createEnrichment(contextOf, { provider, monthlyTokens, log });
  const runJobs = async (scope?: { workspaceId: string; sessionId: string }) => {
    try {
      const { failures } = await runDueJobs(jobCtx, scope);
      for (const error of failures) log.error({ err: nameOf(error) }, 'job failed');
    } catch (error) {
      log.error({ err: nameOf(error) }, 'jobs cannot be read');
    }
  };
  const sweep = repeat(SWEEP_INTERVAL_MS, async () => {
    await runJobs();
    await sweepIdempotencyRecords(acrossWorkspaces, now()).catch(() => 0);
  });
  const flushes = repeat(FLUSH_INTERVAL_MS, () =>
    meter.flush().catch((error: unknown) => log.warn({ err: nameOf(error) }, 'usage waits to be written')),
  );
  const maintenance = repeat(MAINTENANCE_INTERVAL_MS, () => connection.maintain().catch(() => {}));
  return {
    connection,
    redis,
    link,
    cache,
    domain,
    forWorkspace,
    authenticate: createAuthenticator(acrossWorkspaces, { now, link }),
    limiter: createRateLimiter({ redis, log }),
    quota: createQuota(acrossWorkspaces),
    meter,
    log,
    provider,
    enrichment,
    runJobs,
    close: async () => {
      await Promise.all([sweep.stop(), flushes.stop(), maintenance.stop(), enrichment?.close()]);
      await meter.close();
      link?.close();
      redis?.disconnect();
      await connection.close();
    },
  };
}

/** Without Redis only the embedded database's one process knows of every change; of several, none would. */
function storeFor({ engine }: Connection, link: RedisLink | undefined) {
  if (link) return createRedisStore(link);
  return engine === 'embedded' ? createProcessStore() : NO_STORE;
}

/** Says in the log that the replica went or came back; it is said once each time. */
export function tellOfReplica(log: Logger): (state: 'gone' | 'back', cause?: unknown) => void {
  return (state, cause) => {
    if (state === 'back') return log.info('the replica is back');
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    log.warn({ err: code ?? nameOf(cause) }, 'the replica does not answer; the primary does');
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
