import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** PACT as a user starts it, with a data folder of its own, gone when stopped. */
export interface RunningServer {
  apiUrl: string;
  apiKey: string;
  stop(): Promise<void>;
}

/** @param environment what is set beside a folder and a port of its own. */
export async function startServer(environment: Record<string, string> = {}): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pact-contract-'));
  const { DATABASE_URL: _, PACT_API_KEY: __, ...inherited } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs', '--api-only'], {
    cwd: REPOSITORY,
    env: { ...inherited, PACT_PORT: '0', PACT_DATA_DIR: folder, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const banner = await readBanner(child);
  return {
    apiUrl: /API {8}(\S+)/.exec(banner)![1]!,
    apiKey: /API key {4}(\S+)/.exec(banner)![1]!,
    stop: async () => {
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function readBanner(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk) => {
      text += chunk;
      if (text.includes('Storage')) resolve(text);
    });
    child.on('exit', (code) => reject(new Error(`PACT ended with ${code} before it was ready.`)));
  });
}
