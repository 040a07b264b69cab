import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Env, parseEnv } from './env.ts';
import { provideLocalKey } from './local-key.ts';
import { warmUp } from './models.ts';
import { openServices } from './open.ts';
import { endOnSignal, refuseToStart } from './process.ts';
import { createServer } from './server.ts';
import type { Services } from './services.ts';
import { createSite } from './site.ts';

/**
 * Turns of the event loop, and their length, in which requests are still taken after SIGTERM: those that were on their
 * way when it came, on connections that closing at once would break.
 */
const GRACE_TURNS = 10;
const GRACE_TURN_MS = 50;

/** Starts the API, and the site beside it unless `--api-only`; ends when told to, after the running requests. */
async function main(): Promise<void> {
  const env = parseEnv(process.env);
  const services = await openServices(env);
  const { connection } = services;
  warmUp(services.domain.models);
  const apiKey = connection.engine === 'embedded' || env.apiKey ? await localKey(env, services) : undefined;
  // What a crash left to do, beside the first requests and not before them.
  if (env.runsJobs) services.work();
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
    await services.telemetry.close();
  });
}

function localKey(env: Env, services: Services): Promise<string> {
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

main().catch(refuseToStart);
