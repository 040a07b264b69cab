import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect as connectSocket, createServer as createSocketServer } from 'node:net';
import { Redis } from 'ioredis';

/** The Redis that the full suite runs on, shared by all tests: never stopped by one. */
export const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];

/** A Redis of a test's own, which it may kill, slow down and start again, empty, on the same port. */
export interface RedisServer {
  url: string;
  /** Ends it at once, with all that it holds. Ending one that has ended does nothing. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Answers nothing for so long. */
  pause(milliseconds: number): Promise<void>;
}

export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const restart = async () => {
    const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    child = spawn('redis-server', ['--port', String(port), ...settings], { stdio: 'ignore' });
    await until(() => accepts(port));
  };
  await restart();
  return {
    url,
    restart,
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
    pause: async (milliseconds) => {
      const redis = new Redis(url, { retryStrategy: () => null });
      await redis.client('PAUSE', milliseconds, 'ALL');
      redis.disconnect();
    },
  };
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for what will be so. @throws {Error} when it is not in time. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(20)) if (await isSo()) return;
  throw new Error('It did not come about.');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createSocketServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on('connect', () => end(true)).on('error', () => end(false));
  });
}
