import { archives, messages, sessions, topicPriorities } from '@pact/db';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { withTexts } from './archive/texts.ts';
import { changing } from './changes.ts';
import { fold } from './consolidation/index.ts';
import type { Ctx } from './ctx.ts';
import { PactError } from './errors.ts';
import { id, label, timestamp } from './fields.ts';
import { atomically } from './idempotency.ts';
import { findSession, type SessionRow } from './sessions.ts';

/** Folded messages of a topic that come back when it is ranked high: the newest. */
const MAX_RESTORED = 12;
/** Topics that one session ranks: each is looked for in each message that folds. */
const MAX_RANKED = 100;

const PriorityLevel = z.enum(['high', 'medium', 'low']).meta({ id: 'Priority' });

export const SetPriority = z.object({
  sessionId: id(),
  topic: label(200).regex(/[\p{L}\p{N}]/u, 'has no letter and no digit'),
  priority: PriorityLevel.meta({
    description:
      'high: its messages stay verbatim. medium: as if never set. low: it leaves the summary first.',
  }),
});

export const PrioritySet = z
  .object({ sessionId: id(), topic: z.string(), priority: PriorityLevel, updatedAt: timestamp() })
  .meta({ id: 'PrioritySet' });

/**
 * Ranks a topic, whether it came up already or will. What folded or stayed under the old rank is judged again.
 * @throws {PactError} not_found; unavailable, where turns come back whose text the archive holds and cannot give now.
 */
export function setPriority(
  ctx: Ctx,
  input: z.output<typeof SetPriority>,
): Promise<z.output<typeof PrioritySet>> {
  const { sessionId, topic, priority } = input;
  const key = ctx.models.conceptKey(topic) || topic.toLowerCase();
  const work = async () => {
    // Read from the archive before the transaction, which finds them in memory then.
    if (priority === 'high') {
      const { id: ofSession } = await findSession(ctx, sessionId);
      await withTexts(ctx, await findRestorable(ctx, ofSession, topic));
    }
    return atomically(
      ctx,
      async (inner) => {
        const session = await findSession(inner, sessionId, 'for update');
        const updatedAt = inner.now();
        const { workspaceId } = session;
        const known = await rankedTopics(inner, session);
        const before = known.find((row) => row.key === key);
        if (!before && known.length >= MAX_RANKED) throw tooManyTopics(known.length);
        await inner.db
          .insert(topicPriorities)
          .values({ workspaceId, sessionId, key, topic, priority, updatedAt })
          .onConflictDoUpdate({
            target: [topicPriorities.workspaceId, topicPriorities.sessionId, topicPriorities.key],
            set: { topic, priority, updatedAt },
          });
        // Said again it changes nothing, and need not be judged again.
        if (before?.priority !== priority) {
          if (priority === 'high') await restore(inner, session, topic);
          await fold(inner, { sessionId, trigger: 'priority' });
        }
        return { sessionId, topic, priority, updatedAt: updatedAt.toISOString() };
      },
      () => [sessionId],
    );
  };
  return changing(ctx, [sessionId], work);
}

function rankedTopics({ db }: Ctx, session: SessionRow) {
  return db
    .select({ key: topicPriorities.key, priority: topicPriorities.priority })
    .from(topicPriorities)
    .where(
      and(eq(topicPriorities.workspaceId, session.workspaceId), eq(topicPriorities.sessionId, session.id)),
    );
}

const tooManyTopics = (count: number) =>
  new PactError('invalid_request', {
    message: `Invalid field topic: a session ranks ${MAX_RANKED} topics at most.`,
    details: { field: 'topic', received: `one more than ${count}` },
  });

/** Puts the newest folded messages that speak of the topic back among the kept; the fold that follows has the last word. */
async function restore(ctx: Ctx, session: SessionRow, topic: string): Promise<void> {
  const { db } = ctx;
  const found = await withTexts(ctx, await findRestorable(ctx, session.id, topic));
  if (found.length === 0) return;
  const ids = found.map(({ id }) => id);
  for (const { id, content, archiveId } of found) {
    if (archiveId !== null) await bringBack(ctx, { id, content, archiveId });
  }
  await db
    .update(messages)
    .set({ placement: 'kept', keptReason: 'priority' })
    .where(and(eq(messages.workspaceId, session.workspaceId), inArray(messages.id, ids)));
  await db
    .update(sessions)
    .set({ foldedCount: session.foldedCount - ids.length, revision: sql`${sessions.revision} + 1` })
    .where(and(eq(sessions.workspaceId, session.workspaceId), eq(sessions.id, session.id)));
}

function findRestorable({ db, actor }: Ctx, sessionId: string, topic: string) {
  const { id, content, archiveId } = messages;
  return db
    .select({ id, sessionId: messages.sessionId, content, archiveId })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, actor.workspaceId),
        eq(messages.sessionId, sessionId),
        eq(messages.placement, 'folded'),
        sql`${messages.search} @@ plainto_tsquery('english', ${topic})`,
      ),
    )
    .orderBy(desc(messages.sequence))
    .limit(MAX_RESTORED);
}

/** Puts a text back into its row. The archive's copy stays until the session is erased. */
async function bringBack(
  { db, actor }: Ctx,
  { id, content, archiveId }: { id: string; content: string; archiveId: string },
): Promise<void> {
  const { workspaceId } = actor;
  await db
    .update(messages)
    .set({ content, archiveId: null })
    .where(and(eq(messages.workspaceId, workspaceId), eq(messages.id, id)));
  await db
    .update(archives)
    .set({ messages: sql`${archives.messages} - 1` })
    .where(and(eq(archives.workspaceId, workspaceId), eq(archives.id, archiveId)));
}
