import { emotionalStates, memoryEdges, memoryNodes, messages, sessions, topicPriorities } from '@pact/db';
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { withTexts } from './archive/texts.ts';
import { currentSummary, presentSentence, SummarySentenceAnswer } from './consolidation/index.ts';
import { renderSentences } from './consolidation/render.ts';
import type { Ctx } from './ctx.ts';
import { EmotionName } from './emotions/index.ts';
import { notFound } from './errors.ts';
import { arousal, id, label, share, timestamp, valence } from './fields.ts';
import { Message, presentMessage, selectMessages } from './messages.ts';
import { findSession, presentSession, Session, type SessionRow } from './sessions.ts';

/** Rows that are read at a time, so that of a long session nothing is held twice. */
const PAGE = 500;

export const UserId = z.object({
  userId: id().meta({ description: 'As `metadata.user_id` of the sessions names the end user.' }),
});

const ExportedEmotion = z.object({
  messageId: id(),
  timestamp: timestamp(),
  emotion: EmotionName,
  confidence: share('Calibrated probability that the label is right.'),
  valence: valence(),
  arousal: arousal(),
  words: z.array(z.object({ text: z.string(), start: z.int(), end: z.int(), weight: z.number() })),
  modelReading: z
    .object({ model: z.string(), emotion: EmotionName, valence: valence(), arousal: arousal() })
    .nullable()
    .meta({ description: 'What a configured model read beside it.' }),
});

const ExportedNode = z.object({
  id: id(),
  type: z.enum(['topic', 'entity', 'emotion']),
  content: z.string(),
  aliases: z.array(z.string()),
  entityType: z.string().nullable(),
  mentions: z.int(),
  weight: z.number().meta({ description: 'Sum of its salience over the messages that mention it.' }),
  lastAt: timestamp(),
});

const ExportedEdge = z.object({ from: id(), to: id(), type: z.string(), weight: z.number() });

const ExportedSession = z
  .object({
    session: Session,
    messages: z.array(Message).meta({ description: 'Everything said, folded turns too, oldest first.' }),
    emotionalHistory: z.array(ExportedEmotion),
    graph: z.object({ nodes: z.array(ExportedNode), edges: z.array(ExportedEdge) }),
    summary: z.object({
      text: z.string(),
      sentences: z.array(SummarySentenceAnswer),
      worded: z
        .object({ model: z.string(), text: z.string() })
        .nullable()
        .meta({ description: 'The same in the words of a configured model.' }),
    }),
    priorities: z.array(z.object({ topic: z.string(), priority: z.string(), updatedAt: timestamp() })),
  })
  .meta({ id: 'ExportedSession' });

export const UserExport = z
  .object({ userId: z.string(), exportedAt: timestamp(), sessions: z.array(ExportedSession) })
  .meta({ id: 'UserExport', description: 'Everything held about one end user.' });

/** False for a name that no session can have. */
export const isPossibleUser = (userId: string) => label().safeParse(userId).success;

/**
 * Everything held about an end user, across sessions, oldest first. Each session is whole as it was at one moment or
 * another of the export; one that is erased meanwhile is left out.
 * @throws {PactError} not_found, for a user without sessions: an empty document would read as "all of it"; unavailable,
 *   while the archive that holds some of the texts cannot be reached.
 */
export async function exportUser(
  ctx: Ctx,
  { userId }: z.output<typeof UserId>,
): Promise<z.output<typeof UserExport>> {
  const found = isPossibleUser(userId) ? await sessionsOf(ctx, userId) : [];
  if (found.length === 0) throw notFound('user');
  const exported = [];
  for (const { id: sessionId } of found) {
    const session = await findSession(ctx, sessionId).catch(() => undefined);
    if (session) exported.push(await exportSession(ctx, session));
  }
  return { userId, exportedAt: ctx.now().toISOString(), sessions: exported };
}

function sessionsOf({ db, actor }: Ctx, userId: string) {
  return db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.workspaceId, actor.workspaceId), eq(sessions.userId, userId)))
    .orderBy(asc(sessions.createdAt), asc(sessions.id));
}

