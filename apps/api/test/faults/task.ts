import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));

/** One of several API processes on the same database: what a fleet calls a task. */
export interface Task {
  origin: string;
  child: ChildProcess;
  ended: Promise<number | null>;
  output(): string;
}

export async function startTask(env: Record<string, string>): Promise<Task> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'apps/api/src/main.ts', '--api-only'], {
    cwd: REPOSITORY,
    env: { ...process.env, PACT_LOG_LEVEL: 'warn', ...env, PACT_PORT: '0', PACT_HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`The task ended with ${child.exitCode}:\n${text}`);
    return text.includes('Storage');
  });
  const port = /localhost:(\d+)\/pact/.exec(text)![1];
  return { origin: `http://127.0.0.1:${port}`, child, ended, output: () => text };
}

/** A Redis of one's own, to be killed. */
export interface OwnRedis {
  url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Kills it for good. */
  remove(): Promise<void>;
}

export async function startRedis(): Promise<OwnRedis> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'pact-redis-'));
  let child: ChildProcess | undefined;
  const redis = {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
      const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
      child = server;
      let said = '';
      server.stdout.on('data', (chunk) => (said += chunk));
      await until(() => said.includes('Ready to accept connections'));
    },
    kill: async () => {
      const ended = child && once(child, 'exit');
      child?.kill('SIGKILL');
      await ended;
      child = undefined;
    },
    remove: async () => {
      await redis.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

/** Stands between a client and a server, and hands on each answer late. */
export async function slowProxy(target: URL): Promise<{ url: string; delayMs: number; close(): void }> {
  const proxy = { url: '', delayMs: 0, close: () => {} };
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connection', (client: Socket) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => [client, upstream].forEach((each) => void each.destroy()));
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      if (proxy.delayMs === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), proxy.delayMs).unref();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  proxy.url = `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  proxy.close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return proxy;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function until(isTrue: () => boolean, timeoutMs = 30_000): Promise<void> {
  for (const begin = performance.now(); !isTrue(); await sleep(20)) {
    if (performance.now() - begin > timeoutMs) throw new Error('It did not happen in time.');
  }
}
