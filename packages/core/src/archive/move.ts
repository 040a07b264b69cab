import { archives, messages, rows } from '@pact/db';
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { PactError } from '../errors.ts';
import { findSession } from '../sessions.ts';
import { atTheArchive } from './away.ts';
import { type ArchivedMessage, encodeObject, keyOf, prefixOf, sha256Of } from './object.ts';

/** What one object holds at most. */
const BATCH = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
/** An upload that is not over by then was its process's last. */
const WRITING_MS = 10 * 60_000;
/** A session's texts move once a day at most: an object for every few messages would cost more than it saves. */
const MIN_PAUSE_MS = 24 * 60 * 60_000;
/** An upload that was under way when its session was erased is over by then. */
const SWEEP_AFTER_MS = 10 * 60_000;
/** Sessions that the scan reads at a time. */
const PAGE = 500;

interface DueMessage extends ArchivedMessage {
  sequence: number;
}

/** Has a session's texts moved when those that just folded are old enough. In the transaction of the fold. */
export async function enqueueArchiving({ archive, queue, db, actor }: Ctx, sessionId: string): Promise<void> {
  if (!archive) return;
  const job = { kind: 'archive', workspaceId: actor.workspaceId, sessionId } as const;
  await queue?.enqueue(db, job, archive.afterMs);
}

/** Has the erased session's part of the archive emptied once more, later. In the transaction of the erasure. */
export async function enqueueSweep({ archive, queue, db, actor }: Ctx, sessionId: string): Promise<void> {
  if (!archive) return;
  const job = { kind: 'archive-sweep', workspaceId: actor.workspaceId, sessionId } as const;
  await queue?.enqueue(db, job, SWEEP_AFTER_MS);
}

/**
 * Moves the texts of a session's folded messages that are old enough. What recall reads of them, and everything else of
 * the rows, stays; and so does every answer, so that nobody who keeps or watches the session is told. Interrupted at any
 * point, each text is in its row or in a stored object, and the next run goes on.
 * @throws {ArchiveAwayError} the archive cannot be reached.
 */
export async function archiveSession(ctx: Ctx, { sessionId }: { sessionId: string }): Promise<void> {
  if (!ctx.archive) return;
  await cleanUp(ctx, sessionId);
  for (;;) {
    const batch = await dueMessages(ctx, sessionId);
    if (batch.length === 0) break;
    if (!(await move(ctx, sessionId, batch))) return;
  }
  await comeBack(ctx, sessionId);
}

/** Empties the part of the archive that belonged to a session, once the session is gone. */
export async function sweepArchive(ctx: Ctx, { sessionId }: { sessionId: string }): Promise<void> {
  if (!ctx.archive || (await exists(ctx, sessionId))) return;
  await atTheArchive(ctx, (objects) => objects.removeBelow(prefixOf(ctx.actor.workspaceId, sessionId)));
}

/** Sessions with an upload that its process did not finish: their next run clears it away. */
export async function enqueueUnfinished(ctx: Omit<Ctx, 'actor'>): Promise<void> {
  const found = await ctx.db
    .selectDistinct({ workspaceId: archives.workspaceId, sessionId: archives.sessionId })
    .from(archives)
    .where(and(eq(archives.state, 'writing'), lte(archives.createdAt, unfinishedBefore(ctx))))
    .limit(PAGE);
  for (const session of found) await ctx.queue?.enqueue(ctx.db, { kind: 'archive', ...session });
}

