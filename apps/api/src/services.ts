import type { Actor, Ctx, Embedder } from '@pact/core';
import { createId, createIndexCache, foldDue, type Job, type JobCtx } from '@pact/core';
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
import type { JobQueue } from './queue.ts';
import { createQuota, type Quota } from './quota.ts';
import { repeat } from './repeat.ts';
import { silent, type Telemetry } from './telemetry/index.ts';
import { observeConnection, observeEmbedder, observeRedis } from './telemetry/parts.ts';
import { startWorking, type Working } from './work.ts';

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
  /** The same for jobs, with every workspace in sight. */
  jobCtx: JobCtx;
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
  /** Folds what a save left to fold, before its answer leaves. Never fails: the job of the save is there for later. */
  fold(scope: { workspaceId: string; sessionId: string }, log?: Logger): Promise<void>;
  /** Takes jobs from the queue from now on, until `close`. */
  work(): void;
  close(): Promise<void>;
}

/** How long a request may be counted and not written. */
const FLUSH_INTERVAL_MS = 5_000;
const MAINTENANCE_INTERVAL_MS = 10 * 60_000;

interface Options {
  now?: () => Date;
  embedder?: Embedder | undefined;
  redis?: Redis | undefined;
  queue?: JobQueue | undefined;
  archive?: Ctx['archive'];
  provider?: Provider | undefined;
  monthlyTokens?: number | undefined;
  /** Longest that the cache waits for an answer of Redis. */
  redisAnswerMs?: number | undefined;
  streamLimits?: StreamLimits | undefined;
  telemetry?: Telemetry | undefined;
}

export function createServices(given: Connection, log: Logger, options: Options = {}): Services {
  const { now = () => new Date(), redis, queue, provider, monthlyTokens, telemetry = silent } = options;
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
    ...{ queue, archive: options.archive, changes: live.changes, now },
    newId: <Prefix extends Parameters<typeof createId>[0]>(prefix: Prefix) => createId(prefix, now()),
  };
  const forWorkspace = (workspaceId: string) => ({
    db: connection.forWorkspace(workspaceId),
    lagging: connection.lagging.forWorkspace(workspaceId),
  });
  const contextOf = (actor: Actor): Ctx => ({ ...domain, ...forWorkspace(actor.workspaceId), actor });
  const ofAll = { db: acrossWorkspaces, lagging: connection.lagging.acrossWorkspaces };
  telemetry.observe({ ...connection, jobLag: async () => queue?.lag() ?? 0, streams: live.count });
  const services = {
    ...{ connection, redis, link, cache, domain, forWorkspace, authenticate, meter, live, telemetry, log },
    jobCtx: { ...domain, ...ofAll, forWorkspace },
    limiter: createRateLimiter({ redis, log }),
    quota: createQuota(acrossWorkspaces),
    provider,
    enrichment: provider && createEnrichment(contextOf, { provider, monthlyTokens, log }),
  };
  const { fold, work, stop } = background(services, queue);
  return { ...services, fold, work, close: keepUp(services, { queue, stop }) };
}

type Made = Omit<Services, 'fold' | 'work' | 'close'>;

/** What is done beside the requests: folds, and the jobs of the queue. */
function background({ jobCtx, enrichment, telemetry, log }: Made, queue: JobQueue | undefined) {
  let working: Working | undefined;
  const fold: Services['fold'] = (scope, foldLog = log) =>
    telemetry
      .span('fold', {}, () => foldDue(jobCtx, scope))
      .catch((error: unknown) => foldLog.error({ err: nameOf(error) }, 'fold failed'));
  const onDone = (job: Job) => {
    if (job.kind === 'consolidate') enrichment?.add({ ...job, keyId: 'job' });
  };
  return {
    fold,
    work: () => {
      working ??= queue && startWorking(queue, jobCtx, log, { onDone, telemetry });
    },
    stop: async () => working?.stop(),
  };
}

/** Does what is to be done again and again. @returns what ends it, and everything that it works with. */
function keepUp(
  { connection, enrichment, link, live, log, meter, redis }: Made,
  { queue, stop }: { queue: JobQueue | undefined; stop(): Promise<void> },
): () => Promise<void> {
  const flushes = repeat(FLUSH_INTERVAL_MS, () =>
    meter.flush().catch((error: unknown) => log.warn({ err: nameOf(error) }, 'usage waits to be written')),
  );
  const maintenance = repeat(MAINTENANCE_INTERVAL_MS, () => connection.maintain().catch(() => {}));
  return async () => {
    await Promise.all([stop(), flushes.stop(), maintenance.stop(), enrichment?.close(), live.close()]);
    await queue?.close();
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
