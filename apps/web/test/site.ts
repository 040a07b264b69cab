import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** PACT as `npm start` brings it up: the real API and the built site, on ports and in a folder of their own. */
export interface Site {
  url: string;
  apiUrl: string;
  apiKey: string;
  stop(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const [apiPort, sitePort] = [await freePort(), await freePort()];
  const dataDir = await mkdtemp(join(tmpdir(), 'pact-site-'));
  const apiKey = 'sk_test_of_the_browser_test';
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: REPOSITORY,
    env: {
      ...inherited,
      PACT_PORT: String(apiPort),
      PACT_SITE_PORT: String(sitePort),
      PACT_DATA_DIR: dataDir,
      PACT_API_KEY: apiKey,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  let output = '';
  const ready = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('PACT is ready.')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  await Promise.race([ready, ended]);
  if (child.exitCode !== null) throw new Error(`PACT did not start:\n${output}`);
  return {
    url: `http://localhost:${sitePort}`,
    apiUrl: `http://localhost:${apiPort}/pact/v1`,
    apiKey,
    stop,
  };
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
