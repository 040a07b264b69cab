import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** The Redis that the full suite runs on, shared by all tests: never stopped by one. */
export const REDIS_URL = process.env['PACT_TEST_REDIS_URL'];

/** A Redis of a test's own, which it may kill, slow down and start again on the same port. */
export interface OwnRedis {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Answers nothing for so long. */
  pause(milliseconds: number): Promise<void>;
}

export async function ownRedis(): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const ask = async (work: (redis: Redis) => Promise<unknown>) => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async () => {
    const options = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
    child = spawn('redis-server', options, { stdio: 'ignore' });
    for (let tries = 0; ; tries++) {
      const isUp = await ask((redis) => redis.ping()).catch(() => false);
      if (isUp) return;
      if (tries > 200) throw new Error(`Redis does not answer on port ${port}.`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  await start();
  return {
    url,
    start,
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
    pause: async (milliseconds) => void (await ask((redis) => redis.client('PAUSE', milliseconds, 'ALL'))),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
