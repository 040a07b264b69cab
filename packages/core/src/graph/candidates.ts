import { memoryEdges, memoryNames, memoryNodes, messages, rows, topicPriorities } from '@pact/db';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { readableTexts } from '../archive/texts.ts';
import type { Ctx } from '../ctx.ts';
import { nodeId } from '../ids.ts';
import { type MessageRow, selectMessages } from '../messages.ts';
import type { SessionRow } from '../sessions.ts';
import type { Priority } from './importance.ts';
import type { NodeRow } from './rank.ts';

/** Edges that one answer holds: the heaviest. */
const MAX_EDGES = 10_000;

type StoredEdge = Pick<typeof memoryEdges.$inferSelect, 'fromId' | 'toId' | 'type' | 'weight'>;

const ofNodes = ({ workspaceId, id }: SessionRow) =>
  and(eq(memoryNodes.workspaceId, workspaceId), eq(memoryNodes.sessionId, id));

/** The heaviest nodes, and those of topics that were ranked, however light. */
export async function candidateNodes(
  { db }: Ctx,
  session: SessionRow,
  priorities: ReadonlyMap<string, Priority>,
  limit: number,
): Promise<NodeRow[]> {
  const heaviest = await db
    .select()
    .from(memoryNodes)
    .where(ofNodes(session))
    .orderBy(desc(memoryNodes.weight), memoryNodes.id)
    .limit(limit);
  const known = new Set(heaviest.map((node) => node.id));
  const missing = [...priorities.keys()].filter((id) => !known.has(id));
  if (missing.length === 0) return heaviest;
  const ranked = await db
    .select()
    .from(memoryNodes)
    .where(and(ofNodes(session), inArray(memoryNodes.id, missing)));
  return [...heaviest, ...ranked];
}

/** The latest messages that can be read: one whose text is out of reach would be a node that says nothing. */
export async function latestMessages(ctx: Ctx, session: SessionRow, limit: number): Promise<MessageRow[]> {
  const latest = await selectMessages(ctx.db)
    .where(and(eq(messages.workspaceId, session.workspaceId), eq(messages.sessionId, session.id)))
    .orderBy(desc(messages.sequence))
    .limit(limit);
  return (await readableTexts(ctx, latest)).readable;
}

/**
 * Stored edges between these nodes, and from these messages to them: the heaviest. Begins at the ends they come from,
 * which the primary key serves; a thing that half the session mentions has too many that lead to it.
 */
export async function edgesAmong(
  { db }: Ctx,
  { workspaceId, id }: SessionRow,
  nodeIds: string[],
  messageIds: string[],
): Promise<StoredEdge[]> {
  if (nodeIds.length === 0) return [];
  const listed = (ids: string[]) => sql`(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
  return await rows<StoredEdge>(
    db,
    sql`select from_id as "fromId", to_id as "toId", type, weight from (
        select e.* from ${memoryEdges} e join ${listed([...nodeIds, ...messageIds])} as origin(id) on e.from_id = origin.id
        where e.workspace_id = ${workspaceId} and e.session_id = ${id} offset 0
      ) leaving
      where to_id in ${listed(nodeIds)} order by weight desc, from_id, to_id limit ${MAX_EDGES}`,
  );
}

/** What the user ranked, by the nodes it may mean: a topic, an entity, or an entity that goes by that name too. */
export async function prioritiesOf({ db }: Ctx, session: SessionRow): Promise<Map<string, Priority>> {
  const found = await db
    .select({ key: topicPriorities.key, priority: topicPriorities.priority, named: memoryNames.nodeId })
    .from(topicPriorities)
    .leftJoin(
      memoryNames,
      and(
        eq(memoryNames.workspaceId, topicPriorities.workspaceId),
        eq(memoryNames.sessionId, topicPriorities.sessionId),
        eq(memoryNames.key, topicPriorities.key),
      ),
    )
    .where(
      and(eq(topicPriorities.workspaceId, session.workspaceId), eq(topicPriorities.sessionId, session.id)),
    );
  return new Map(
    found.flatMap(({ key, priority, named }) =>
      [nodeId(session.id, 'topic', key), named ?? nodeId(session.id, 'entity', key)].map(
        (id) => [id, priority] as const,
      ),
    ),
  );
}
