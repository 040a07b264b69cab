import { sessions } from '@pact/db';
import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from './ctx.ts';
import { decodeCursor, encodeCursor, invalidCursor } from './cursor.ts';
import { notFound } from './errors.ts';
import { EARLIEST_MS, id, isPossibleId, LATEST_MS, label, metadata, timestamp } from './fields.ts';
import { atomically } from './idempotency.ts';

/** Messages after which older turns fold, unless the session says otherwise. */
const DEFAULT_CONSOLIDATION_THRESHOLD = 10;
/** Tokens after which older turns fold, unless the session says otherwise. */
const DEFAULT_TOKEN_THRESHOLD = 2_000;

/** A session's row without the sum of its vectors, which only the database looks at. */
const { embeddingSum: _, ...sessionColumns } = getTableColumns(sessions);
export type SessionRow = Omit<typeof sessions.$inferSelect, 'embeddingSum'>;

export const CreateSession = z.object({
  metadata: metadata().optional(),
  externalId: label().optional().meta({
    description: 'Your own id of this conversation. A second request with it returns the same session.',
  }),
  consolidationThreshold: z
    .int()
    .min(2)
    .max(1_000)
    .default(DEFAULT_CONSOLIDATION_THRESHOLD)
    .meta({ description: 'Messages that may stand before older ones fold.' }),
  tokenThreshold: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(DEFAULT_TOKEN_THRESHOLD)
    .meta({ description: 'Tokens that may stand before older messages fold.' }),
  trackEmotion: z.boolean().default(true).meta({
    description:
      'False: nothing about emotion is ever read from this session or stored for it. It cannot be changed later.',
  }),
});

export const CreatedSession = z
  .object({ sessionId: id(), createdAt: timestamp(), status: z.literal('active') })
  .meta({ id: 'CreatedSession' });

export const Session = z
  .object({
    sessionId: id(),
    status: z.literal('active'),
    externalId: z.string().optional(),
    metadata: z.record(z.string(), z.unknown()),
    consolidationThreshold: z.int(),
    tokenThreshold: z.int(),
    trackEmotion: z.boolean().meta({ description: 'False: the session was opened without emotion.' }),
    messageCount: z.int().meta({ description: 'Messages stored, folded ones included.' }),
    tokenCount: z.int().meta({ description: 'Tokens of all of them.' }),
    foldedCount: z.int().meta({ description: 'Messages whose place in the context a summary has taken.' }),
    createdAt: timestamp(),
    updatedAt: timestamp(),
  })
  .meta({ id: 'Session' });

export const ListSessions = z.object({
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
  userId: label().optional().meta({ description: 'Only sessions whose metadata names this end user.' }),
  application: label()
    .optional()
    .meta({ description: 'Only sessions whose metadata names this application.' }),
});

export const SessionPage = z.object({
  data: z.array(Session),
  nextCursor: z.string().nullable(),
  hasMore: z.boolean(),
});

export const SessionId = z.object({ sessionId: id() });

/** Opens a session; with an `externalId` that is known already, returns that one. */
export function createSession(
  ctx: Ctx,
  input: z.output<typeof CreateSession>,
): Promise<z.output<typeof CreatedSession>> {
  const answer = (row: SessionRow) => ({
    sessionId: row.id,
    createdAt: row.createdAt.toISOString(),
    status: 'active' as const,
  });
  return atomically(
    ctx,
    async (inner) => {
      // A session of this external id may be erased between finding it there and reading it: then it is made after all.
      for (;;) {
        const row = (await insertSession(inner, input)) ?? (await findByExternalId(inner, input.externalId!));
        if (row) return answer(row);
      }
    },
    (created) => [created.sessionId],
  );
}

/** @returns undefined when the external id is taken. */
async function insertSession(
  { db, actor, now, newId }: Ctx,
  input: z.output<typeof CreateSession>,
): Promise<SessionRow | undefined> {
  const at = now();
  const notes = input.metadata ?? {};
  const [created] = await db
    .insert(sessions)
    .values({
      workspaceId: actor.workspaceId,
      id: newId('sess'),
      externalId: input.externalId ?? null,
      userId: notes.user_id ?? null,
      application: notes.application ?? null,
      metadata: notes,
      consolidationThreshold: input.consolidationThreshold,
      tokenThreshold: input.tokenThreshold,
      trackEmotion: input.trackEmotion,
      createdAt: at,
      updatedAt: at,
    })
    .onConflictDoNothing()
    .returning(sessionColumns);
  return created;
}

async function findByExternalId({ db, actor }: Ctx, externalId: string): Promise<SessionRow | undefined> {
  const [known] = await db
    .select(sessionColumns)
    .from(sessions)
    .where(and(eq(sessions.workspaceId, actor.workspaceId), eq(sessions.externalId, externalId)));
  return known;
}

/** @throws {PactError} not_found. */
export async function getSession(
  ctx: Ctx,
  input: z.output<typeof SessionId>,
): Promise<z.output<typeof Session>> {
  return presentSession(await findSession(ctx, input.sessionId));
}

/** Newest first. */
export async function listSessions(
  { db, actor }: Ctx,
  input: z.output<typeof ListSessions>,
): Promise<z.output<typeof SessionPage>> {
  const after = input.cursor ? decodeCursor(input.cursor, ['string', 'string']) : undefined;
  const found = await db
    .select(sessionColumns)
    .from(sessions)
    .where(
      and(
        eq(sessions.workspaceId, actor.workspaceId),
        input.userId === undefined ? undefined : eq(sessions.userId, input.userId),
        input.application === undefined ? undefined : eq(sessions.application, input.application),
        after &&
          sql`(${sessions.createdAt}, ${sessions.id}) < (${cursorTime(after[0])}::timestamptz, ${after[1]})`,
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(input.limit + 1);
  const page = found.slice(0, input.limit);
  const last = page.at(-1);
  const hasMore = found.length > input.limit;
  return {
    data: page.map(presentSession),
    nextCursor: hasMore && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
    hasMore,
  };
}

/**
 * The session's row.
 * @param lock `for update`, inside a transaction: writers of one session follow one another.
 * @throws {PactError} not_found, in the same words for a missing session and for a neighbour's.
 */
export async function findSession(
  { db, actor }: Ctx,
  sessionId: string,
  lock?: 'for update',
): Promise<SessionRow> {
  if (!isPossibleId(sessionId)) throw notFound('session');
  const query = db
    .select(sessionColumns)
    .from(sessions)
    .where(and(eq(sessions.workspaceId, actor.workspaceId), eq(sessions.id, sessionId)));
  const [found] = await (lock ? query.for('update') : query);
  if (!found) throw notFound('session');
  return found;
}

/** A cursor's time, refused when it is not one that we wrote: the database reads fewer times than JavaScript. */
function cursorTime(part: string | number | undefined): string {
  const at = new Date(part ?? Number.NaN).getTime();
  if (at >= EARLIEST_MS && at < LATEST_MS) return new Date(at).toISOString();
  throw invalidCursor(String(part));
}

/** A session as the wire has it. */
export function presentSession(row: SessionRow): z.output<typeof Session> {
  return {
    sessionId: row.id,
    status: 'active',
    ...(row.externalId === null ? {} : { externalId: row.externalId }),
    metadata: row.metadata,
    consolidationThreshold: row.consolidationThreshold,
    tokenThreshold: row.tokenThreshold,
    trackEmotion: row.trackEmotion,
    messageCount: row.messageCount,
    tokenCount: row.tokenCount,
    foldedCount: row.foldedCount,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
