import { idempotencyRecords, rows, sessions } from '@pact/db';
import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Ctx } from './ctx.ts';
import { PactError } from './errors.ts';

/** How long an answer is replayed. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Runs `work` in one transaction. When the request carries an idempotency key, its answer is recorded in that same
 * transaction and replayed for 24 hours: a crash leaves both the effect and the record, or neither.
 * @param quotes the sessions whose text the answer holds, so that their erasure removes the record too.
 * @throws {PactError} conflict, while a twin runs; idempotency_mismatch, for another request under the same key.
 */
export function atomically<Answer>(
  ctx: Ctx,
  work: (inner: Ctx) => Promise<Answer>,
  quotes: (answer: Answer) => string[],
): Promise<Answer> {
  const { idempotency, ...rest } = ctx;
  return ctx.db.transaction(async (db) => {
    const inner: Ctx = { ...rest, db: db as unknown as Ctx['db'] };
    if (!idempotency) return work(inner);
    const recorded = await claim<Answer>(inner, idempotency);
    if (recorded) return recorded.answer;
    const answer = await work(inner);
    const sessionIds = [...new Set(quotes(answer))];
    await holdSessions(inner, sessionIds);
    await inner.db.insert(idempotencyRecords).values({
      workspaceId: ctx.actor.workspaceId,
      key: idempotency.key,
      requestHash: idempotency.requestHash,
      answer,
      sessionIds,
      createdAt: ctx.now(),
      expiresAt: new Date(ctx.now().getTime() + KEPT_MS),
    });
    return answer;
  });
}

/** Whether an answer is on record for an idempotency key, of whatever request: one that came before, and was answered. */
export async function isRecorded(
  db: Ctx['db'],
  input: { workspaceId: string; key: string; now: Date },
): Promise<boolean> {
  const [record] = await db
    .select({ expiresAt: idempotencyRecords.expiresAt })
    .from(idempotencyRecords)
    .where(and(eq(idempotencyRecords.workspaceId, input.workspaceId), eq(idempotencyRecords.key, input.key)));
  return record !== undefined && record.expiresAt > input.now;
}

/** Removes records whose day is over. Returns how many. */
export async function sweepIdempotencyRecords(db: Ctx['db'], now: Date): Promise<number> {
  const removed = await db
    .delete(idempotencyRecords)
    .where(lt(idempotencyRecords.expiresAt, now))
    .returning({ key: idempotencyRecords.key });
  return removed.length;
}

/**
 * Keeps the quoted sessions from being erased until the record of the answer is there for the erasure to find.
 * @throws {PactError} conflict, when one was erased while the answer was made.
 */
async function holdSessions({ db, actor }: Ctx, sessionIds: string[]): Promise<void> {
  if (sessionIds.length === 0) return;
  const held = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.workspaceId, actor.workspaceId), inArray(sessions.id, sessionIds)))
    .orderBy(sessions.id)
    .for('key share');
  if (held.length < sessionIds.length) throw new PactError('conflict', { retryAfter: 1 });
}

async function claim<Answer>(
  ctx: Ctx,
  { key, requestHash }: { key: string; requestHash: string },
): Promise<{ answer: Answer } | undefined> {
  const [lock] = await rows<{ taken: boolean }>(
    ctx.db,
    sql`select pg_try_advisory_xact_lock(hashtextextended(${lockName(ctx, key)}, 0)) as taken`,
  );
  if (!lock?.taken) throw new PactError('conflict', { retryAfter: 1 });
  const mine = and(
    eq(idempotencyRecords.workspaceId, ctx.actor.workspaceId),
    eq(idempotencyRecords.key, key),
  );
  const [record] = await ctx.db.select().from(idempotencyRecords).where(mine);
  if (!record) return undefined;
  const answer = replayed<Answer>(ctx, record, requestHash);
  if (!answer) await ctx.db.delete(idempotencyRecords).where(mine);
  return answer;
}

/**
 * What a record says to a request under its key.
 * @returns undefined when its day is over.
 * @throws {PactError} idempotency_mismatch, for another request.
 */
export function replayed<Answer>(
  ctx: Ctx,
  record: { requestHash: string; answer: unknown; expiresAt: Date },
  requestHash: string,
): { answer: Answer } | undefined {
  if (record.expiresAt <= ctx.now()) return undefined;
  if (record.requestHash !== requestHash) throw new PactError('idempotency_mismatch');
  return { answer: record.answer as Answer };
}

/** The name of the lock that a request with an idempotency key holds while it runs. */
export const lockName = ({ actor }: Ctx, key: string) => `${actor.workspaceId}\n${key}`;
