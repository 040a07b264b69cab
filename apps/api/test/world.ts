import { ensureWorkspace, newSecret, type Plan, type Scope, storeKey } from '@pact/core';
import type { Connection } from '@pact/db';
import { testConnection } from '@pact/db/testing';
import type { FastifyInstance } from 'fastify';
import { createLog } from '../src/log.ts';
import { openQueue } from '../src/queue.ts';
import { connectRedis } from '../src/redis.ts';
import { createServer } from '../src/server.ts';
import { createServices, type Services } from '../src/services.ts';
import { silent } from '../src/telemetry/index.ts';

/** A running API on a free port, with its database. */
export interface ApiWorld {
  app: FastifyInstance;
  services: Services;
  connection: Connection;
  /** `http://127.0.0.1:PORT` */
  origin: string;
  clock: { now: Date };
  /** Every line that was logged. */
  logged: string[];
  /** A key in a workspace, which is made when it is new. */
  key(workspaceId: string, options?: KeyOptions): Promise<{ secret: string; keyId: string }>;
  close(): Promise<void>;
}

interface KeyOptions {
  scopes?: Scope[];
  plan?: Plan;
  rateLimited?: boolean;
  expiresAt?: Date;
}

type Parts = Omit<NonNullable<Parameters<typeof createServices>[2]>, 'now' | 'queue'> & {
  redisUrl?: string;
  withQueue?: boolean;
};

/**
 * @param parts what its services are made with beside the database, as Redis. Jobs are run by the tests that want them,
 *   never by themselves.
 */
export async function apiWorld(given?: Connection, parts: Parts = {}): Promise<ApiWorld> {
  const connection = given ?? (await testConnection());
  const clock = { now: new Date('2026-11-23T09:00:00.000Z') };
  const logged: string[] = [];
  const log = createLog('debug', parts.telemetry ?? silent, { write: (line) => void logged.push(line) });
  const services = createServices(connection, log, {
    redis: parts.redisUrl ? await connectRedis(parts.redisUrl, log) : undefined,
    ...parts,
    queue: parts.withQueue ? await openQueue(connection, log) : undefined,
    now: () => clock.now,
  });
  const app = await createServer(services, { siteOrigins: ['http://localhost:3000'] });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    app,
    services,
    connection,
    origin,
    clock,
    logged,
    key: async (workspaceId, { plan = 'team', rateLimited = false, ...options } = {}) => {
      const secret = newSecret('test');
      await ensureWorkspace(connection.acrossWorkspaces, {
        id: workspaceId,
        name: workspaceId,
        plan,
        now: clock.now,
      });
      const keyId = await storeKey(connection.acrossWorkspaces, {
        workspaceId,
        name: 'test',
        secret,
        rateLimited,
        now: clock.now,
        ...options,
      });
      return { secret, keyId };
    },
    close: async () => {
      await app.close();
      await services.close();
    },
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what came, whatever it is
  body: any;
}

/** Sends a request below `/pact/v1`; a body that is not a string is sent as JSON. */
export async function send(
  { origin }: { origin: string },
  method: string,
  path: string,
  options: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { key, body } = options;
  const response = await fetch(`${origin}/pact/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...options.headers,
    },
    ...(body === undefined
      ? {}
      : {
          body:
            typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
        }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
