import {
  CreateSession,
  type Ctx,
  createSession,
  ensureWorkspace,
  foldDue,
  getSession,
  type Job,
  SaveInteraction,
  SaveMessages,
  saveInteraction,
  saveMessages,
} from '@pact/core';
import { type Connection, connect, statement } from '@pact/db';
import { createDatabase, onPostgres, testConnection } from '@pact/db/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type JobQueue, openQueue } from '../src/queue.ts';
import { createServices, type Services } from '../src/services.ts';
import { startWorking } from '../src/work.ts';

const log = pino({ level: 'silent' });
const fold = (sessionId: string): Job => ({ kind: 'consolidate', workspaceId: 'wks_queue', sessionId });

let connection: Connection;
let queue: JobQueue;
let services: Services;
beforeAll(async () => {
  connection = await testConnection();
  queue = await openQueue(connection, log, { maintenanceSeconds: 1 });
  services = createServices(connection, log, { queue });
  await ensureWorkspace(connection.acrossWorkspaces, {
    id: 'wks_queue',
    name: 'Queue',
    plan: 'team',
    now: new Date(),
  });
});
afterAll(() => services.close());
beforeEach(() => connection.script('delete from pgboss.job; delete from pgboss.archive'));

const run = <Row>(text: string, values: unknown[] = []) =>
  statement<Row>(connection.acrossWorkspaces, text, values);
const states = async () =>
  (await run<{ state: string }>(`select state::text as state from pgboss.job order by created_on`)).map(
    ({ state }) => state,
  );
/** What is to wait is due now. */
const hurry = () =>
  run(`update pgboss.job set start_after = now() - interval '1 second' where state < 'active' returning 1`);
const until = async (isSo: () => Promise<boolean>) => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
};

describe('a job', () => {
  test('exists exactly when the change that made it necessary does', async () => {
    const undone = connection.acrossWorkspaces.transaction(async (transaction) => {
      await queue.enqueue(transaction as never, fold('sess_undone'));
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await states()).toEqual([]);
    await connection.acrossWorkspaces.transaction((transaction) =>
      queue.enqueue(transaction as never, fold('sess_done')),
    );
    expect(await states()).toEqual(['created']);
  });

  test('waits once however often it is asked for, until its time, and is taken by one', async () => {
    for (let at = 0; at < 3; at++) await queue.enqueue(connection.acrossWorkspaces, fold('sess_one'), 60_000);
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_other'), 60_000);
    expect(await states()).toEqual(['created', 'created']);
    expect(await queue.due()).toEqual([]);
    expect(await queue.due()).toEqual([]);
    // Asked for sooner it is due sooner, and not later again.
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_one'));
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_one'), 60_000);
    await until(async () => (await queue.due()).length > 0);
    await hurry();
    expect(await queue.due()).toEqual(['consolidate']);
    const taken = await Promise.all(Array.from({ length: 5 }, () => queue.take('consolidate')));
    const sessions = taken.flatMap((job) => (job?.job.kind === 'consolidate' ? [job.job.sessionId] : []));
    expect(sessions.sort()).toEqual(['sess_one', 'sess_other']);
    // Asked for while it runs, it runs again: what runs may have looked too early.
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_one'));
    expect(await states()).toContain('created');
    for (const job of taken) if (job) await queue.succeeded(job);
    expect(await states()).toEqual(['created']);
  });

  test('that fails is tried five times, each later than the one before, and then set aside without a word of its text', async () => {
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_bad'));
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      await hurry();
      const taken = await queue.take('consolidate');
      expect(taken?.job).toEqual(fold('sess_bad'));
      await queue.failed(taken!, new TypeError('quotes what Priya wrote'));
      const [next] = await run<{ wait: string }>(
        `select extract(epoch from start_after - now())::text as wait from pgboss.job where state = 'retry'`,
      );
      if (next) waits.push(Number(next.wait));
    }
    expect(waits).toHaveLength(4);
    for (const [at, wait] of waits.entries()) expect(wait).toBeGreaterThan(2 ** (at + 1) - 0.5);
    await hurry();
    expect(await queue.take('consolidate')).toBeUndefined();
    const [dead, ...others] = await queue.dead();
    expect(others).toEqual([]);
    expect(dead).toMatchObject({ job: fold('sess_bad'), failure: 'TypeError' });
    const [all] = await run<{ text: string }>(`select string_agg(j::text, ' ') as text from pgboss.job j`);
    expect(all!.text).not.toContain('Priya');
    expect(await queue.retry('00000000-0000-0000-0000-000000000000')).toBe(false);
    expect(await queue.retry(dead!.id)).toBe(true);
    expect(await queue.dead()).toEqual([]);
    expect((await queue.take('consolidate'))?.job).toEqual(fold('sess_bad'));
  });

  test('whose process died is taken up again when its time is over, and counts as an attempt', async () => {
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_dead'));
    await hurry();
    expect(await queue.take('consolidate')).toBeDefined();
    await run(
      `update pgboss.job set started_on = now() - interval '2 minutes' where state = 'active' returning 1`,
    );
    await until(async () => (await states()).includes('retry'));
    await hurry();
    expect((await queue.take('consolidate'))?.job).toEqual(fold('sess_dead'));
    const [job] = await run<{ count: number }>(`select retry_count as count from pgboss.job`);
    expect(job!.count).toBe(1);
  });

  test('that names an erased session is gone in every state', async () => {
    const twice = async () => {
      await queue.enqueue(connection.acrossWorkspaces, fold('sess_gone'));
      await hurry();
      return queue.take('consolidate');
    };
    // Set aside, tried again, running, waiting; and one of another session.
    const dying = await twice();
    for (let attempt = 0; attempt < 5; attempt++) {
      await queue.failed((attempt === 0 ? dying : await queue.take('consolidate'))!, new Error('x'));
      await hurry();
    }
    await twice();
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_gone'));
    await queue.enqueue(
      connection.acrossWorkspaces,
      { kind: 'archive', workspaceId: 'wks_queue', sessionId: 'sess_gone' },
      9e6,
    );
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_stays'));
    await queue.enqueue(connection.acrossWorkspaces, {
      ...fold('sess_gone'),
      workspaceId: 'wks_neighbour',
    } as Job);
    expect(
      await queue.forget(connection.acrossWorkspaces, { workspaceId: 'wks_queue', sessionId: 'sess_gone' }),
    ).toBe(5);
    const left = await run<{ data: { sessionId: string; workspaceId: string } }>(
      `select data from pgboss.job`,
    );
    expect(left.map(({ data }) => [data.workspaceId, data.sessionId]).sort()).toEqual([
      ['wks_neighbour', 'sess_gone'],
      ['wks_queue', 'sess_stays'],
    ]);
  });

  test('of time is made once in its time, whoever asks', async () => {
    await Promise.all(Array.from({ length: 4 }, () => queue.tick('sweep', 3_600)));
    expect(await states()).toHaveLength(1);
    await hurry();
    await queue.succeeded((await queue.take('sweep'))!);
    await queue.tick('sweep', 3_600);
    expect(await queue.due()).toEqual([]);
  });
});

