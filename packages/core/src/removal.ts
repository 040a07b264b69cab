import {
  archives,
  consolidations,
  emotionalStates,
  idempotencyRecords,
  memoryEdges,
  memoryNames,
  memoryNodes,
  messageEmbeddings,
  messages,
  type RemovedFrom,
  rows,
  sessions,
  topicPriorities,
} from '@pact/db';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { atTheArchive } from './archive/away.ts';
import { enqueueSweep } from './archive/move.ts';
import { prefixOf } from './archive/object.ts';
import { forgetTexts } from './archive/texts.ts';
import { changing } from './changes.ts';
import type { Ctx } from './ctx.ts';
import { forgetIndex } from './recall/index-cache.ts';
import { findSession, type SessionRow } from './sessions.ts';

/** Everything that hangs on a session, leaves before roots. */
const TABLES = {
  emotional_states: emotionalStates,
  memory_edges: memoryEdges,
  memory_names: memoryNames,
  memory_nodes: memoryNodes,
  topic_priorities: topicPriorities,
  consolidations,
  message_embeddings: messageEmbeddings,
  archives,
  messages,
};

/** Every store that an erasure searches, with nothing removed from it yet. */
export const nothingRemoved = (): RemovedFrom[] =>
  ['archive_objects', ...Object.keys(TABLES), 'jobs', 'idempotency_records', 'sessions'].map((store) => ({
    store,
    removed: 0,
  }));

/** Two counts of what was removed, together. */
export const together = (one: RemovedFrom[], other: RemovedFrom[]): RemovedFrom[] =>
  one.map(({ store, removed }) => ({
    store,
    removed: removed + (other.find((entry) => entry.store === store)?.removed ?? 0),
  }));

/**
 * Removes a session from every store: first its objects in the archive, then, in one transaction, every row that is of it
 * or quotes it. Without the archive nothing is removed at all.
 * @param record writes down what was removed, in that transaction.
 * @throws {PactError} not_found; unavailable, while the archive cannot be reached.
 */
export async function removeSession<Result>(
  ctx: Ctx,
  sessionId: string,
  record: (inner: Ctx, removed: RemovedFrom[]) => Promise<Result>,
): Promise<Result> {
  let objects = 0;
  for (;;) {
    const known = await archivesOf(ctx, sessionId);
    if (known.length > 0) objects += await removeObjects(ctx, sessionId);
    // An attempt before this one may have removed some: their rows are there still.
    const stored = known.filter(({ state }) => state === 'stored').length;
    const result = await removeRows(ctx, sessionId, { known, objects: Math.max(objects, stored), record });
    if (result === 'more objects') continue;
    // An upload that was under way may have arrived since. One that comes later still is the sweep's.
    if (known.some(({ state }) => state === 'writing')) await removeObjects(ctx, sessionId).catch(() => 0);
    forgetIndex(ctx, sessionId);
    forgetTexts(ctx, sessionId);
    return result.recorded;
  }
}

/** True while the archive holds something of the session, or may. */
export const isArchived = async (ctx: Ctx, sessionId: string) =>
  (await archivesOf(ctx, sessionId)).length > 0;

function archivesOf({ db, actor }: Ctx, sessionId: string) {
  return db
    .select({ id: archives.id, state: archives.state })
    .from(archives)
    .where(and(eq(archives.workspaceId, actor.workspaceId), eq(archives.sessionId, sessionId)));
}

const removeObjects = (ctx: Ctx, sessionId: string) =>
  atTheArchive(ctx, (objects) => objects.removeBelow(prefixOf(ctx.actor.workspaceId, sessionId)));

interface Removal<Result> {
  /** Rows of the archive as they were before its objects were removed. */
  known: { id: string }[];
  /** How many objects were. */
  objects: number;
  record: (inner: Ctx, removed: RemovedFrom[]) => Promise<Result>;
}

function removeRows<Result>(
  ctx: Ctx,
  sessionId: string,
  { known, objects, record }: Removal<Result>,
): Promise<{ recorded: Result } | 'more objects'> {
  const remove = () =>
    ctx.db.transaction(async (transaction) => {
      const inner = { ...ctx, db: transaction as unknown as Ctx['db'] };
      const session = await findSession(inner, sessionId, 'for update');
      const before = new Set(known.map(({ id }) => id));
      const now = await archivesOf(inner, sessionId);
      if (now.some(({ id }) => !before.has(id))) return 'more objects';
      const removed = [{ store: 'archive_objects', removed: objects }, ...(await removeAll(inner, session))];
      // What may still be on its way to the archive folded once.
      if (session.foldedCount > 0) await enqueueSweep(inner, session.id);
      return { recorded: await record(inner, removed) };
    });
  return changing(ctx, [sessionId], remove);
}

async function removeAll(ctx: Ctx, session: SessionRow): Promise<RemovedFrom[]> {
  const { db } = ctx;
  const { workspaceId, id } = session;
  const removed: RemovedFrom[] = [];
  // However large the session: an erasure that gives up half-way is a promise broken.
  await db.execute(sql`set local statement_timeout = 0`);
  const ofSession = sql`workspace_id = ${workspaceId} and session_id = ${id}`;
  for (const [store, table] of Object.entries(TABLES)) {
    removed.push({ store, removed: await removeFrom(db, table, ofSession) });
  }
  const jobs = (await ctx.queue?.forget(db, { workspaceId, sessionId: id })) ?? 0;
  removed.push({ store: 'jobs', removed: jobs });
  // A function of the database finds them: row-level security keeps a statement of ours from searching that index.
  const quoting = sql`workspace_id = ${workspaceId} and key in (select answers_quoting(${workspaceId}, array[${id}]))`;
  removed.push({ store: 'idempotency_records', removed: await removeFrom(db, idempotencyRecords, quoting) });
  await db.delete(sessions).where(and(eq(sessions.workspaceId, workspaceId), eq(sessions.id, id)));
  removed.push({ store: 'sessions', removed: 1 });
  return removed;
}

/** Deletes and counts in the database: the rows themselves need not travel. */
async function removeFrom(db: Ctx['db'], table: PgTable, condition: SQL): Promise<number> {
  const [gone] = await rows<{ count: number }>(
    db,
    sql`with gone as (delete from ${table} where ${condition} returning 1) select count(*)::int as count from gone`,
  );
  return gone!.count;
}
