import { type ChildProcess, spawn } from 'node:child_process';
import {
  type AddressInfo,
  connect as connectSocket,
  createServer as createSocketServer,
  type Server,
  type Socket,
} from 'node:net';

/** A Redis of a test's own, which it can kill. */
export interface RedisServer {
  url: string;
  /** Ends it at once, with all that it holds. */
  kill(): Promise<void>;
  /** Starts it again, empty, where it was. */
  restart(): Promise<void>;
}

export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  let child: ChildProcess;
  const start = async () => {
    const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    child = spawn('redis-server', ['--port', String(port), ...settings], { stdio: 'ignore' });
    while (!(await accepts(port))) await sleep(20);
  };
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, kill, restart: start };
}

/** The way to a server, which a test can make slow or cut. */
export interface Line {
  url: string;
  /** Milliseconds by which everything that the server says comes late. */
  delayMs: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function lineTo(target: string): Promise<Line> {
  const { port: targetPort, hostname } = new URL(target);
  const open = new Set<Socket>();
  let server: Server;
  const line: Line = { url: '', delayMs: 0, cut: async () => {}, mend: async () => {} };
  const forward = (near: Socket) => {
    const far = connectSocket(Number(targetPort), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk) => {
      if (line.delayMs === 0) near.write(chunk);
      else setTimeout(() => near.write(chunk), line.delayMs);
    });
  };
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server = createSocketServer(forward).listen(port, '127.0.0.1', () => {
        resolve((server.address() as AddressInfo).port);
      });
    });
  const port = await listen(0);
  return Object.assign(line, {
    url: `redis://127.0.0.1:${port}`,
    cut: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
    mend: async () => void (await listen(port)),
  });
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for what will be so. @throws {Error} when it is not after ten seconds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (await isSo()) return;
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