test('the service uses the queue’s tables, and may not change them', async () => {
  for (const text of ['drop table pgboss.job', 'truncate pgboss.job', 'create table pgboss.other (id int)'])
    await expect(run(text)).rejects.toMatchObject({ cause: { code: '42501' } });
});

const ctx = () => ({
  ...services.domain,
  ...services.forWorkspace('wks_queue'),
  actor: { workspaceId: 'wks_queue', keyId: 'key_test' },
});
const passThreshold = async () => {
  const { sessionId } = await createSession(ctx(), CreateSession.parse({}));
  for (let at = 0; at < 6; at++) {
    const input = {
      sessionId,
      userMessage: `The ferry number ${at} to Rhodes left at noon.`,
      aiMessage: 'I see.',
    };
    const saved = await saveInteraction(ctx(), SaveInteraction.parse(input));
    expect(saved.consolidationTriggered).toBe(at === 5);
  }
  return sessionId;
};

describe('a fold', () => {
  const folded = async (sessionId: string) => (await getSession(ctx(), { sessionId })).foldedCount;

  test('is noted down with the save that made it due, or neither is there', async () => {
    const { sessionId } = await createSession(ctx(), CreateSession.parse({}));
    const messages = Array.from({ length: 24 }, (_, at) => ({
      role: 'user' as const,
      content: `The ferry number ${at} to Rhodes left at noon.`,
      externalId: `ferry ${at}`,
    }));
    const broken = {
      ...queue,
      enqueue: async (...given: Parameters<typeof queue.enqueue>) => {
        await queue.enqueue(...given);
        throw new Error('the process died');
      },
    };
    const save = (from: Partial<Ctx> = {}) =>
      saveMessages({ ...ctx(), ...from }, SaveMessages.parse({ sessionId, messages }));
    await expect(save({ queue: broken })).rejects.toThrow('the process died');
    expect((await getSession(ctx(), { sessionId })).messageCount).toBe(0);
    expect(await states()).toEqual([]);
    // Twins too: one of them finds the other's messages, whether it sees them or runs into them.
    const twins = await Promise.all([save(), save(), save()]);
    expect(new Set(twins.map(({ messageIds }) => messageIds.join())).size).toBe(1);
    expect((await getSession(ctx(), { sessionId })).messageCount).toBe(24);
    expect(await states()).toEqual(['created']);
  });

  test('that the save did itself leaves no job behind', async () => {
    const sessionId = await passThreshold();
    expect(await states()).toEqual(['created']);
    await foldDue(services.jobCtx, { workspaceId: 'wks_queue', sessionId });
    expect(await folded(sessionId)).toBeGreaterThan(0);
    expect(await states()).toEqual([]);
  });

  test('that the save never came to is done from the queue', async () => {
    const sessionId = await passThreshold();
    expect(await folded(sessionId)).toBe(0);
    await hurry();
    const working = startWorking(queue, services.jobCtx, log, { pollMs: 50 });
    await until(async () => (await folded(sessionId)) > 0);
    await working.stop();
    expect(await run(`select 1 from pgboss.job where name = 'consolidate'`)).toEqual([]);
  });

  test.skipIf(!onPostgres)('by two tasks and the save at once is done once', async () => {
    const sessionId = await passThreshold();
    await hurry();
    const other = await openQueue(connection, log);
    const working = [queue, other].map((at) => startWorking(at, services.jobCtx, log, { pollMs: 50 }));
    await Promise.all([
      foldDue(services.jobCtx, { workspaceId: 'wks_queue', sessionId }),
      foldDue(services.jobCtx, { workspaceId: 'wks_queue', sessionId }),
      until(async () => (await folded(sessionId)) > 0),
    ]);
    await Promise.all(working.map((one) => one.stop()));
    await other.close();
    const [count] = await run<{ folds: number }>(
      `select count(*)::int as folds from consolidations where session_id = $1`,
      [sessionId],
    );
    expect(count!.folds).toBe(1);
  });

  test('of an erased session is nothing to do, and no failure', async () => {
    await queue.enqueue(connection.acrossWorkspaces, fold('sess_never'));
    await hurry();
    const working = startWorking(queue, services.jobCtx, log, { pollMs: 50 });
    await until(async () => (await run(`select 1 from pgboss.job where name = 'consolidate'`)).length === 0);
    await working.stop();
    expect(await queue.dead()).toEqual([]);
  });
});

