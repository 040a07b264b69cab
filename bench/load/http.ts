import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { summarize } from '../environment.ts';
import type { Rate } from './rates.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A process that serves HTTP on a port of its own. */
export interface Server {
  origin: string;
  stop(): Promise<void>;
}

/** The API as `npm run start:api` runs it, on the database and the Redis of this run. */
export async function startApi(env: Record<string, string | undefined>): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'apps/api/src/main.ts', '--api-only'], {
    cwd: REPOSITORY,
    env: { ...process.env, ...env, PACT_PORT: '0', PACT_HOST: '127.0.0.1', PACT_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const banner = await said(child, /Storage/);
  return {
    origin: /http:\/\/localhost:\d+/.exec(banner)![0].replace('localhost', '127.0.0.1'),
    stop: stopped(child),
  };
}

/** node:http answering every request with these bytes: what HTTP alone costs on this machine. */
export async function startRaw(bytes: Buffer): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), 'raw'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin!.end(bytes);
  const banner = await said(child, /http:\S+/);
  return { origin: /http:\S+/.exec(banner)![0], stop: stopped(child) };
}

if (process.argv[2] === 'raw') {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes.length,
    });
    response.end(bytes);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
  });
}

function said(child: ChildProcess, what: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk) => {
      text += chunk;
      if (what.test(text)) resolve(text);
    });
    child.on('exit', (code) => reject(new Error(`A server ended with ${code} before it was ready.`)));
  });
}

const stopped = (child: ChildProcess) => async () => {
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  await ended;
};

/** Sends requests from so many connections, each its own next one when its last was answered. */
export function httpRate(
  origin: string,
  options: { clients: number; seconds: number; request: (client: number) => autocannon.Request },
): Promise<Rate> {
  const durations: number[] = [];
  let failed = 0;
  let next = 0;
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: origin,
        connections: options.clients,
        duration: options.seconds,
        setupClient: (client) => {
          client.setRequests([options.request(next)]);
          next += 1;
        },
      },
      (error: Error | null, result) => {
        if (error) return reject(error);
        resolve({
          perSecond: durations.length / result.duration,
          ...summarize(durations),
          count: durations.length,
          failed: failed + result.errors,
        });
      },
    );
    instance.on('response', (_, status, __, responseTime) => {
      if (status < 300) durations.push(responseTime);
      else failed += 1;
    });
  });
}
