import { createServer, type Server } from 'node:http';
import { EnvError, parseEnv } from './env.ts';
import { checkHealth } from './health.ts';
import { openServices } from './open.ts';
import { endOnSignal, refuseToStart } from './process.ts';
import type { Services } from './services.ts';

/** Runs jobs and serves nobody; ends when told to, after the jobs that run. */
async function main(): Promise<void> {
  const env = parseEnv({ OTEL_SERVICE_NAME: 'pact-worker', ...process.env });
  if (!env.databaseUrl) {
    throw new EnvError(
      'DATABASE_URL: a worker needs it; the embedded database serves one process, which runs jobs itself',
    );
  }
  const services = await openServices(env);
  const health = env.workerPort === undefined ? undefined : await serveHealth(services, env.workerPort);
  services.work();
  services.log.info('the worker takes jobs');
  endOnSignal(async () => {
    health?.close();
    await services.close();
    await services.telemetry.close();
  });
}

/** The answer of `/health`, for whoever restarts a worker that lost its database for good. */
function serveHealth(services: Services, port: number): Promise<Server> {
  const server = createServer((_, response) => {
    void checkHealth(services).then((health) => {
      response.writeHead(health.status === 'healthy' ? 200 : 503, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ status: health.status }));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}

main().catch(refuseToStart);
