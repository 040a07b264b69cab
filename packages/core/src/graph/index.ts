import type { z } from 'zod';
import type { Ctx } from '../ctx.ts';
import { nodeId } from '../ids.ts';
import type { MessageRow } from '../messages.ts';
import { findSession, type SessionRow } from '../sessions.ts';
import { candidateNodes, edgesAmong, latestMessages, prioritiesOf } from './candidates.ts';
import { isTelling } from './delta.ts';
import { depthOf, type NodeRow, rankConcepts, rankMessages, round, tiesOf } from './rank.ts';
import type { GetGraph, Graph, GraphEdge } from './shape.ts';
import { associationOf, evocationOf } from './strength.ts';

export { GetGraph, Graph } from './shape.ts';

/**
 * The session's memory as nodes and weighted edges. Reads candidates by weight, by priority and by recency, a bounded
 * number; what it serves are the most important of them. @throws {PactError} not_found.
 */
export async function getGraph(ctx: Ctx, input: z.output<typeof GetGraph>): Promise<z.output<typeof Graph>> {
  const session = await findSession(ctx, input.sessionId);
  const priorities = await prioritiesOf(ctx, session);
  const concepts = await candidateNodes(ctx, session, priorities, input.limit);
  const latest = await latestMessages(ctx, session, Math.ceil(input.limit / 2));
  const edges = [
    ...(await weighedEdges(ctx, session, concepts, latest)),
    ...expressed(session, latest, concepts),
  ];
  const standpoint = { messageCount: session.messageCount, now: ctx.now(), ties: tiesOf(edges) };
  const nodes = [...rankConcepts(concepts, priorities, standpoint), ...rankMessages(latest, standpoint)]
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

/** The stored sums as strengths, 0 to 1. */
async function weighedEdges(
  ctx: Ctx,
  session: SessionRow,
  concepts: NodeRow[],
  latest: MessageRow[],
): Promise<GraphEdge[]> {
  const weights = new Map(concepts.map((node) => [node.id, node.weight]));
  const messageIds = latest.map((message) => message.id);
  const stored = await edgesAmong(ctx, session, [...weights.keys()], messageIds);
  return stored.map(({ fromId, toId, type, weight }) => {
    const [one, other] = [weights.get(fromId) ?? 0, weights.get(toId) ?? 0];
    const strength = {
      mentions: Math.min(1, weight),
      co_occurs: associationOf(weight, one, other),
      evokes: evocationOf(weight, one),
    }[type];
    return { from: fromId, to: toId, type, weight: round(strength) };
  });
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
