import { memoryEdges, memoryNodes, messages, topicPriorities } from '@pact/db';
import { and, desc, eq, inArray, or } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from '../ctx.ts';
import { EmotionName } from '../emotions/index.ts';
import { id, share } from '../fields.ts';
import { nodeId } from '../ids.ts';
import { type MessageRow, selectMessages } from '../messages.ts';
import { findSession, type SessionRow } from '../sessions.ts';
import { isTelling } from './delta.ts';
import { importanceOf, recencyOf, relative, strengthOf } from './importance.ts';

/** Characters of a message that its node shows. */
const EXCERPT_LENGTH = 160;
/** Edges that one answer holds: the heaviest. */
const MAX_EDGES = 10_000;

export const GetGraph = z.object({
  sessionId: id(),
  limit: z.int().min(1).max(2_000).default(200).meta({ description: 'Nodes served: the most important.' }),
  minImportance: z.number().min(0).max(1).default(0),
});

const Node = z
  .object({
    id: id(),
    type: z.enum(['message', 'topic', 'entity', 'emotion']),
    content: z
      .string()
      .meta({ description: "The topic's, entity's or emotion's name; the beginning of a message." }),
    importance: share('Frequency, recency, emotion and centrality, moved by the priority: 0 to 1.'),
    emotionalTag: EmotionName.optional(),
  })
  .meta({ id: 'MemoryNode' });

const Edge = z
  .object({
    from: id(),
    to: id(),
    type: z.enum(['mentions', 'co_occurs', 'evokes', 'expresses']),
    weight: z.number(),
  })
  .meta({
    id: 'MemoryEdge',
    description:
      'mentions: message → topic or entity. co_occurs: two of those in one message. evokes: topic or entity → the emotion it came with. expresses: message → its emotion.',
  });

export const Graph = z
  .object({
    sessionId: id(),
    nodes: z.array(Node),
    edges: z.array(Edge).meta({ description: 'Both ends are among the nodes served.' }),
    metadata: z.object({
      totalNodes: z.int().meta({ description: 'In the session, served or not.' }),
      totalEdges: z.int(),
      depth: z.int().meta({ description: 'The most hops from a served message to a node it leads to.' }),
    }),
  })
  .meta({ id: 'MemoryGraph' });

type GraphNode = z.output<typeof Node>;
type GraphEdge = z.output<typeof Edge>;
type NodeRow = typeof memoryNodes.$inferSelect;

/**
 * The session's memory as nodes and weighted edges. Reads candidates by weight and by recency, a bounded number; what it
 * serves are the most important of them. @throws {PactError} not_found.
 */
export async function getGraph(ctx: Ctx, input: z.output<typeof GetGraph>): Promise<z.output<typeof Graph>> {
  const session = await findSession(ctx, input.sessionId);
  const concepts = await heaviestNodes(ctx, session, input.limit);
  const latest = await latestMessages(ctx, session, Math.ceil(input.limit / 2));
  const edges = [
    ...(await edgesAmong(ctx, session, concepts, latest)),
    ...expressed(session, latest, concepts),
  ];
  const degrees = degreesOf(edges);
  const nodes = [
    ...rankConcepts(session, concepts, await prioritiesOf(ctx, session), degrees),
    ...rankMessages(session, latest, degrees),
  ]
    .filter(({ importance }) => importance >= input.minImportance)
    .sort((a, b) => b.importance - a.importance || (a.id < b.id ? -1 : 1))
    .slice(0, input.limit);
  const served = new Set(nodes.map((node) => node.id));
  const inner = edges.filter(({ from, to }) => served.has(from) && served.has(to));
  return {
    sessionId: session.id,
    nodes,
    edges: inner,
    metadata: {
      totalNodes: session.nodeCount + session.messageCount,
      totalEdges: session.edgeCount,
      depth: depthOf(nodes, inner),
    },
  };
}

/** The most hops that lead from any message, along the edges' directions, breadth first. Pure. */
export function depthOf(nodes: GraphNode[], edges: GraphEdge[]): number {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const seen = new Set(nodes.filter(({ type }) => type === 'message').map((node) => node.id));
  let frontier = [...seen];
  for (let depth = 0; ; depth++) {
    frontier = frontier.flatMap((from) => next.get(from) ?? []).filter((to) => !seen.has(to) && seen.add(to));
    if (frontier.length === 0) return depth;
  }
}

function heaviestNodes({ db }: Ctx, session: SessionRow, limit: number): Promise<NodeRow[]> {
  return db
    .select()
    .from(memoryNodes)
    .where(and(eq(memoryNodes.workspaceId, session.workspaceId), eq(memoryNodes.sessionId, session.id)))
    .orderBy(desc(memoryNodes.weight), memoryNodes.id)
    .limit(limit);
}

