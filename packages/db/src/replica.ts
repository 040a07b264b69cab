import { drizzle } from 'drizzle-orm/node-postgres';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import type { Database, Handles } from './database.ts';
import { DatabaseBusyError, sqlStateOf } from './failures.ts';
import { requireRowSecurity } from './pool.ts';
import { handlesOf } from './scope.ts';
import { queryPool } from './scoped-pool.ts';

/** How long a replica that failed is left alone. */
const REST_MS = 5_000;
/** It was a write, or it took too long: neither becomes the primary's to do. */
const FINAL_STATES = ['25006', '57014', '55P03'];
/**
 * The statement's own failures: wrong values, names that are wrong or that a migration has not brought here yet, rows that
 * the replica had to clear away meanwhile. The primary has the last word, and the replica is as good as before.
 */
const CLASSES_OF_STATEMENTS = ['22', '23', '40', '42'];

/** Told when the replica stops and starts answering; once each time. */
export type ReplicaListener = (state: 'gone' | 'back', cause?: unknown) => void;

/**
 * A replica behind its primary: reads go there while it answers, and to the primary while it does not. No read waits for a
 * replica that is known to be gone: it rests, and is used again once a probe found it well.
 */
export class Replica {
  readonly handles: Handles;
  readonly #pool: Pool;
  readonly #primary: Pool;
  readonly #onChange: ReplicaListener | undefined;
  #isUsable = false;
  #isSaidToBeGone = false;
  #restsUntilMs = 0;
  #probing: Promise<void> | undefined;

  constructor(pool: Pool, primary: Pool, onChange?: ReplicaListener) {
    this.#pool = pool;
    this.#primary = primary;
    this.#onChange = onChange;
    this.handles = handlesOf((scope) => this.#open(scope));
  }

  isAnswering(): boolean {
    return this.#isUsable;
  }

  /** Looks whether a replica that is not in use can be, unless it rests or is being looked at. Never fails. */
  probe(): Promise<void> {
    if (this.#isUsable || performance.now() < this.#restsUntilMs) return Promise.resolve();
    this.#probing ??= requireRowSecurity(this.#pool)
      .then(
        () => this.#use(),
        (error: unknown) => this.#rest(error),
      )
      .finally(() => {
        this.#probing = undefined;
      });
    return this.#probing;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #open(scope: string): Database {
    const client = {
      query: (statement: QueryConfig | string, values?: unknown[]) => this.#query(scope, statement, values),
    };
    const transaction = async () => {
      throw new Error('A lagging handle reads, one statement at a time.');
    };
    return Object.assign(drizzle(client as unknown as Pool), { transaction }) as unknown as Database;
  }

  async #query(scope: string, statement: QueryConfig | string, values?: unknown[]): Promise<QueryResult> {
    if (!this.#isUsable) {
      void this.probe();
      return queryPool(this.#primary, scope, statement, values);
    }
    try {
      return await queryPool(this.#pool, scope, statement, values);
    } catch (error) {
      const state = sqlStateOf(error);
      if (error instanceof DatabaseBusyError || FINAL_STATES.includes(state)) throw error;
      if (!CLASSES_OF_STATEMENTS.includes(state.slice(0, 2))) this.#rest(error);
      return queryPool(this.#primary, scope, statement, values);
    }
  }

  #use(): void {
    this.#isUsable = true;
    if (this.#isSaidToBeGone) this.#onChange?.('back');
    this.#isSaidToBeGone = false;
  }

  #rest(cause: unknown): void {
    this.#isUsable = false;
    this.#restsUntilMs = performance.now() + REST_MS;
    if (!this.#isSaidToBeGone) this.#onChange?.('gone', cause);
    this.#isSaidToBeGone = true;
  }
}
