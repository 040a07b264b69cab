import { emotionalStates, messages } from '@pact/db';
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { withTexts } from './archive/texts.ts';
import type { Ctx } from './ctx.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { EmotionName } from './emotions/index.ts';
import { id, share, timestamp } from './fields.ts';
import { findSession } from './sessions.ts';

export const Role = z
  .enum(['user', 'assistant', 'system', 'tool'])
  .meta({ id: 'Role', description: 'Who speaks. Emotion is read from `user` alone.' });

/** A message, wherever it appears. */
export const Message = z
  .object({
    id: id(),
    role: Role,
    name: z.string().optional().meta({ description: 'The speaker, when there are several of one role.' }),
    content: z.string().meta({ description: 'Exactly what was sent.' }),
    timestamp: timestamp(),
    externalId: z.string().optional(),
    emotionalMetadata: z
      .object({ detectedEmotion: EmotionName, confidence: share('Calibrated probability of the label.') })
      .optional(),
  })
  .meta({ id: 'Message' });

export const ListMessages = z.object({
  sessionId: id(),
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
  order: z
    .enum(['asc', 'desc'])
    .default('asc')
    .meta({ description: 'Order of arrival: oldest or newest first.' }),
});

export const MessagePage = z.object({
  data: z.array(Message),
  nextCursor: z.string().nullable(),
  hasMore: z.boolean(),
});

/** Columns that a served message needs. Neither its vector nor its search index. */
const messageColumns = {
  id: messages.id,
  sessionId: messages.sessionId,
  sequence: messages.sequence,
  role: messages.role,
  name: messages.name,
  content: messages.content,
  archiveId: messages.archiveId,
  tokens: messages.tokens,
  placement: messages.placement,
  keptReason: messages.keptReason,
  occurredAt: messages.occurredAt,
  externalId: messages.externalId,
  emotion: emotionalStates.emotion,
  confidence: emotionalStates.confidence,
  valence: emotionalStates.valence,
  arousal: emotionalStates.arousal,
};

/** Written out and not as a parameter, so that the planner sees that the index of kept messages serves it. */
export const IS_KEPT = sql`${messages.placement} = 'kept'`;

/** Messages with how they felt. Start a query on them, then narrow it; `withTexts` brings what the archive holds. */
export function selectMessages(db: Ctx['db']) {
  return db
    .select(messageColumns)
    .from(messages)
    .leftJoin(
      emotionalStates,
      and(
        eq(emotionalStates.workspaceId, messages.workspaceId),
        // Said though the id alone would do: before a table was analysed, the planner walks the workspace otherwise.
        eq(emotionalStates.sessionId, messages.sessionId),
        eq(emotionalStates.messageId, messages.id),
      ),
    )
    .$dynamic();
}

export type MessageRow = Awaited<ReturnType<typeof selectMessages>>[number];

/**
 * Everything said in a session, in order of arrival, folded turns too.
 * @throws {PactError} not_found; unavailable, while the archive that holds some of it cannot be reached.
 */
export async function listMessages(
  ctx: Ctx,
  input: z.output<typeof ListMessages>,
): Promise<z.output<typeof MessagePage>> {
  const session = await findSession(ctx, input.sessionId);
  const after = input.cursor ? Number(decodeCursor(input.cursor, ['number'])[0]) : undefined;
  const ascending = input.order === 'asc';
  const beyond = ascending ? gt : lt;
  const found = await selectMessages(ctx.db)
    .where(
      and(
        eq(messages.workspaceId, ctx.actor.workspaceId),
        eq(messages.sessionId, session.id),
        after === undefined ? undefined : beyond(messages.sequence, sql`${after}::bigint`),
      ),
    )
    .orderBy(ascending ? asc(messages.sequence) : desc(messages.sequence))
    .limit(input.limit + 1);
  const page = await withTexts(ctx, found.slice(0, input.limit));
  const last = page.at(-1);
  const hasMore = found.length > input.limit;
  return {
    data: page.map((row) => presentMessage(row)),
    nextCursor: hasMore && last ? encodeCursor([last.sequence]) : null,
    hasMore,
  };
}

/** A message as the wire has it. */
export function presentMessage(row: MessageRow, includeEmotional = true): z.output<typeof Message> {
  const { emotion, confidence } = row;
  return {
    id: row.id,
    role: row.role,
    ...(row.name === null ? {} : { name: row.name }),
    content: row.content,
    timestamp: row.occurredAt.toISOString(),
    ...(row.externalId === null ? {} : { externalId: row.externalId }),
    ...(includeEmotional && emotion !== null && confidence !== null
      ? { emotionalMetadata: { detectedEmotion: emotion as z.output<typeof EmotionName>, confidence } }
      : {}),
  };
}
