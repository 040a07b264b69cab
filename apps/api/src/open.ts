import { connect } from '@pact/db';
import type { Logger } from 'pino';
import { openArchive } from './archive/index.ts';
import { createEmbedder } from './embedder.ts';
import type { Env } from './env.ts';
import { createLog } from './log.ts';
import { createProvider } from './providers/index.ts';
import { openQueue } from './queue.ts';
import { connectRedis } from './redis.ts';
import { createServices, type Services, tellOfReplica } from './services.ts';
import { startTelemetry } from './telemetry/start.ts';

/**
 * Everything that the settings name, for a server as for a worker: what one keeps of a session, the other must drop.
 * @throws {DatabaseUnavailableError} the configured PostgreSQL does not answer.
 * @throws {DataDirLockedError} another process has the embedded folder open.
 */
export async function openServices(env: Env): Promise<Services> {
  const telemetry = await startTelemetry(env.telemetry, {
    warn: (...words: Parameters<Logger['warn']>) => log.warn(...words),
    info: (...words: Parameters<Logger['info']>) => log.info(...words),
  });
  const log = createLog(env.logLevel, telemetry);
  const connection = await connect({
    databaseUrl: env.databaseUrl,
    replicaUrl: env.databaseReplicaUrl,
    onReplica: tellOfReplica(log),
    poolSize: env.databasePoolSize,
    dataDir: env.dataDir,
  });
  return createServices(connection, log, {
    telemetry,
    redis: env.redisUrl ? await connectRedis(env.redisUrl, log) : undefined,
    queue: await openQueue(connection, log),
    archive: env.archive && (await openArchive(env.archive)),
    embedder: env.embeddings && createEmbedder(env.embeddings, log),
    provider: env.llm && (await createProvider(env.llm, log)),
    monthlyTokens: env.llm?.monthlyTokens,
  });
}
