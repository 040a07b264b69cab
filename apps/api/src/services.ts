import type { Actor, Ctx, Embedder } from '@pact/core';
import { createId, createIndexCache, jobLag, runDueJobs, sweepIdempotencyRecords } from '@pact/core';
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
import { createLive } from './live/index.ts';
import { type LiveStreams, STREAM_LIMITS, type StreamLimits } from './live/streams.ts';
import { createMeter, type Meter } from './meter.ts';
import { createModels } from './models.ts';
import type { Provider } from './providers/index.ts';
import { createQuota, type Quota } from './quota.ts';
import { repeat } from './repeat.ts';
import { silent, type Telemetry } from './telemetry/index.ts';
import { observeConnection, observeEmbedder, observeRedis } from './telemetry/parts.ts';

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
  live: LiveStreams;
  telemetry: Telemetry;
  log: Logger;
  /** The language model that was configured, and what it has left to do; absent without one. */
  provider: Provider | undefined;
  enrichment: Enrichment | undefined;
  /** Runs what a save left to do in its session, before its answer leaves. Never fails: the job stays for later. */
  runJobs(scope?: { workspaceId: string; sessionId: string }, log?: Logger): Promise<void>;
  close(): Promise<void>;
}

/** How often waiting jobs are looked for that no request of this process ran: after a crash, or after a failure. */
const SWEEP_INTERVAL_MS = 15_000;
/** How long a request may be counted and not written. */
const FLUSH_INTERVAL_MS = 5_000;
const MAINTENANCE_INTERVAL_MS = 10 * 60_000;

interface Options {
  now?: () => Date;
  embedder?: Embedder | undefined;
  redis?: Redis | undefined;
  provider?: Provider | undefined;
  monthlyTokens?: number | undefined;
  /** Longest that the cache waits for an answer of Redis. */
  redisAnswerMs?: number | undefined;
  streamLimits?: StreamLimits | undefined;
  telemetry?: Telemetry | undefined;
}

export function createServices(given: Connection, log: Logger, options: Options = {}): Services {
  const { now = () => new Date(), redis, provider, monthlyTokens, telemetry = silent } = options;
  const connection = observeConnection(given, telemetry);
  if (redis) observeRedis(redis, telemetry);
  const link = redis && createRedisLink(redis, log, options.redisAnswerMs);
  const cache = createSessionCache(storeFor(connection, link));
  const { acrossWorkspaces } = connection;
  const meter = createMeter(acrossWorkspaces, { now, log });
  const authenticate = createAuthenticator(acrossWorkspaces, { now, link });
  const live = createLive(connection, redis, authenticate, options.streamLimits ?? STREAM_LIMITS, cache);
  const domain = {
    usage: meter,
    models: createModels(),
    embedder: observeEmbedder(options.embedder, telemetry),
    languageModel: provider,
    indexes: createIndexCache(),
    changes: live.changes,
    now,
    newId: <Prefix extends Parameters<typeof createId>[0]>(prefix: Prefix) => createId(prefix, now()),
  };
  const forWorkspace = (workspaceId: string) => ({
    db: connection.forWorkspace(workspaceId),
    lagging: connection.lagging.forWorkspace(workspaceId),
  });
  const contextOf = (actor: Actor): Ctx => ({ ...domain, ...forWorkspace(actor.workspaceId), actor });
  const enrichment = provider && createEnrichment(contextOf, { provider, monthlyTokens, log });
  telemetry.observe({ ...connection, jobLag: () => jobLag(acrossWorkspaces, now()), streams: live.count });
  const services = {
    ...{ connection, redis, link, cache, domain, forWorkspace, authenticate, meter, live, telemetry, log },
    limiter: createRateLimiter({ redis, log }),
    quota: createQuota(acrossWorkspaces),
    provider,
    enrichment,
  };
  const runJobs = jobRunner(services);
  return { ...services, runJobs, close: keepUp({ ...services, runJobs }) };
}

type Made = Omit<Services, 'runJobs' | 'close'>;

function jobRunner({ connection, domain, forWorkspace, telemetry, log }: Made): Services['runJobs'] {
  const { acrossWorkspaces, lagging } = connection;
  const ctx = { ...domain, db: acrossWorkspaces, lagging: lagging.acrossWorkspaces, forWorkspace };
  return async (scope, jobLog = log) => {
    try {
      const { failures } = await telemetry.span('jobs', {}, () => runDueJobs(ctx, scope));
      for (const error of failures) jobLog.error({ err: nameOf(error) }, 'job failed');
    } catch (error) {
      jobLog.error({ err: nameOf(error) }, 'jobs cannot be read');
    }
  };
}

/** Does what is to be done again and again. @returns what ends it, and everything that it works with. */
function keepUp(services: Omit<Services, 'close'>): () => Promise<void> {
  const { connection, domain, enrichment, link, live, log, meter, redis, runJobs } = services;
  const sweep = repeat(SWEEP_INTERVAL_MS, async () => {
    await runJobs();
    await sweepIdempotencyRecords(connection.acrossWorkspaces, domain.now()).catch(() => 0);
  });
  const flushes = repeat(FLUSH_INTERVAL_MS, () =>
    meter.flush().catch((error: unknown) => log.warn({ err: nameOf(error) }, 'usage waits to be written')),
  );
  const maintenance = repeat(MAINTENANCE_INTERVAL_MS, () => connection.maintain().catch(() => {}));
  return async () => {
    await Promise.all([sweep.stop(), flushes.stop(), maintenance.stop(), enrichment?.close(), live.close()]);
    await meter.close();
    link?.close();
    redis?.disconnect();
    await connection.close();
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

/** An error's kind. Its words may quote what somebody wrote, so they are not logged. */
const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
