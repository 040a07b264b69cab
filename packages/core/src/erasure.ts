import { erasures, type RemovedFrom, sessions } from '@pact/db';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from './ctx.ts';
import { notFound, PactError } from './errors.ts';
import { id, isPossibleId, timestamp } from './fields.ts';
import { isArchived, nothingRemoved, removeSession, together } from './removal.ts';
import { findSession, type SessionId } from './sessions.ts';
import { isPossibleUser, type UserId } from './users.ts';

/** What whoever asked has for the erasure before the queue takes it over. */
const GRACE_MS = 30_000;
/** Sessions that one pass over a user reads at a time. */
const PAGE = 500;
/** Passes over a user's sessions: the last ones catch what was opened meanwhile, and who goes on for ever is not waited for. */
const MAX_PASSES = 20;

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

type ErasureRow = typeof erasures.$inferSelect;

/**
 * Removes a session and everything that quotes it: messages with their vectors and index entries, texts in the archive,
 * emotions, graph, summaries, waiting jobs, recorded answers. It is all gone, or the request failed and all is there; only
 * an erasure that had begun with the archive is finished by the queue, whether it is asked for again or not.
 * @throws {PactError} not_found; unavailable, while the archive that holds some of its texts cannot be reached.
 */
export async function eraseSession(
  ctx: Ctx,
  input: z.output<typeof SessionId>,
): Promise<z.output<typeof Erasure>> {
  const session = await findSession(ctx, input.sessionId);
  const subject = { subject: 'session', subjectId: session.id } as const;
  // With one transaction to do, nothing can be left half-way.
  const erasure = (await isArchived(ctx, session.id)) ? await begin(ctx, subject) : newErasure(ctx, subject);
  return present(await finishSession(ctx, erasure));
}

/**
 * Removes all sessions of an end user, as each is removed by itself, and answers with the receipt of them together. Asked
 * for again it goes on with the one that was interrupted. Of a user who has none the receipt says so: whoever lost the
 * first answer, or never had a user of this name, learns that nothing is held.
 * @throws {PactError} not_found, for a name that no user can have; unavailable, while the archive cannot be reached.
 */
export async function eraseUser(ctx: Ctx, input: z.output<typeof UserId>): Promise<z.output<typeof Erasure>> {
  if (!isPossibleUser(input.userId)) throw notFound('user');
  return present(await finishUser(ctx, await begin(ctx, { subject: 'user', subjectId: input.userId })));
}

/** Finishes an erasure that whoever began it did not. */
export async function continueErasure(ctx: Ctx, { erasureId }: { erasureId: string }): Promise<void> {
  const found = await find(ctx, erasureId);
  if (!found || found.completedAt) return;
  if (found.subject === 'user') return void (await finishUser(ctx, found));
  const finished = await unlessGone(finishSession(ctx, found));
  // Removed by someone who had a receipt of his own.
  if (!finished) await complete(ctx, found.id);
}

/** @throws {PactError} not_found. */
export async function getErasure(
  ctx: Ctx,
  input: z.output<typeof ErasureId>,
): Promise<z.output<typeof Erasure>> {
  const found = isPossibleId(input.erasureId) ? await find(ctx, input.erasureId) : undefined;
  if (!found) throw notFound('erasure');
  return present(found);
}

type Subject = Pick<ErasureRow, 'subject' | 'subjectId'>;

const newErasure = (ctx: Ctx, subject: Subject): ErasureRow => ({
  workspaceId: ctx.actor.workspaceId,
  id: ctx.newId('era'),
  ...subject,
  stores: nothingRemoved(),
  requestedAt: ctx.now(),
  completedAt: null,
});

