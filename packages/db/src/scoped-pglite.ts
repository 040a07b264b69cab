import type { PGlite, QueryOptions, Transaction } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database } from './database.ts';
import { APP_ROLE, SCOPE_SETTING } from './scope.ts';

/**
 * The one connection of the embedded engine, shared in turns: whoever has it speaks for a workspace of their choice, and
 * nobody comes between the choice and the statement.
 */
export class Turnstile {
  readonly #pglite: PGlite;
  #last: Promise<unknown> = Promise.resolve();
  #scope: string | undefined;
  #isApp = false;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Runs work with one workspace's rows in sight, or all of them. */
  enter<Result>(scope: string, work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      if (!this.#isApp) await this.#pglite.exec(`set role ${APP_ROLE}`);
      this.#isApp = true;
      if (this.#scope !== scope) {
        // Unknown until it is set.
        this.#scope = undefined;
        await this.#pglite.query(`select set_config('${SCOPE_SETTING}', $1, false)`, [scope]);
        this.#scope = scope;
      }
      return work();
    });
  }

  /** Runs work as the owner of everything, whom no policy holds: for upkeep. */
  enterAsOwner<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      this.#isApp = false;
      await this.#pglite.exec('reset role');
      return work();
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** The engine as Drizzle sees it, each of whose statements and transactions waits for its turn. */
export function scopedPglite(
  pglite: PGlite,
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>,
): Database {
  const client = {
    query: (text: string, values?: unknown[], options?: QueryOptions) =>
      inTurn(() => pglite.query(text, values, options)),
    transaction: <Result>(work: (transaction: Transaction) => Promise<Result>) =>
      inTurn(() => pglite.transaction(work)),
  };
  return drizzle(client as unknown as PGlite) as unknown as Database;
}
