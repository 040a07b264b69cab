import type { Embedder } from '@pact/core';
import type { Connection, Database, Handles } from '@pact/db';
import type { Redis } from 'ioredis';
import type { Telemetry } from './index.ts';

/** The parts of a drizzle session through which every statement goes. Not documented: its version is pinned, and a test looks. */
interface Session {
  prepareQuery(
    query: { sql: string },
    ...rest: unknown[]
  ): { execute(...values: unknown[]): Promise<unknown> };
}

const POSTGRES = { 'db.system.name': 'postgresql' };
const observed = new WeakSet<Session>();

/** The same connection, with what is done through its handles told as steps of a request. */
export function observeConnection(connection: Connection, telemetry: Telemetry): Connection {
  if (!telemetry.isOn) return connection;
  return {
    ...connection,
    ...observeHandles(connection, telemetry),
    lagging: observeHandles(connection.lagging, telemetry),
  };
}

function observeHandles({ forWorkspace, acrossWorkspaces }: Handles, telemetry: Telemetry): Handles {
  return {
    forWorkspace: (workspaceId) => observeDatabase(forWorkspace(workspaceId), telemetry),
    acrossWorkspaces: observeDatabase(acrossWorkspaces, telemetry),
  };
}

/** Has every statement and transaction told as a step of its request: what it does and to which table, never its values. */
function observeDatabase(db: Database, telemetry: Telemetry): Database {
  if (!observeSession(db, telemetry)) return db;
  const transaction = db.transaction.bind(db);
  db.transaction = (work, config) =>
    telemetry.step('transaction', POSTGRES, () =>
      transaction((inner) => {
        observeSession(inner as unknown as Database, telemetry);
        return work(inner);
      }, config),
    );
  return db;
}

/** @returns false for a handle that is told of already. */
function observeSession(db: Database, telemetry: Telemetry): boolean {
  const { session } = db as unknown as { session: Session };
  if (observed.has(session)) return false;
  observed.add(session);
  const prepare = session.prepareQuery.bind(session);
  session.prepareQuery = (query, ...rest) => {
    const prepared = prepare(query, ...rest);
    const execute = prepared.execute.bind(prepared);
    const { name, attributes } = nameStatement(query.sql);
    prepared.execute = (...values) => telemetry.step(name, attributes, () => execute(...values));
    return prepared;
  };
  return true;
}

/** From the statement's text, which holds places for values and no values: `select messages`. */
function nameStatement(text: string) {
  const operation = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? 'statement';
  const table = /\b(?:from|into|update)\s+"?([a-z_]+)/i.exec(text)?.[1];
  return {
    name: table ? `${operation} ${table}` : operation,
    attributes: {
      ...POSTGRES,
      'db.operation.name': operation,
      ...(table ? { 'db.collection.name': table } : {}),
    },
  };
}

/** Has every command told by its name alone. */
export function observeRedis(redis: Redis, telemetry: Telemetry): void {
  if (!telemetry.isOn) return;
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, ...rest) => {
    const attributes = { 'db.system.name': 'redis', 'db.operation.name': command.name };
    const sent = send(command, ...rest);
    // Looked at from the side: whoever sent it is the one who hears of its failure.
    void telemetry.step(`redis ${command.name}`, attributes, async () => sent).catch(() => {});
    return sent;
  };
}

/** Has every call of the model told, with how many texts it was asked about. */
export function observeEmbedder(embedder: Embedder | undefined, telemetry: Telemetry): Embedder | undefined {
  if (!embedder || !telemetry.isOn) return embedder;
  const attributes = { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': embedder.name };
  return {
    ...embedder,
    embed: (texts) =>
      telemetry.step('embeddings', { ...attributes, 'pact.texts': texts.length }, () =>
        embedder.embed(texts),
      ),
  };
}
