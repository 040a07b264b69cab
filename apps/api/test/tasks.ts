import { type Connection, connect } from '@pact/db';
import { createDatabase, freshPglite, onPostgres } from '@pact/db/testing';
import { until } from './redis-server.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];

/** Tasks of one service: one database, one Redis. */
export interface Tasks {
  tasks: ApiWorld[];
  key: string;
  /** Until every task believes what is kept in Redis. */
  settled(): Promise<void>;
  open(body?: object): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param redisUrls one a task: the same server, by ways that a test may cut one by one.
 * @param redisAnswerMs long, where a test is about hits, and a busy machine must not look like a slow Redis.
 */
export async function startTasks(redisUrls: string[], redisAnswerMs?: number): Promise<Tasks> {
  const { connections, close } = await connectionsFor(redisUrls.length);
  const tasks: ApiWorld[] = [];
  for (const [at, redisUrl] of redisUrls.entries())
    tasks.push(await apiWorld(connections[at]!, { redisUrl, redisAnswerMs }));
  const { secret: key } = await tasks[0]!.key('wks_tasks');
  const settled = () => until(() => tasks.every(({ services }) => services.link!.isTrusted()));
  await settled();
  return {
    tasks,
    key,
    settled,
    open: async (body) =>
      (await send(tasks[0]!, 'POST', '/sessions', { key, ...(body ? { body } : {}) })).body.session_id,
    close: async () => {
      for (const task of tasks) await task.close();
      await close();
    },
  };
}

/** Connections of their own to one database; the embedded one has but one, which they share. */
async function connectionsFor(count: number): Promise<{ connections: Connection[]; close(): Promise<void> }> {
  if (!onPostgres) {
    const connection = await freshPglite();
    const shared = { ...connection, close: async () => {} };
    return { connections: Array.from({ length: count }, () => shared), close: () => connection.close() };
  }
  const { databaseUrl, drop } = await createDatabase(SERVER_URL!);
  const connections: Connection[] = [];
  for (let at = 0; at < count; at++) connections.push(await connect({ databaseUrl, dataDir: '' }));
  return { connections, close: drop };
}