async function latestMessages({ db }: Ctx, session: SessionRow, limit: number): Promise<MessageRow[]> {
  return await selectMessages(db)
    .where(and(eq(messages.workspaceId, session.workspaceId), eq(messages.sessionId, session.id)))
    .orderBy(desc(messages.sequence))
    .limit(limit);
}

async function edgesAmong(
  { db }: Ctx,
  session: SessionRow,
  concepts: NodeRow[],
  latest: MessageRow[],
): Promise<GraphEdge[]> {
  const nodeIds = concepts.map((node) => node.id);
  const messageIds = latest.map((message) => message.id);
  if (nodeIds.length === 0) return [];
  const found = await db
    .select()
    .from(memoryEdges)
    .where(
      and(
        eq(memoryEdges.workspaceId, session.workspaceId),
        eq(memoryEdges.sessionId, session.id),
        inArray(memoryEdges.toId, nodeIds),
        or(inArray(memoryEdges.fromId, nodeIds), inArray(memoryEdges.fromId, messageIds)),
      ),
    )
    .orderBy(desc(memoryEdges.weight))
    .limit(MAX_EDGES);
  return found.map(({ fromId, toId, type, weight }) => ({
    from: fromId,
    to: toId,
    type,
    weight: round(weight),
  }));
}

/** Message → emotion: not stored, because the message's emotional state says it already. */
function expressed(session: SessionRow, latest: MessageRow[], concepts: NodeRow[]): GraphEdge[] {
  const known = new Set(concepts.map((node) => node.id));
  return latest.flatMap(({ id: from, emotion, confidence }) => {
    if (emotion === null || confidence === null || !isTelling({ emotion, confidence })) return [];
    const to = nodeId(session.id, 'emotion', emotion);
    return known.has(to) ? [{ from, to, type: 'expresses' as const, weight: round(confidence) }] : [];
  });
}

async function prioritiesOf({ db }: Ctx, session: SessionRow) {
  const found = await db
    .select()
    .from(topicPriorities)
    .where(
      and(eq(topicPriorities.workspaceId, session.workspaceId), eq(topicPriorities.sessionId, session.id)),
    );
  return new Map(found.map(({ key, priority }) => [key, priority]));
}

function rankConcepts(
  session: SessionRow,
  concepts: NodeRow[],
  priorities: Map<string, 'high' | 'medium' | 'low'>,
  degrees: Map<string, number>,
): GraphNode[] {
  const heaviest = Math.max(...concepts.map(({ weight }) => weight), 0);
  const best = Math.max(...degrees.values(), 0);
  return concepts.map((node) => {
    const valence = node.felt > 0 ? node.valenceSum / node.felt : 0.5;
    const arousal = node.felt > 0 ? node.arousalSum / node.felt : 0.5;
    const parts = {
      frequency: relative(node.weight, heaviest),
      recency: recencyOf(node.lastSequence, session.messageCount),
      emotion: strengthOf(valence, arousal),
      centrality: relative(degrees.get(node.id) ?? 0, best),
    };
    return {
      id: node.id,
      type: node.type,
      content: node.name,
      importance: round(importanceOf(parts, priorities.get(node.key))),
      ...(node.type === 'emotion' ? { emotionalTag: node.name as GraphNode['emotionalTag'] & string } : {}),
    };
  });
}

function rankMessages(session: SessionRow, latest: MessageRow[], degrees: Map<string, number>): GraphNode[] {
  const best = Math.max(...latest.map((message) => degrees.get(message.id) ?? 0), 0);
  return latest.map((message) => {
    const parts = {
      // A message comes up once; what it is about stands for how much it says.
      frequency: relative(degrees.get(message.id) ?? 0, best) / 2,
      recency: recencyOf(message.sequence, session.messageCount),
      emotion: message.valence === null ? 0 : strengthOf(message.valence, message.arousal!),
      centrality: relative(degrees.get(message.id) ?? 0, best),
    };
    return {
      id: message.id,
      type: 'message',
      content: excerpt(message.content),
      importance: round(importanceOf(parts, message.keptReason === 'priority' ? 'high' : undefined)),
      ...(message.emotion === null
        ? {}
        : { emotionalTag: message.emotion as GraphNode['emotionalTag'] & string }),
    };
  });
}

function degreesOf(edges: GraphEdge[]): Map<string, number> {
  const degrees = new Map<string, number>();
  for (const { from, to, weight } of edges) {
    degrees.set(from, (degrees.get(from) ?? 0) + weight);
    degrees.set(to, (degrees.get(to) ?? 0) + weight);
  }
  return degrees;
}

function excerpt(content: string): string {
  if (content.length <= EXCERPT_LENGTH) return content;
  return `${content
    .slice(0, EXCERPT_LENGTH)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