async function exportSession(ctx: Ctx, session: SessionRow): Promise<z.output<typeof ExportedSession>> {
  const { sentences, worded } = await currentSummary(ctx, session);
  return {
    session: presentSession(session),
    messages: await allMessages(ctx, session),
    emotionalHistory: await allEmotions(ctx, session),
    graph: { nodes: await allNodes(ctx, session), edges: await allEdges(ctx, session) },
    summary: {
      text: renderSentences(sentences),
      sentences: sentences.map(presentSentence),
      worded: worded && { model: worded.model, text: worded.text },
    },
    priorities: await allPriorities(ctx, session),
  };
}

const ofSession = (
  table: { workspaceId: PgColumn; sessionId: PgColumn },
  session: SessionRow,
): SQL | undefined => and(eq(table.workspaceId, session.workspaceId), eq(table.sessionId, session.id));

/** Reads page after page, each from where the one before it ended. */
async function inPages<Row, Shown>(
  read: (after: Row | undefined) => Promise<Row[]>,
  show: (row: Row) => Shown,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  let after: Row | undefined;
  for (;;) {
    const page = await read(after);
    for (const row of page) shown.push(show(row));
    if (page.length < PAGE) return shown;
    after = page.at(-1);
  }
}

function allMessages(ctx: Ctx, session: SessionRow) {
  const read = async (after: { sequence: number } | undefined) =>
    withTexts(
      ctx,
      await selectMessages(ctx.db)
        .where(and(ofSession(messages, session), gt(messages.sequence, after?.sequence ?? 0)))
        .orderBy(asc(messages.sequence))
        .limit(PAGE),
    );
  return inPages(read, (row) => presentMessage(row));
}

function allEmotions({ db }: Ctx, session: SessionRow) {
  type Entry = typeof emotionalStates.$inferSelect;
  const read = (after: Entry | undefined) =>
    db
      .select()
      .from(emotionalStates)
      .where(and(ofSession(emotionalStates, session), gt(emotionalStates.sequence, after?.sequence ?? 0)))
      .orderBy(asc(emotionalStates.sequence))
      .limit(PAGE);
  return inPages(read, (entry) => ({
    messageId: entry.messageId,
    timestamp: entry.occurredAt.toISOString(),
    emotion: entry.emotion as z.output<typeof EmotionName>,
    confidence: entry.confidence,
    valence: entry.valence,
    arousal: entry.arousal,
    words: entry.words,
    modelReading: entry.modelReading && {
      ...entry.modelReading,
      emotion: entry.modelReading.emotion as z.output<typeof EmotionName>,
    },
  }));
}

function allNodes({ db }: Ctx, session: SessionRow) {
  type Node = typeof memoryNodes.$inferSelect;
  const read = (after: Node | undefined) =>
    db
      .select()
      .from(memoryNodes)
      .where(and(ofSession(memoryNodes, session), gt(memoryNodes.id, after?.id ?? '')))
      .orderBy(asc(memoryNodes.id))
      .limit(PAGE);
  return inPages(read, ({ id: nodeId, type, name, aliases, entityType, mentions, weight, lastAt }) => ({
    id: nodeId,
    type,
    content: name,
    aliases,
    entityType,
    mentions,
    weight,
    lastAt: lastAt.toISOString(),
  }));
}

function allEdges({ db }: Ctx, session: SessionRow) {
  type Edge = typeof memoryEdges.$inferSelect;
  const { fromId, toId, type } = memoryEdges;
  const beyond = (after: Edge) =>
    sql`(${fromId}, ${toId}, ${type}) > (${after.fromId}, ${after.toId}, ${after.type})`;
  const read = (after: Edge | undefined) =>
    db
      .select()
      .from(memoryEdges)
      .where(and(ofSession(memoryEdges, session), after && beyond(after)))
      .orderBy(asc(fromId), asc(toId), asc(type))
      .limit(PAGE);
  return inPages(read, (edge) => ({
    from: edge.fromId,
    to: edge.toId,
    type: edge.type,
    weight: edge.weight,
  }));
}

async function allPriorities({ db }: Ctx, session: SessionRow) {
  const found = await db
    .select()
    .from(topicPriorities)
    .where(ofSession(topicPriorities, session))
    .orderBy(asc(topicPriorities.key));
  return found.map(({ topic, priority, updatedAt }) => ({
    topic,
    priority,
    updatedAt: updatedAt.toISOString(),
  }));
}
