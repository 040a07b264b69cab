import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, DatabaseUnavailableError, DataDirLockedError } from '@pact/db';
import type { Logger } from 'pino';
import { createEmbedder } from './embedder.ts';
import { type Env, EnvError, parseEnv } from './env.ts';
import { provideLocalKey } from './local-key.ts';
import { createLog } from './log.ts';
import { warmUp } from './models.ts';
import { createProvider } from './providers/index.ts';
import { connectRedis } from './redis.ts';
import { createServer } from './server.ts';
import { createServices, tellOfReplica } from './services.ts';
import { createSite } from './site.ts';
import { startTelemetry } from './telemetry/start.ts';

/** Longest that running requests are waited for after SIGTERM. */
const DRAIN_MS = 25_000;
/**
 * Turns of the event loop, and their length, in which requests are still taken after SIGTERM: those that were on their
 * way when it came, on connections that closing at once would break.
 */
const GRACE_TURNS = 10;
const GRACE_TURN_MS = 50;

/** Starts the API, and the site beside it unless `--api-only`; ends when told to, after the running requests. */
async function main(): Promise<void> {
  const env = parseEnv(process.env);
  const telemetry = await startTelemetry(env.telemetry, {
    warn: (...words: Parameters<Logger['warn']>) => log.warn(...words),
    info: (...words: Parameters<Logger['info']>) => log.info(...words),
  });
  const log = createLog(env.logLevel, telemetry);
  for (const name of env.unused) log.warn({ variable: name }, 'set, but not used by this version');
  const connection = await connect({
    databaseUrl: env.databaseUrl,
    replicaUrl: env.databaseReplicaUrl,
    onReplica: tellOfReplica(log),
    poolSize: env.databasePoolSize,
    dataDir: env.dataDir,
  });
  const redis = env.redisUrl ? await connectRedis(env.redisUrl, log) : undefined;
  const services = createServices(connection, log, {
    redis,
    telemetry,
    embedder: env.embeddings && createEmbedder(env.embeddings, log),
    provider: env.llm && (await createProvider(env.llm, log)),
    monthlyTokens: env.llm?.monthlyTokens,
  });
  warmUp(services.domain.models);
  const apiKey = connection.engine === 'embedded' || env.apiKey ? await localKey(env, services) : undefined;
  // What a crash left to do, beside the first requests and not before them.
  void services.runJobs();
  let isDraining = false;
  const api = await createServer(services, {
    siteOrigins: originsOf(env.siteOrigin),
    isDraining: () => isDraining,
  });
  await api.listen({ port: env.port, host: env.host });
  const apiUrl = `http://localhost:${portOf(api.addresses())}/pact/v1`;
  const site = process.argv.includes('--api-only')
    ? undefined
    : await createSite(() => ({ apiUrl, apiKey: connection.engine === 'embedded' ? apiKey : undefined }));
  await site?.listen({ port: env.sitePort, host: env.host });
  const siteUrl = site && `http://localhost:${portOf(site.addresses())}`;
  announce({ apiUrl, siteUrl, apiKey, storage: storageOf(env), embeddings: env.embeddings, llm: env.llm });
  endOnSignal(async () => {
    isDraining = true;
    services.live.end();
    for (let turn = 0; turn < GRACE_TURNS; turn++) await sleep(GRACE_TURN_MS);
    await Promise.all([api.close(), site?.close()]);
    await services.close();
    await telemetry.close();
  });
}

function localKey(env: Env, services: ReturnType<typeof createServices>): Promise<string> {
  const { connection, domain } = services;
  return provideLocalKey(connection.acrossWorkspaces, {
    dataDir: env.dataDir,
    apiKey: env.apiKey,
    plan: env.localPlan,
    trackEmotion: env.trackEmotion,
    now: domain.now(),
  });
}

function announce(what: {
  apiUrl: string;
  siteUrl: string | undefined;
  apiKey: string | undefined;
  storage: string;
  embeddings: Env['embeddings'];
  llm: Env['llm'];
}) {
  const lines = [
    'PACT is ready.',
    `  API        ${what.apiUrl}`,
    `  Try it     ${what.apiUrl}/docs`,
    ...(what.siteUrl ? [`  Dashboard  ${what.siteUrl}`] : []),
    ...(what.apiKey ? [`  API key    ${what.apiKey}`] : []),
    `  Storage    ${what.storage}`,
    ...(what.embeddings ? [`  Embeddings ${what.embeddings.model} at ${what.embeddings.url}`] : []),
    ...(what.llm ? [`  Model      ${what.llm.provider}/${what.llm.model}`] : []),
  ];
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}

const storageOf = (env: Env) =>
  env.databaseUrl ? 'PostgreSQL, as DATABASE_URL says' : `embedded PostgreSQL in ${env.dataDir}`;

/** The same origin under both names of this machine: a browser keeps them apart. */
function originsOf(origin: string): string[] {
  return [...new Set([origin, origin.replace('//localhost', '//127.0.0.1')])];
}

const portOf = (addresses: (string | AddressInfo)[]) => (addresses[0] as AddressInfo).port;

function endOnSignal(close: () => Promise<void>): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

main().catch((error: unknown) => {
  const isRefusal =
    error instanceof EnvError ||
    error instanceof DatabaseUnavailableError ||
    error instanceof DataDirLockedError ||
    (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  const words = isRefusal ? `PACT does not start. ${(error as Error).message}` : error;
  console.error(words);
  process.exit(1);
});