/** Writes down that the erasure is under way, with the job that finishes it. The one that is under way already goes on. */
function begin(ctx: Ctx, subject: Subject): Promise<ErasureRow> {
  return ctx.db.transaction(async (transaction) => {
    const db = transaction as unknown as Ctx['db'];
    // Twins share one receipt.
    const name = `erase\n${ctx.actor.workspaceId}\n${subject.subject}\n${subject.subjectId}`;
    await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
    const [pending] = await db
      .select()
      .from(erasures)
      .where(
        and(
          eq(erasures.workspaceId, ctx.actor.workspaceId),
          eq(erasures.subject, subject.subject),
          eq(erasures.subjectId, subject.subjectId),
          isNull(erasures.completedAt),
        ),
      )
      .limit(1);
    if (pending) return pending;
    const erasure = newErasure(ctx, subject);
    await db.insert(erasures).values(erasure);
    await ctx.queue?.enqueue(db, jobOf(erasure), GRACE_MS);
    return erasure;
  });
}

const jobOf = ({ workspaceId, id: erasureId }: ErasureRow) =>
  ({ kind: 'erase', workspaceId, erasureId }) as const;

function finishSession(ctx: Ctx, erasure: ErasureRow): Promise<ErasureRow> {
  return removeSession(ctx, erasure.subjectId, async (inner, removed) => {
    const receipt = { ...erasure, stores: removed, completedAt: inner.now() };
    const { stores, completedAt } = receipt;
    await inner.db
      .insert(erasures)
      .values(receipt)
      .onConflictDoUpdate({ target: [erasures.workspaceId, erasures.id], set: { stores, completedAt } });
    await inner.queue?.done(inner.db, jobOf(erasure));
    return receipt;
  });
}

async function finishUser(ctx: Ctx, erasure: ErasureRow): Promise<ErasureRow> {
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const found = await ctx.db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.workspaceId, erasure.workspaceId), eq(sessions.userId, erasure.subjectId)))
      .orderBy(asc(sessions.createdAt), asc(sessions.id))
      .limit(PAGE);
    if (found.length === 0) break;
    // A full page is no pass: what comes after it is not new.
    if (found.length === PAGE) pass -= 1;
    for (const session of found) {
      await unlessGone(removeSession(ctx, session.id, (inner, removed) => add(inner, erasure.id, removed)));
    }
  }
  return complete(ctx, erasure.id);
}

/** Adds to the receipt in the transaction that removed it: whatever happens next, the sum is right. */
async function add(ctx: Ctx, erasureId: string, removed: RemovedFrom[]): Promise<void> {
  const receipt = await find(ctx, erasureId, 'for update');
  await ctx.db
    .update(erasures)
    .set({ stores: together(receipt!.stores, removed) })
    .where(isErasure(ctx, erasureId));
}

function complete(ctx: Ctx, erasureId: string): Promise<ErasureRow> {
  return ctx.db.transaction(async (transaction) => {
    const inner = { ...ctx, db: transaction as unknown as Ctx['db'] };
    const receipt = (await find(inner, erasureId, 'for update'))!;
    if (receipt.completedAt) return receipt;
    const completedAt = ctx.now();
    await inner.db.update(erasures).set({ completedAt }).where(isErasure(ctx, erasureId));
    await inner.queue?.done(inner.db, jobOf(receipt));
    return { ...receipt, completedAt };
  });
}

const isErasure = ({ actor }: Ctx, erasureId: string) =>
  and(eq(erasures.workspaceId, actor.workspaceId), eq(erasures.id, erasureId));

async function find(ctx: Ctx, erasureId: string, lock?: 'for update'): Promise<ErasureRow | undefined> {
  const query = ctx.db.select().from(erasures).where(isErasure(ctx, erasureId));
  const [found] = await (lock ? query.for('update') : query);
  return found;
}

/** A session that a twin removed is removed. */
async function unlessGone<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PactError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function present(row: ErasureRow): z.output<typeof Erasure> {
  return {
    erasureId: row.id,
    subject: row.subject,
    subjectId: row.subjectId,
    stores: row.stores,
    requestedAt: row.requestedAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
  };
}
