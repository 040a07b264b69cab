import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@pact/db';
import { createDatabase, onPostgres } from '@pact/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, keysCommand } from '../src/keys-command.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];

/** `npm run keys -- …`, as the operator runs it: a process of its own. */
function spawnKeys(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const { DATABASE_URL: _, PACT_API_KEY: __, PACT_DATA_DIR: ___, ...inherited } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: REPOSITORY, env: { ...inherited, ...env } };
    execFile(process.execPath, ['scripts/keys.mjs', ...args], options, (error, output, errors) =>
      resolve({ code: error ? 1 : 0, output, errors }),
    );
  });
}

/** The same in this process: quicker. */
const keys = (env: Record<string, string>, ...args: string[]) => keysCommand(args, env);

const secretIn = ({ output }: Ended) => /^sk_(test|prod)_\S+$/m.exec(output)![0];
const keyIdIn = ({ output }: Ended) => /^key_\S+/.exec(output)![0];

/** An embedded database takes seconds to open, and each command opens it. */
const TIMEOUT_MS = 300_000;

describe('the operator’s command', { timeout: TIMEOUT_MS }, () => {
  let env: Record<string, string>;
  let folder: string;
  let drop: (() => Promise<void>) | undefined;
  let open: () => Promise<ApiWorld>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pact-keys-'));
    const database = onPostgres ? await createDatabase(SERVER_URL!) : undefined;
    drop = database?.drop;
    env = database ? { DATABASE_URL: database.databaseUrl } : { PACT_DATA_DIR: folder };
    open = async () => {
      const world = await apiWorld(await connect({ databaseUrl: database?.databaseUrl, dataDir: folder }));
      world.clock.now = new Date();
      return world;
    };
  });
  afterAll(async () => {
    await drop?.();
    await rm(folder, { recursive: true, force: true });
  });

  test('makes the first key, rotates and revokes it; the API obeys', async () => {
    const created = await spawnKeys(
      env,
      'create',
      '--workspace',
      'wks_first',
      '--plan',
      'pro',
      '--name',
      'Agent',
    );
    expect(created).toMatchObject({ code: 0, errors: '' });
    const first = { id: keyIdIn(created), secret: secretIn(created) };
    expect(first.secret).toMatch(/^sk_test_/);
    const rotated = await spawnKeys(env, 'rotate', first.id);
    const second = { id: keyIdIn(rotated), secret: secretIn(rotated) };
    expect(second.secret).not.toBe(first.secret);

    let world = await open();
    const status = async (key: string) => (await send(world, 'GET', '/sessions', { key })).status;
    const answer = await send(world, 'GET', '/sessions', { key: first.secret });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-ratelimit-limit')).toBe('300');
    expect(await status(second.secret)).toBe(200);
    world.clock.now = new Date(Date.now() + 24 * 3_600_000 + 60_000);
    expect(await status(first.secret)).toBe(401);
    expect(await status(second.secret)).toBe(200);
    await world.close();

    const listed = await keys(env, 'list', '--workspace', 'wks_first');
    expect(listed.output).toContain(`replaced by ${second.id}`);
    expect(listed.output).not.toContain(first.secret);
    expect(listed.output).not.toContain(second.secret);
    expect(listed.output).not.toContain('never');

    expect((await keys(env, 'revoke', second.id)).output).toContain('opens nothing any more');
    expect((await keys(env, 'revoke', second.id)).output).toContain('was revoked before');
    world = await open();
    expect(await status(second.secret)).toBe(401);
    await world.close();
  });

  test('gives a key its environment, scopes and end', async () => {
    const created = await keys(
      env,
      ...['create', '--workspace', 'wks_second', '--plan', 'free', '--name', 'Reader'],
      ...['--scopes', 'memory:read', '--environment', 'prod', '--expires', '2199-01-31'],
    );
    const key = secretIn(created);
    expect(key).toMatch(/^sk_prod_/);
    expect(created.output).toContain('until 2199-01-31T00:00:00.000Z');
    const world = await open();
    expect((await send(world, 'GET', '/sessions', { key })).status).toBe(200);
    expect((await send(world, 'POST', '/sessions', { key })).status).toBe(403);
    await world.close();
  });

  test.each([
    [
      ['create', '--workspace', 'wks_new', '--name', 'a'],
      'There is no workspace wks_new. Give --plan to make it.',
    ],
    [['create', '--name', 'a', '--plan', 'free'], '--workspace is missing'],
    [['create', '--workspace', 'w', '--name', 'a', '--plan', 'gold'], '--plan: "gold" is none of free'],
    [
      ['create', '--workspace', 'w', '--name', 'a', '--scopes', 'memory:all'],
      '--scopes: "memory:all" is none of',
    ],
    [['create', '--workspace', 'w', '--name', 'a', '--expires', '2026-02-30'], 'is no date such as'],
    [['create', '--workspace', 'w', '--name', 'a', '--expires', '2020-01-01'], '2020-01-01 is over'],
    [['rotate', 'key_none'], 'There is no key key_none'],
    [['rotate', 'key_none', '--overlap-hours', '-1'], '--overlap-hours'],
    [['revoke'], 'KEY_ID is missing'],
    [['destroy'], 'Usage:'],
    [['create', '--colour', 'red'], '--colour'],
  ])('refuses %j in plain words', async (args, words) => {
    const refused = await keys(env, ...args);
    expect(refused).toMatchObject({ code: 1, output: '' });
    expect(refused.errors).toContain(words);
    expect(refused.errors).not.toContain('    at ');
  });
});

test('the operator’s command, spawned, refuses with an exit status and no stack', async () => {
  const refused = await spawnKeys({}, 'destroy');
  expect(refused).toMatchObject({ code: 1, output: '' });
  expect(refused.errors).toMatch(/^Usage:/);
});

test('the operator’s command refuses an embedded folder that a server has open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pact-keys-'));
  const connection = await connect({ dataDir: folder });
  const refused = await keys({ PACT_DATA_DIR: folder }, 'list', '--workspace', 'wks_local');
  expect(refused.code).toBe(1);
  expect(refused.errors).toContain('The embedded database serves one process at a time');
  expect(refused.errors).not.toContain('    at ');
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

test('the operator’s command refuses a database that does not answer, and keeps its password to itself', async () => {
  const refused = await keys(
    { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:9/pact' },
    'revoke',
    'key_a',
  );
  expect(refused.code).toBe(1);
  expect(refused.errors).toContain('127.0.0.1:9/pact does not answer');
  expect(refused.errors).not.toContain('secret');
});