/** Finds sessions whose folds nobody noted down, because there was no archive then. Done page by page. */
export async function scanForArchiving(ctx: Omit<Ctx, 'actor'>): Promise<void> {
  if (!ctx.archive) return;
  let after = { workspaceId: '', sessionId: '' };
  for (;;) {
    // One folded message may stay for good: the last one judged.
    const found = await rows<{ workspaceId: string; sessionId: string }>(
      ctx.lagging,
      sql`select s.workspace_id as "workspaceId", s.id as "sessionId" from sessions s
        where (s.workspace_id, s.id) > (${after.workspaceId}, ${after.sessionId}) and s.folded_count > 1 + (
          select coalesce(sum(a.messages), 0) from archives a
          where a.workspace_id = s.workspace_id and a.session_id = s.id and a.state = 'stored')
        order by s.workspace_id, s.id limit ${PAGE}`,
    );
    for (const session of found) await ctx.queue?.enqueue(ctx.db, { kind: 'archive', ...session });
    if (found.length < PAGE) return;
    after = found.at(-1)!;
  }
}

const unfinishedBefore = ({ now }: Pick<Ctx, 'now'>) => new Date(now().getTime() - WRITING_MS);

/** Removes what an upload that died left: its object, if it came that far, and its row. */
async function cleanUp(ctx: Ctx, sessionId: string): Promise<void> {
  const unfinished = await ctx.db
    .select({ id: archives.id, objectKey: archives.objectKey })
    .from(archives)
    .where(
      and(
        eq(archives.workspaceId, ctx.actor.workspaceId),
        eq(archives.sessionId, sessionId),
        eq(archives.state, 'writing'),
        lte(archives.createdAt, unfinishedBefore(ctx)),
      ),
    );
  for (const { id, objectKey } of unfinished) {
    await atTheArchive(ctx, (objects) => objects.remove(objectKey));
    await ctx.db.delete(archives).where(rowOf(ctx, id, 'writing'));
  }
}

/** When each folded message folded last: a fold names the messages that it took. */
const FOLDS = (ctx: Ctx, sessionId: string) => sql`select f.id, max(c.created_at) as at
  from consolidations c, unnest(c.folded_ids) as f(id)
  where c.workspace_id = ${ctx.actor.workspaceId} and c.session_id = ${sessionId} group by f.id`;

/** Folded, and their text still here. The last message judged stays: the next fold reads on from it. */
const WAITING = (ctx: Ctx, sessionId: string) => sql`m.workspace_id = ${ctx.actor.workspaceId}
  and m.session_id = ${sessionId} and m.placement = 'folded' and m.archive_id is null
  and m.sequence < (select consolidated_through from sessions s
    where s.workspace_id = ${ctx.actor.workspaceId} and s.id = ${sessionId})`;

/** The oldest texts that are due, as many as one object holds. */
async function dueMessages(ctx: Ctx, sessionId: string): Promise<DueMessage[]> {
  const cutoff = new Date(ctx.now().getTime() - ctx.archive!.afterMs).toISOString();
  const found = await rows<Omit<DueMessage, 'occurredAt'> & { occurredAt: string | Date }>(
    ctx.db,
    sql`with folds as (${FOLDS(ctx, sessionId)}), due as (
        select m.workspace_id, m.id, m.sequence, sum(octet_length(m.content)) over (order by m.sequence) as bytes,
          octet_length(m.content) as own
        from messages m join folds on folds.id = m.id
        where ${WAITING(ctx, sessionId)} and folds.at <= ${cutoff}::timestamptz
        order by m.sequence limit ${BATCH})
      select m.id, m.sequence, m.role, m.name, m.content, m.occurred_at as "occurredAt"
      from due join messages m on m.workspace_id = due.workspace_id and m.id = due.id
      where due.bytes - due.own < ${BATCH_BYTES} order by m.sequence`,
  );
  return found.map((row) => ({ ...row, occurredAt: new Date(row.occurredAt) }));
}

/**
 * Row first, then the object, then the texts leave their rows: whoever erases the session finds every object that may
 * exist. @returns false when the session is gone.
 */
