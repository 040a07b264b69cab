import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from './running-server.ts';

/** A Python that has the published `pact-langchain`; without one this test has nothing to run. */
const PYTHON = process.env['PACT_TEST_PYTHON'];
const SCRIPT = fileURLToPath(new URL('published-client/conversation.py', import.meta.url));

describe.skipIf(!PYTHON)('the published Python client', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  test('holds a conversation, and gets real emotions, a real summary and a real graph', async () => {
    const { stdout } = await promisify(execFile)(PYTHON!, [
      SCRIPT,
      '--url',
      server.apiUrl,
      '--key',
      server.apiKey,
    ]);
    const observed = JSON.parse(stdout.trim().split('\n').at(-1)!);
    console.log(JSON.stringify(observed, null, 2));
    expect(observed.ok).toBe(true);
  });
});