test('a worker that is told to stop finishes the job that runs, and takes no other', async () => {
  const taken: string[] = [];
  let finish: () => void = () => {};
  const held = new Proxy(connection.forWorkspace('wks_queue'), {
    get: (target, name, receiver) => {
      if (name !== 'transaction') return Reflect.get(target, name, receiver);
      return async () => {
        taken.push('began');
        await new Promise<void>((resolve) => (finish = resolve));
        taken.push('ended');
        return false;
      };
    },
  });
  const slow = { ...services.jobCtx, forWorkspace: () => ({ db: held, lagging: held }) };
  for (let at = 0; at < 2; at++) await passThreshold();
  await hurry();
  const working = startWorking(queue, slow, log, { pollMs: 50 });
  await until(async () => taken.length > 0);
  const stopped = working.stop().then(() => taken.push('stopped'));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(taken).toEqual(['began']);
  finish();
  await stopped;
  expect(taken).toEqual(['began', 'ended', 'stopped']);
  expect(await run(`select 1 from pgboss.job where name = 'consolidate'`)).toHaveLength(1);
});

test.skipIf(!onPostgres)(
  'processes that start together on an empty database all get their queue',
  async () => {
    const { databaseUrl, drop } = await createDatabase(process.env['PACT_TEST_DATABASE_URL']!);
    const connections = await Promise.all(
      Array.from({ length: 5 }, () => connect({ databaseUrl, dataDir: '' })),
    );
    const queues = await Promise.all(connections.map((one) => openQueue(one, log)));
    await queues[0]!.enqueue(connections[0]!.acrossWorkspaces, fold('sess_any'));
    expect(await queues[4]!.due()).toEqual(['consolidate']);
    await Promise.all(queues.map((one) => one.close()));
    await Promise.all(connections.map((one) => one.close()));
    await drop();
  },
);
