import { connect } from '@pact/db';
import { type Logger, pino } from 'pino';
import { openArchive } from './archive/index.ts';
import { createEmbedder } from './embedder.ts';
import type { Env } from './env.ts';
import { createProvider } from './providers/index.ts';
import { openQueue } from './queue.ts';
import { connectRedis } from './redis.ts';
import { createServices, type Services, tellOfReplica } from './services.ts';

export const openLog = (env: Env): Logger =>
  pino({ level: env.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });

/**
 * Everything that the settings name, for a server as for a worker: what one keeps of a session, the other must drop.
 * @throws {DatabaseUnavailableError} the configured PostgreSQL does not answer.
 * @throws {DataDirLockedError} another process has the embedded folder open.
 */
export async function openServices(env: Env, log: Logger): Promise<Services> {
  const connection = await connect({
    databaseUrl: env.databaseUrl,
    replicaUrl: env.databaseReplicaUrl,
    onReplica: tellOfReplica(log),
    poolSize: env.databasePoolSize,
    dataDir: env.dataDir,
  });
  return createServices(connection, log, {
    redis: env.redisUrl ? await connectRedis(env.redisUrl, log) : undefined,
    queue: await openQueue(connection, log),
    archive: env.archive && (await openArchive(env.archive)),
    embedder: env.embeddings && createEmbedder(env.embeddings, log),
    provider: env.llm && (await createProvider(env.llm, log)),
    monthlyTokens: env.llm?.monthlyTokens,
  });
}