async function move(ctx: Ctx, sessionId: string, batch: DueMessage[]): Promise<boolean> {
  const { bytes, sha256 } = await encodeObject(batch);
  const id = ctx.newId('arc');
  const objectKey = keyOf(ctx.actor.workspaceId, sessionId, id);
  const [noted] = await rows(
    ctx.db,
    sql`insert into archives (workspace_id, session_id, id, object_key, state, first_sequence, last_sequence, messages,
        bytes, sha256, created_at)
      select s.workspace_id, s.id, ${id}, ${objectKey}, 'writing', ${batch[0]!.sequence}::int,
        ${batch.at(-1)!.sequence}::int, ${batch.length}::int, ${bytes.length}::bigint, ${sha256},
        ${ctx.now().toISOString()}::timestamptz
      from sessions s where s.workspace_id = ${ctx.actor.workspaceId} and s.id = ${sessionId} for key share
      returning id`,
  );
  if (!noted) return false;
  await atTheArchive(ctx, async (objects) => {
    await objects.put(objectKey, bytes);
    const readBack = await objects.get(objectKey);
    if (!readBack || sha256Of(readBack) !== sha256)
      throw new Error('The archive does not give back what it got');
  });
  const isUsed = await release(ctx, sessionId, { id, batch });
  if (!isUsed) await atTheArchive(ctx, (objects) => objects.remove(objectKey));
  return isUsed || exists(ctx, sessionId);
}

/** Lets the texts go that are in the object now. @returns false when none was left to go, or the session is gone. */
async function release(
  ctx: Ctx,
  sessionId: string,
  { id, batch }: { id: string; batch: DueMessage[] },
): Promise<boolean> {
  return ctx.db.transaction(async (transaction) => {
    const db = transaction as unknown as Ctx['db'];
    if (!(await exists({ ...ctx, db }, sessionId, 'for update'))) return false;
    const released = await db
      .update(messages)
      .set({ content: '', archiveId: id })
      .where(
        and(
          eq(messages.workspaceId, ctx.actor.workspaceId),
          eq(messages.placement, 'folded'),
          sql`${messages.archiveId} is null`,
          // Someone cleared this upload away as dead, or erased the session: then its object is nobody's.
          sql`exists (select 1 from archives where ${rowOf(ctx, id, 'writing')})`,
          inArray(
            messages.id,
            batch.map((message) => message.id),
          ),
        ),
      )
      .returning({ id: messages.id });
    if (released.length === 0) {
      await db.delete(archives).where(rowOf(ctx, id, 'writing'));
      return false;
    }
    await db
      .update(archives)
      .set({ state: 'stored', messages: released.length, storedAt: ctx.now() })
      .where(rowOf(ctx, id, 'writing'));
    return true;
  });
}

const rowOf = ({ actor }: Ctx, id: string, state: 'writing' | 'stored') =>
  and(eq(archives.workspaceId, actor.workspaceId), eq(archives.id, id), eq(archives.state, state));

/** Looks again when the oldest text that stayed is old enough. */
async function comeBack(ctx: Ctx, sessionId: string): Promise<void> {
  const [left] = await rows<{ at: string | Date | null }>(
    ctx.db,
    sql`with folds as (${FOLDS(ctx, sessionId)})
      select min(folds.at) as at from messages m join folds on folds.id = m.id where ${WAITING(ctx, sessionId)}`,
  );
  if (!left?.at) return;
  const { afterMs } = ctx.archive!;
  const dueInMs = new Date(left.at).getTime() + afterMs - ctx.now().getTime();
  const job = { kind: 'archive', workspaceId: ctx.actor.workspaceId, sessionId } as const;
  await ctx.queue?.enqueue(ctx.db, job, Math.max(dueInMs, Math.min(afterMs, MIN_PAUSE_MS)));
}

async function exists(ctx: Ctx, sessionId: string, lock?: 'for update'): Promise<boolean> {
  try {
    await findSession(ctx, sessionId, lock);
    return true;
  } catch (error) {
    if (error instanceof PactError && error.code === 'not_found') return false;
    throw error;
  }
}
