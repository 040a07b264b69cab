import {
  archives,
  consolidations,
  emotionalStates,
  erasures,
  idempotencyRecords,
  jobs,
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
import { z } from 'zod';
import { changing } from './changes.ts';
import type { Ctx } from './ctx.ts';
import { notFound } from './errors.ts';
import { id, isPossibleId, timestamp } from './fields.ts';
import { forgetIndex } from './recall/index-cache.ts';
import { findSession, type SessionId } from './sessions.ts';

export const ErasureId = z.object({ erasureId: id() });

export const Erasure = z
  .object({
    erasureId: id(),
    subject: z.enum(['session', 'user']),
    subjectId: z.string(),
    stores: z.array(z.object({ store: z.string(), removed: z.int() })).meta({
      description: 'Every store that was searched, and how many entries were removed from it.',
    }),
    requestedAt: timestamp(),
    completedAt: timestamp().nullable().meta({ description: 'Null while the erasure is under way.' }),
  })
  .meta({ id: 'Erasure', description: 'The receipt of an erasure: ids and counts, no content.' });

/** Everything that hangs on a session, leaves before roots. */
const STORES = {
  emotional_states: emotionalStates,
  memory_edges: memoryEdges,
  memory_names: memoryNames,
  memory_nodes: memoryNodes,
  topic_priorities: topicPriorities,
  consolidations,
  jobs,
  message_embeddings: messageEmbeddings,
  archives,
  messages,
};

/**
 * Removes a session and everything that quotes it: messages with their vectors and index entries, emotions, graph,
 * summaries, waiting jobs, recorded answers. One transaction: it is all gone, or the request failed and all is there.
 * @throws {PactError} not_found.
 */
export async function eraseSession(
  ctx: Ctx,
  input: z.output<typeof SessionId>,
): Promise<z.output<typeof Erasure>> {
  const requestedAt = ctx.now();
  const erase = () =>
    ctx.db.transaction(async (transaction) => {
      const db = transaction as unknown as Ctx['db'];
      const session = await findSession({ ...ctx, db }, input.sessionId, 'for update');
      const { workspaceId } = session;
      const removed: RemovedFrom[] = [];
      // However large the session: an erasure that gives up half-way is a promise broken.
      await db.execute(sql`set local statement_timeout = 0`);
      const ofSession = sql`workspace_id = ${workspaceId} and session_id = ${session.id}`;
      for (const [store, table] of Object.entries(STORES)) {
        removed.push({ store, removed: await removeFrom(db, table, ofSession) });
      }
      // A function of the database finds them: row-level security keeps a statement of ours from searching that index.
      const quoting = sql`workspace_id = ${workspaceId} and key in (select answers_quoting(${workspaceId}, array[${session.id}]))`;
      removed.push({
        store: 'idempotency_records',
        removed: await removeFrom(db, idempotencyRecords, quoting),
      });
      await db
        .delete(sessions)
        .where(and(eq(sessions.workspaceId, workspaceId), eq(sessions.id, session.id)));
      removed.push({ store: 'sessions', removed: 1 });
      const receipt = {
        workspaceId,
        id: ctx.newId('era'),
        subject: 'session' as const,
        subjectId: session.id,
        stores: removed,
        requestedAt,
        completedAt: ctx.now(),
      };
      await db.insert(erasures).values(receipt);
      return receipt;
    });
  const receipt = await changing(ctx, [input.sessionId], erase);
  forgetIndex(ctx, receipt.subjectId);
  return present(receipt);
}

/** Deletes and counts in the database: the rows themselves need not travel. */
async function removeFrom(db: Ctx['db'], table: PgTable, condition: SQL): Promise<number> {
  const [gone] = await rows<{ count: number }>(
    db,
    sql`with gone as (delete from ${table} where ${condition} returning 1) select count(*)::int as count from gone`,
  );
  return gone!.count;
}

/** @throws {PactError} not_found. */
export async function getErasure(
  { db, actor }: Ctx,
  input: z.output<typeof ErasureId>,
): Promise<z.output<typeof Erasure>> {
  if (!isPossibleId(input.erasureId)) throw notFound('erasure');
  const [found] = await db
    .select()
    .from(erasures)
    .where(and(eq(erasures.workspaceId, actor.workspaceId), eq(erasures.id, input.erasureId)));
  if (!found) throw notFound('erasure');
  return present(found);
}

function present(row: typeof erasures.$inferSelect): z.output<typeof Erasure> {
  return {
    erasureId: row.id,
    subject: row.subject,
    subjectId: row.subjectId,
    stores: row.stores,
    requestedAt: row.requestedAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
  };
}
