import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** A PostgreSQL server of a test's own, durable, on a port that nobody else listens on. */
export interface TestServer {
  /** As the superuser, on the database `postgres`. */
  url: string;
  start(): Promise<void>;
  /** `fast` rolls back what runs and breaks every connection; `immediate` is a crash, which the next start recovers from. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  /** A hot standby that streams from this one, already running. */
  standby(): Promise<TestServer>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

const INITDB = ['-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];

/** Makes a new server and starts it. Takes seconds. @param tool the path of `.ci/postgres-tool`. */
export function startTestServer(tool: string): Promise<TestServer> {
  return startIn(tool, (data) => run(tool, ['initdb', '-D', data, ...INITDB]));
}

async function startIn(tool: string, fill: (data: string) => Promise<string>): Promise<TestServer> {
  const folder = (await run(tool, ['folder'])).trim();
  const data = `${folder}/data`;
  const port = await freePort();
  const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=''`;
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const control = async (...words: string[]) =>
    void (await run(tool, ['pg_ctl', '-D', data, '-w', '-t', '60', ...words]));
  const server: TestServer = {
    url,
    start: () => control('-l', `${folder}/log`, '-o', options, 'start'),
    stop: (how) => control('-m', how, 'stop'),
    standby: () =>
      startIn(tool, (copy) =>
        run(tool, ['pg_basebackup', '-D', copy, '-R', '-X', 'stream', '-c', 'fast', '-d', url]),
      ),
    remove: async () => {
      await control('-m', 'immediate', 'stop').catch(() => {});
      await run(tool, ['remove', folder]);
    },
  };
  try {
    await fill(data);
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

/** Resolves to what the program printed; nothing for `start`, because the server would keep the pipe open. */
function run(tool: string, words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const pipe = words.at(-1) === 'start' ? 'ignore' : 'pipe';
    const child = spawn(tool, words, { stdio: ['ignore', pipe, pipe] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${words.join(' ')} ended with ${code}:\n${printed}`));
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
