import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltSdk, buildSdk, EXPECTED } from './built-sdk.ts';
import { type RunningServer, startServer } from './running-server.ts';

/** Each with how it runs a program that may use the network and the environment. */
const RUNTIMES = [
  { name: 'Node', binary: process.execPath, options: [] },
  { name: 'Bun', binary: process.env['PACT_TEST_BUN'], options: [] },
  {
    name: 'Deno',
    binary: process.env['PACT_TEST_DENO'],
    options: ['run', '--no-config', '--no-remote', '--allow-net', '--allow-env'],
  },
];
const WORKERD = process.env['PACT_TEST_WORKERD'];

let server: RunningServer;
let sdk: BuiltSdk;
beforeAll(async () => {
  [server, sdk] = await Promise.all([startServer(), buildSdk()]);
});
afterAll(() => Promise.all([server?.stop(), sdk?.remove()]));

describe('the built client', () => {
  for (const { name, binary, options } of RUNTIMES) {
    test.skipIf(!binary)(`saves, follows and is refused in ${name}`, async () => {
      const { stdout } = await promisify(execFile)(binary!, [...options, 'program.mjs'], {
        cwd: sdk.folder,
        env: {
          PATH: process.env['PATH'],
          HOME: sdk.folder,
          PACT_API_KEY: server.apiKey,
          PACT_BASE_URL: server.apiUrl,
        },
      });
      expect(JSON.parse(stdout)).toEqual(EXPECTED);
    });
  }

  test.skipIf(!WORKERD)('saves, follows and is refused in workerd, in one file', async () => {
    await build({
      entryPoints: [join(sdk.folder, 'worker.mjs')],
      bundle: true,
      format: 'esm',
      outfile: join(sdk.folder, 'worker.js'),
    });
    const worker = await startWorker(sdk.folder);
    try {
      const answer = await fetch(worker.url, {
        method: 'POST',
        body: JSON.stringify({ apiKey: server.apiKey, baseUrl: server.apiUrl }),
      });
      expect(await answer.json()).toEqual(EXPECTED);
    } finally {
      await worker.stop();
    }
  });
});

const configOf = (port: number) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2025-06-01",
);
`;

async function startWorker(folder: string) {
  const port = await freePort();
  await writeFile(join(folder, 'config.capnp'), configOf(port));
  const child = spawn(WORKERD!, ['serve', 'config.capnp'], { cwd: folder, stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}/`;
  await answers(url, child);
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Waits for a server that says nothing when it is ready. */
async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The worker ended before it was ready.');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}
