import type { Concept, EmotionReading } from '../ctx.ts';
import { nodeId } from '../ids.ts';

/** What the graph learns from one message. */
export interface AnalysedMessage {
  id: string;
  sequence: number;
  role: 'user' | 'assistant' | 'system' | 'tool';
  occurredAt: Date;
  concepts: Concept[];
  /** Null for everyone but the user, and when emotion is not tracked. */
  reading: EmotionReading | null;
}

export interface NodeDelta {
  id: string;
  type: 'topic' | 'entity' | 'emotion';
  key: string;
  name: string;
  aliases: string[];
  mentions: number;
  weight: number;
  valenceSum: number;
  arousalSum: number;
  felt: number;
  firstSequence: number;
  lastSequence: number;
  lastAt: Date;
}

export interface EdgeDelta {
  fromId: string;
  toId: string;
  type: 'mentions' | 'co_occurs' | 'evokes';
  weight: number;
}

/** Concepts of one message that are tied to one another: the strongest. Pairs grow with the square. */
const MAX_TIED = 5;
/** What the assistant brings up weighs less than what the user does. */
const OTHERS_WEIGHT = 0.5;
/** Below this confidence a label is too doubtful to stand in the graph. */
const MIN_CONFIDENCE = 0.25;

/** What to add to the stored graph for these messages. Pure; nodes and edges come out once each, weights summed. */
export function graphDelta(
  sessionId: string,
  messages: AnalysedMessage[],
): { nodes: NodeDelta[]; edges: EdgeDelta[] } {
  const nodes = new Map<string, NodeDelta>();
  const edges = new Map<string, EdgeDelta>();
  for (const message of messages) {
    const share = message.role === 'user' ? 1 : OTHERS_WEIGHT;
    const ids = message.concepts.map((concept) => {
      const weight = concept.weight * share;
      const id = addNode(nodes, sessionId, concept.kind, concept.key, concept, message, weight);
      addEdge(edges, message.id, id, 'mentions', weight);
      return { id, weight };
    });
    tie(edges, ids.slice(0, MAX_TIED));
    const { reading } = message;
    if (!reading || !isTelling(reading)) continue;
    const emotion = { name: reading.emotion, aliases: [] };
    const emotionId = addNode(
      nodes,
      sessionId,
      'emotion',
      reading.emotion,
      emotion,
      message,
      reading.confidence,
    );
    for (const { id, weight } of ids) addEdge(edges, id, emotionId, 'evokes', weight * reading.confidence);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** True for a reading that earns a node: not neutral, and not a guess. */
export function isTelling(reading: { emotion: string; confidence: number }): boolean {
  return reading.emotion !== 'neutral' && reading.confidence >= MIN_CONFIDENCE;
}

function addNode(
  nodes: Map<string, NodeDelta>,
  sessionId: string,
  type: NodeDelta['type'],
  key: string,
  { name, aliases }: { name: string; aliases: string[] },
  message: AnalysedMessage,
  weight: number,
): string {
  const id = nodeId(sessionId, type, key);
  const node = nodes.get(id) ?? {
    id,
    type,
    key,
    name,
    aliases: [],
    mentions: 0,
    weight: 0,
    valenceSum: 0,
    arousalSum: 0,
    felt: 0,
    firstSequence: message.sequence,
    lastSequence: message.sequence,
    lastAt: message.occurredAt,
  };
  node.mentions += 1;
  node.weight += weight;
  node.lastSequence = message.sequence;
  if (message.occurredAt > node.lastAt) node.lastAt = message.occurredAt;
  node.aliases = [...new Set([...node.aliases, ...aliases])].slice(0, 8);
  if (message.reading) {
    node.valenceSum += message.reading.valence;
    node.arousalSum += message.reading.arousal;
    node.felt += 1;
  }
  nodes.set(id, node);
  return id;
}

/** Ties each pair once, from the smaller id to the larger: the relation has no direction. */
function tie(edges: Map<string, EdgeDelta>, concepts: { id: string; weight: number }[]): void {
  concepts.forEach((first, at) => {
    for (const second of concepts.slice(at + 1)) {
      if (first.id === second.id) continue;
      const [from, to] = [first.id, second.id].sort() as [string, string];
      addEdge(edges, from, to, 'co_occurs', Math.sqrt(first.weight * second.weight));
    }
  });
}

function addEdge(
  edges: Map<string, EdgeDelta>,
  fromId: string,
  toId: string,
  type: EdgeDelta['type'],
  weight: number,
): void {
  const key = `${fromId} ${toId} ${type}`;
  const edge = edges.get(key) ?? { fromId, toId, type, weight: 0 };
  edge.weight += weight;
  edges.set(key, edge);
}
