import { drizzle } from 'drizzle-orm/node-postgres';
import { type Pool, type PoolClient, Query, type QueryConfig, type QueryResult } from 'pg';
import type { Database } from './database.ts';
import { DatabaseBusyError, isUnavailable } from './failures.ts';
import { SCOPE_SETTING } from './scope.ts';

/**
 * How many may wait for each connection of a full pool. Ten statements of a few milliseconds are a short wait; when they are
 * not, one more in the queue helps nobody, and who is refused at once can go to another process.
 */
const WAITING_PER_CONNECTION = 10;
/** Which workspace a connection's setting names, as far as its last statement that went well tells. */
const scopes = new WeakMap<PoolClient, string>();
/** Connections that know the statement which sets the scope: reading it anew would cost as much as a small query. */
const prepared = new WeakSet<PoolClient>();
const SET_SCOPE = 'set_scope';

/**
 * A pool as Drizzle sees it, each of whose statements and transactions runs with one workspace's rows in sight, whoever
 * used the connection before.
 */
export function scopedPool(pool: Pool, scope: string): Database {
  const query = (statement: QueryConfig | string, values?: unknown[]) =>
    queryPool(pool, scope, statement, values);
  const db = drizzle({ query } as unknown as Pool);
  type Transaction = typeof db.transaction;
  // Drizzle's own transaction over a pool never gives the connection back when `begin` fails: ten of those, and the pool
  // is empty for good.
  const transaction: Transaction = (work, config) =>
    withClient(
      pool,
      (client) => drizzle(beginningScoped(client, scope)).transaction(work, config),
      isUnavailable,
    );
  return Object.assign(db, { transaction }) as unknown as Database;
}

/** Runs one statement on a connection of the pool. One that failed is not used again. */
export function queryPool(
  pool: Pool,
  scope: string,
  statement: QueryConfig | string,
  values?: unknown[],
): Promise<QueryResult> {
  return withClient(
    pool,
    (client) => queryScoped(client, scope, statement, values),
    (failure) => failure !== undefined,
  );
}

/** Lends a connection. It goes back whatever happens; one that may be in an unknown state is closed instead. */
async function withClient<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
  isBroken: (failure: unknown) => boolean,
): Promise<Result> {
  if (pool.waitingCount >= pool.options.max * WAITING_PER_CONNECTION) {
    throw new DatabaseBusyError(`${pool.waitingCount} wait for a connection already.`);
  }
  const client = await pool.connect();
  let failure: unknown;
  try {
    return await work(client);
  } catch (error) {
    failure = error ?? new Error('Thrown without an error');
    throw error;
  } finally {
    client.release(isBroken(failure) || client.getTransactionStatus() !== 'I');
  }
}

/** Runs a statement; when the connection spoke for someone else, the setting travels ahead of it, in the same trip. */
async function queryScoped(
  client: PoolClient,
  scope: string,
  statement: QueryConfig | string,
  values: unknown[] | undefined,
): Promise<QueryResult> {
  if (scopes.get(client) === scope) return client.query(statement, values);
  // Unknown until both went well: a failure takes the setting back with it.
  scopes.delete(client);
  const result = await new Promise<QueryResult>((resolve, reject) => {
    const config = typeof statement === 'string' ? { text: statement } : statement;
    client.query(
      new ScopingQuery({ scope, isPrepared: prepared.has(client) }, config, values, (error, found) =>
        error ? reject(error) : resolve(found!),
      ),
    );
  });
  scopes.set(client, scope);
  prepared.add(client);
  return result;
}

/** The client as a transaction uses it: `begin` sets the scope too, in the same trip and for the transaction alone. */
function beginningScoped(client: PoolClient, scope: string): PoolClient {
  const query = (statement: QueryConfig, values?: unknown[]) => {
    if (!statement.text.startsWith('begin') || scopes.get(client) === scope)
      return client.query(statement, values);
    const setting = `select set_config('${SCOPE_SETTING}', ${client.escapeLiteral(scope)}, true)`;
    return client.query(`${statement.text}; ${setting}`);
  };
  return { query } as unknown as PoolClient;
}

/** The part of the driver's connection that writes messages; its types leave out what may be left out. */
interface Wire {
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: string[] }): void;
  execute(message: object): void;
}

/** The driver's query, with the hooks that its types do not list. */
const DriverQuery = Query as unknown as new (
  config: QueryConfig & { queryMode?: 'extended' },
  values: unknown[] | undefined,
  callback: (error: Error | null, result?: QueryResult) => void,
) => {
  submit(connection: unknown): void;
  prepare(connection: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: unknown): void;
};

/**
 * A statement behind the setting of its scope: two executions before one `Sync`, so one trip and one transaction. When the
 * setting fails, the server skips the statement; when the statement fails, the setting is taken back.
 */
class ScopingQuery extends DriverQuery {
  readonly #setting: { scope: string; isPrepared: boolean };
  #isScopeSet = false;

  constructor(
    setting: { scope: string; isPrepared: boolean },
    config: QueryConfig,
    values: unknown[] | undefined,
    callback: (error: Error | null, result?: QueryResult) => void,
  ) {
    super({ ...config, queryMode: 'extended' }, values, callback);
    this.#setting = setting;
  }

  override prepare(connection: Wire): void {
    const { scope, isPrepared } = this.#setting;
    const text = `select set_config('${SCOPE_SETTING}', $1, false)`;
    if (!isPrepared) connection.parse({ name: SET_SCOPE, text });
    connection.bind({ statement: SET_SCOPE, values: [scope] });
    connection.execute({});
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (this.#isScopeSet) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: unknown): void {
    if (this.#isScopeSet) super.handleCommandComplete(message, connection);
    this.#isScopeSet = true;
  }
}
