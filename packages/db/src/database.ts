import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** A Drizzle handle over either engine, or a transaction of one. It has one workspace's rows in sight, or all of them. */
export type Database = PgDatabase<PgQueryResultHKT>;

/**
 * The handles of one database. There is none without a scope: row-level security shows a connection the rows of the
 * workspace that it speaks for, whatever its statement says.
 */
export interface Handles {
  /**
   * Reads and writes rows of this workspace alone: those of others are not there, and one written for another is an error.
   * @throws {RangeError} for a name that no workspace can have.
   */
  forWorkspace(workspaceId: string): Database;
  /** For the few look-ups that start without a workspace: a key by its hash, jobs that are due, sweeps, administration. */
  acrossWorkspaces: Database;
}

export interface Connection extends Handles {
  engine: 'embedded' | 'postgres';
  /** For reads that may miss the latest writes: a replica where one is configured and answers, else the same handles. */
  lagging: Handles;
  /** The replica behind `lagging`, where there is one. */
  replica?: { isAnswering(): boolean } | undefined;
  /** Resolves when the database answers a trivial query; rejects when it cannot be reached. */
  ping(): Promise<void>;
  /**
   * Runs statements as the owner of the tables, whom no policy holds: several without values, with their own `begin` and
   * `commit` where they have them, or one with values. For tables that a library makes and looks after; never for a request.
   * @returns the rows of the last.
   */
  script(text: string, values?: unknown[]): Promise<unknown[]>;
  /** What a server does by itself and the embedded engine does not: clear dead rows away, refresh the planner's figures. */
  maintain(): Promise<void>;
  /** Connections of the pool, and statements that wait for one; absent where there is no pool. */
  poolUse?(): { idle: number; used: number; waiting: number };
  close(): Promise<void>;
}
