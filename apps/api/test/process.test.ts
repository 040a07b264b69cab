import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, statement } from '@pact/db';
import { createDatabase, onPostgres } from '@pact/db/testing';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startCollector } from './collector.ts';
import { openEventStream } from './event-stream.ts';
import { send } from './world.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];

/** A server as a user starts it: a process of its own. */
interface Running {
  child: ChildProcess;
  output(): string;
  origin: string;
  key: string;
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A folder that a first start filled and left; a fresh one takes several seconds to make. */
let filled: string | undefined;
afterAll(() => filled && rm(filled, { recursive: true, force: true }));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pact-process-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function dataFolder(): Promise<string> {
  const folder = await emptyFolder();
  if (filled) await cp(join(filled, 'database'), join(folder, 'database'), { recursive: true });
  return folder;
}

function launch(env: Record<string, string>, args = ['--api-only']) {
  const { DATABASE_URL: _, PACT_API_KEY: __, ...inherited } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: REPOSITORY,
    env: { ...inherited, PACT_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended, output: () => text };
}

async function start(env: Record<string, string>): Promise<Running & { ended: Promise<number | null> }> {
  const process = launch(env);
  const ready = async () => {
    while (!process.output().includes('Storage')) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await Promise.race([
    ready(),
    process.ended.then((code) => {
      throw new Error(`The server ended with ${code}:\n${process.output()}`);
    }),
  ]);
  const origin = /API {8}(http:\/\/localhost:\d+)/.exec(process.output())![1]!;
  const key = /API key {4}(\S+)/.exec(process.output())?.[1] ?? '';
  return { ...process, origin, key };
}

const folderEnv = async () => ({ PACT_DATA_DIR: await dataFolder() });
const save = (server: Running, sessionId: string, text: string) =>
  send(server, 'POST', `/sessions/${sessionId}/interactions`, {
    key: server.key,
    body: { user_message: text, ai_message: 'Yes.' },
    headers: { 'idempotency-key': text },
  });

describe('the embedded server', () => {
  test('makes a key, keeps it for its user alone, and accepts it after a restart', async () => {
    const env = await folderEnv();
    const first = await start(env);
    expect(first.key).toMatch(/^sk_test_/);
    const file = join(env.PACT_DATA_DIR, 'api-key');
    expect((await readFile(file, 'utf8')).trim()).toBe(first.key);
    expect((await stat(file)).mode & 0o077).toBe(0);
    const { body } = await send(first, 'POST', '/sessions', { key: first.key });
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await start(env);
    expect(second.key).toBe(first.key);
    expect((await send(second, 'GET', `/sessions/${body.session_id}`, { key: first.key })).status).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    filled = await mkdtemp(join(tmpdir(), 'pact-filled-'));
    await cp(env.PACT_DATA_DIR, filled, { recursive: true });
  });

  test('accepts the key that the user chose', async () => {
    const server = await start({ ...(await folderEnv()), PACT_API_KEY: 'sk_test_my_own_key' });
    expect((await send(server, 'GET', '/sessions', { key: 'sk_test_my_own_key' })).status).toBe(200);
  });

  test('holds the local key to the plan of this start, and forgets the key that was replaced', async () => {
    const env = await folderEnv();
    const first = await start({ ...env, PACT_API_KEY: 'sk_test_first_key' });
    expect(
      (await send(first, 'GET', '/sessions', { key: 'sk_test_first_key' })).headers.get('x-ratelimit-limit'),
    ).toBe('1000');
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await start({ ...env, PACT_API_KEY: 'sk_test_other_key', PACT_LOCAL_PLAN: 'free' });
    expect((await send(second, 'GET', '/sessions', { key: 'sk_test_first_key' })).status).toBe(401);
    const answer = await send(second, 'GET', '/sessions', { key: 'sk_test_other_key' });
    expect(answer.headers.get('x-ratelimit-limit')).toBe('10');
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('9');
  });

  test('refuses to open a folder that another process has, in a clear sentence', async () => {
    const env = await folderEnv();
    await start(env);
    const second = launch(env);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('The embedded database serves one process at a time');
    expect(second.output()).not.toContain('    at ');
  });

  test('has what it acknowledged after kill -9 in the middle of writing, whole, and none twice when sent again', async () => {
    const env = await folderEnv();
    const first = await start(env);
    const { body } = await send(first, 'POST', '/sessions', { key: first.key });
    const acknowledged: string[] = [];
    const sending = Array.from({ length: 4 }, async (_, lane) => {
      for (let at = 0; ; at++) {
        const text = `Lane ${lane}, message ${at}, about the ferry to Rhodes.`;
        const answer = await save(first, body.session_id, text).catch(() => undefined);
        if (answer?.status !== 201) return;
        acknowledged.push(text);
      }
    });
    while (acknowledged.length < 25) await new Promise((resolve) => setTimeout(resolve, 10));
    first.child.kill('SIGKILL');
    await Promise.all(sending);
    const second = await start(env);
    for (const text of acknowledged) expect((await save(second, body.session_id, text)).status).toBe(201);
    const stored: string[] = [];
    let cursor = '';
    do {
      const page = await send(second, 'GET', `/sessions/${body.session_id}/messages?limit=200${cursor}`, {
        key: second.key,
      });
      for (const { role, content } of page.body.data) if (role === 'user') stored.push(content);
      cursor = page.body.next_cursor ? `&cursor=${page.body.next_cursor}` : '';
      expect(page.body.data.length % 2).toBe(0);
    } while (cursor);
    for (const text of acknowledged) expect(stored.filter((content) => content === text)).toHaveLength(1);
    const session = await send(second, 'GET', `/sessions/${body.session_id}`, { key: second.key });
    expect(session.body.message_count).toBe(stored.length * 2);
  });

  test('answers the requests that run when it is told to end', async () => {
    const server = await start(await folderEnv());
    const { body } = await send(server, 'POST', '/sessions', { key: server.key });
    const running = Array.from({ length: 8 }, (_, at) => save(server, body.session_id, `Last words ${at}`));
    await new Promise((resolve) => setTimeout(resolve, 30));
    server.child.kill('SIGTERM');
    for (const { status } of await Promise.all(running)) expect(status).toBe(201);
    expect(await server.ended).toBe(0);
  });

  test('ends its streams when it is told to end, and asks their clients to come back soon', async () => {
    const server = await start(await folderEnv());
    const { body } = await send(server, 'POST', '/sessions', { key: server.key });
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => openEventStream(server, body.session_id, { key: server.key })),
    );
    await save(server, body.session_id, 'Last words');
    await Promise.all(streams.map((stream) => stream.came(2)));
    server.child.kill('SIGTERM');
    await Promise.all(streams.map(({ ended }) => ended));
    for (const { raw, comments } of streams) {
      expect(raw.complete).toBe(true);
      expect(comments[0]).toContain('retry: 1000');
    }
    expect(await server.ended).toBe(0);
  });

  test('sends its telemetry where it is told to, the last of it when it ends', async () => {
    const collector = await startCollector();
    cleanUps.push(() => collector.stop());
    const server = await start({
      ...(await folderEnv()),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      PACT_STAGE: 'testing',
    });
    const { headers } = await send(server, 'GET', '/sessions', { key: server.key });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const requestId = headers.get('x-request-id');
    expect(collector.spans().map(({ attributes }) => attributes['pact.request_id'])).toContain(requestId);
    expect(collector.logs().map(({ attributes }) => attributes['request_id'])).toContain(requestId);
    expect(collector.points('http.server.request.duration')).not.toEqual([]);
    expect(collector.resources()[0]).toMatchObject({ 'deployment.environment.name': 'testing' });
    expect(collector.bodies.join()).not.toContain(server.key);
  });

  test('ends in time though nobody takes its telemetry', async () => {
    const server = await start({
      ...(await folderEnv()),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    await send(server, 'GET', '/sessions', { key: server.key });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector'],
    ['PACT_PORT', 'many'],
    ['PACT_API_KEY', 'password'],
    ['DATABASE_URL', 'mysql://localhost/pact'],
  ])('refuses to start with %s=%s, and names it', async (name, value) => {
    const refused = launch({ ...(await folderEnv()), [name]: value });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(`PACT does not start. ${name}`);
  });

  test('says which port is taken', async () => {
    const server = await start(await folderEnv());
    const port = new URL(server.origin).port;
    const second = launch({ ...(await folderEnv()), PACT_PORT: port });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(port);
  });
});

describe('a configured PostgreSQL', () => {
  test('that does not answer is a refusal to start, never another store', async () => {
    const env = { PACT_DATA_DIR: await emptyFolder() };
    const refused = launch({ ...env, DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:9/pact' });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('DATABASE_URL is set, but 127.0.0.1:9/pact does not answer');
    expect(refused.output()).not.toContain('secret');
    await expect(stat(join(env.PACT_DATA_DIR, 'database'))).rejects.toThrow();
  });

  test.skipIf(!onPostgres)('is used, and two processes serve it together', async () => {
    const { databaseUrl, drop } = await createDatabase(SERVER_URL!);
    cleanUps.push(drop);
    const env = { DATABASE_URL: databaseUrl, PACT_API_KEY: 'sk_test_shared_key' };
    const [first, second] = await Promise.all([
      start({ ...env, ...(await folderEnv()) }),
      start({ ...env, ...(await folderEnv()) }),
    ]);
    const key = 'sk_test_shared_key';
    const { body } = await send(first, 'POST', '/sessions', { key });
    const saved = await save({ ...first, key }, body.session_id, 'Seen by both');
    expect(saved.status).toBe(201);
    const read = await send(second, 'GET', `/sessions/${body.session_id}/messages`, { key });
    expect(read.body.data[0].content).toBe('Seen by both');
  });
});

describe.skipIf(!onPostgres)('a worker beside the API', () => {
  const key = 'sk_test_worker_key';
  const turn = (at: number) => `The ferry number ${at} to Rhodes left at noon.`;

  test('folds what an API process left that was killed between a save and its fold', async () => {
    const { databaseUrl, drop } = await createDatabase(SERVER_URL!);
    cleanUps.push(drop);
    const env = { DATABASE_URL: databaseUrl, PACT_API_KEY: key, PACT_JOBS: 'off' };
    const api = await start({ ...env, PACT_DATA_DIR: await emptyFolder() });
    const { body } = await send(api, 'POST', '/sessions', { key });
    for (let at = 0; at < 5; at++) await save({ ...api, key }, body.session_id, turn(at));
    const watcher = await connect({ databaseUrl, dataDir: '' });
    cleanUps.push(() => watcher.close());
    const run = <Row>(text: string) => statement<Row>(watcher.acrossWorkspaces, text, []);
    // The save commits; its fold waits behind this lock when the process is killed.
    await watcher.acrossWorkspaces.transaction(async (transaction) => {
      await statement(transaction as never, 'lock table consolidations in access exclusive mode', []);
      const saving = save({ ...api, key }, body.session_id, turn(5)).catch(() => undefined);
      while ((await run(`select 1 from messages where content = '${turn(5)}'`)).length === 0) await sleep(20);
      api.child.kill('SIGKILL');
      expect(await saving).toBeUndefined();
      await api.ended;
    });
    expect(await run('select 1 from consolidations')).toEqual([]);
    const worker = launch({ ...env, PACT_WORKER_PORT: '0' }, ['--worker']);
    while ((await run('select 1 from consolidations')).length === 0) await sleep(100);
    const [session] = await run<{ folded: number }>('select folded_count as folded from sessions');
    expect(session!.folded).toBeGreaterThan(0);
    while ((await run(`select 1 from pgboss.job where name = 'consolidate'`)).length > 0) await sleep(50);
    expect(await run('select 1 from consolidations')).toHaveLength(1);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
  });

  test('shows the jobs that failed every time, and takes one that is sent again', async () => {
    const { databaseUrl, drop } = await createDatabase(SERVER_URL!);
    cleanUps.push(drop);
    const env = { DATABASE_URL: databaseUrl };
    const connection = await connect({ databaseUrl, dataDir: '' });
    cleanUps.push(() => connection.close());
    const none = launch(env, ['--jobs', 'list-dead']);
    expect(await none.ended).toBe(0);
    expect(none.output()).toContain('0 dead');
    const data = '{"kind": "consolidate", "workspaceId": "wks_a", "sessionId": "sess_a"}';
    await statement(
      connection.acrossWorkspaces,
      `insert into pgboss.job (name, data, output) values ('dead-letter', '${data}', '{"failure": "TypeError"}')`,
      [],
    );
    const listed = launch(env, ['--jobs', 'list-dead']);
    expect(await listed.ended).toBe(0);
    const [, id] = /^(\S+) .*sess_a.*TypeError$/m.exec(listed.output())!;
    expect(await launch(env, ['--jobs', 'retry', id!]).ended).toBe(0);
    const waiting = await statement<{ name: string }>(
      connection.acrossWorkspaces,
      'select name from pgboss.job',
      [],
    );
    expect(waiting).toEqual([{ name: 'consolidate' }]);
    expect(await launch(env, ['--jobs', 'retry', id!]).ended).toBe(1);
    expect(await launch(env, ['--jobs']).ended).toBe(1);
  });
});

test('a worker without a server database says why it does not start', async () => {
  const refused = launch({ PACT_DATA_DIR: await emptyFolder() }, ['--worker']);
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toContain('PACT does not start. DATABASE_URL');
});
