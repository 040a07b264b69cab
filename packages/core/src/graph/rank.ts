import type { memoryNodes } from '@pact/db';
import type { MessageRow } from '../messages.ts';
import {
  centralityOf,
  emotionOf,
  frequencyOf,
  importanceOf,
  type Priority,
  recencyOf,
  strengthOf,
  voiceOf,
} from './importance.ts';
import type { GraphEdge, GraphNode } from './shape.ts';

export type NodeRow = typeof memoryNodes.$inferSelect;

/** What importance is measured against. */
export interface Standpoint {
  /** Messages of the session so far. */
  messageCount: number;
  now: Date;
  /** Strengths of each node's edges, summed. */
  ties: Map<string, number>;
}

/** Characters of a message that its node shows. */
const EXCERPT_LENGTH = 160;
const DAY_MS = 86_400_000;

/** Topics, entities and emotions with their importance. Pure. */
export function rankConcepts(
  concepts: NodeRow[],
  priorities: ReadonlyMap<string, Priority>,
  { messageCount, now, ties }: Standpoint,
): GraphNode[] {
  return concepts.map((node) => {
    const mean = (sum: number) => (node.felt > 0 ? sum / node.felt : 0.5);
    const importance = importanceOf(
      {
        frequency: frequencyOf(node.weight),
        recency: recencyOf(messageCount - node.lastSequence, daysBetween(node.lastAt, now)),
        emotion: emotionOf(mean(node.valenceSum), mean(node.arousalSum), node.felt),
        centrality: centralityOf(ties.get(node.id) ?? 0),
        voice: voiceOf(node.userMentions, node.mentions),
      },
      priorities.get(node.id),
    );
    const aliases = node.aliases.filter((alias) => alias !== node.name);
    return {
      id: node.id,
      type: node.type,
      content: node.name,
      importance: round(importance),
      ...(node.type === 'emotion' ? { emotionalTag: node.name as GraphNode['emotionalTag'] & string } : {}),
      ...(node.entityType ? { entityType: node.entityType } : {}),
      ...(aliases.length > 0 ? { aliases } : {}),
      mentions: node.mentions,
      userMentions: node.userMentions,
    };
  });
}

/** Messages with their importance. Pure. */
export function rankMessages(latest: MessageRow[], { messageCount, now, ties }: Standpoint): GraphNode[] {
  return latest.map((message) => {
    const parts = {
      // A message comes up once; what it is about stands for how much it says.
      frequency: frequencyOf(ties.get(message.id) ?? 0) / 2,
      recency: recencyOf(messageCount - message.sequence, daysBetween(message.occurredAt, now)),
      emotion: message.valence === null ? 0 : strengthOf(message.valence, message.arousal!),
      centrality: centralityOf(ties.get(message.id) ?? 0),
      voice: voiceOf(message.role === 'user' ? 1 : 0, 1),
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

/** What each node is tied by, summed. */
export function tiesOf(edges: GraphEdge[]): Map<string, number> {
  const ties = new Map<string, number>();
  for (const { from, to, weight } of edges) {
    ties.set(from, (ties.get(from) ?? 0) + weight);
    ties.set(to, (ties.get(to) ?? 0) + weight);
  }
  return ties;
}

/** The most hops that lead from any message, along the edges' directions, breadth first. Pure. */
export function depthOf(nodes: GraphNode[], edges: GraphEdge[]): number {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const ends = next.get(from);
    if (ends) ends.push(to);
    else next.set(from, [to]);
  }
  const seen = new Set(nodes.filter(({ type }) => type === 'message').map((node) => node.id));
  let frontier = [...seen];
  for (let depth = 0; ; depth++) {
    frontier = frontier.flatMap((from) => next.get(from) ?? []).filter((to) => !seen.has(to) && seen.add(to));
    if (frontier.length === 0) return depth;
  }
}

function excerpt(content: string): string {
  if (content.length <= EXCERPT_LENGTH) return content;
  return `${content
    .slice(0, EXCERPT_LENGTH)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}

const daysBetween = (earlier: Date, later: Date) => (later.getTime() - earlier.getTime()) / DAY_MS;

/** Four decimals: more would claim a precision that no weight has. */
export const round = (value: number) => Math.round(value * 10_000) / 10_000;
