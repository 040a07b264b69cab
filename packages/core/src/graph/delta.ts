import type { EmotionReading, EntityType } from '../ctx.ts';
import { nodeId } from '../ids.ts';
import type { Mention } from './names.ts';

/** What the graph learns from one message. */
export interface AnalysedMessage {
  id: string;
  sequence: number;
  role: 'user' | 'assistant' | 'system' | 'tool';
  occurredAt: Date;
  mentions: Mention[];
  /** Null for everyone but the user, and when emotion is not tracked. */
  reading: EmotionReading | null;
}

export interface NodeDelta {
  id: string;
  type: 'topic' | 'entity' | 'emotion';
  key: string;
  name: string;
  aliases: string[];
  entityType: EntityType | null;
  mentions: number;
  /** Those of the user: what others bring up is no trait of the user. */
  userMentions: number;
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
/** What an assistant or a tool brings up weighs a third of what the user does: its answers are longer, and not the user. */
const OTHERS_WEIGHT = 0.35;
/** Below this confidence a label is too doubtful to stand in the graph. */
const MIN_CONFIDENCE = 0.25;
const MAX_ALIASES = 8;

/**
 * What to add to the stored graph for these messages. Pure; nodes and edges come out once each, weights summed.
 *
 * With w the salience of a mention (0 to 1, times 0.35 when it is not the user's): `mentions` adds w, `co_occurs` adds
 * √(w₁ · w₂), `evokes` adds w · confidence. So a node's weight bounds its edges: by Cauchy and Schwarz the sum of
 * √(w₁ · w₂) is at most √(W₁ · W₂), which is what makes the served weights lie in 0 to 1 (`strength.ts`).
 */
export function graphDelta(
  sessionId: string,
  messages: AnalysedMessage[],
): { nodes: NodeDelta[]; edges: EdgeDelta[] } {
  const nodes = new Map<string, NodeDelta>();
  const edges = new Map<string, EdgeDelta>();
  for (const message of messages) {
    const mentioned = once(message.mentions).map((mention) => {
      const weight = mention.weight * (message.role === 'user' ? 1 : OTHERS_WEIGHT);
      addMention(nodes, mention, message, weight);
      addEdge(edges, message.id, mention.nodeId, 'mentions', weight);
      return { id: mention.nodeId, weight };
    });
    tie(edges, mentioned.slice(0, MAX_TIED));
    const { reading } = message;
    if (!reading || !isTelling(reading)) continue;
    const emotionId = addEmotion(nodes, sessionId, message, reading);
    for (const { id, weight } of mentioned)
      addEdge(edges, id, emotionId, 'evokes', weight * reading.confidence);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** True for a reading that earns a node: not neutral, and not a guess. */
export function isTelling(reading: { emotion: string; confidence: number }): boolean {
  return reading.emotion !== 'neutral' && reading.confidence >= MIN_CONFIDENCE;
}

/** A message mentions a thing once, under however many names. */
function once(mentions: Mention[]): Mention[] {
  const found = new Map<string, Mention>();
  for (const mention of mentions) {
    const before = found.get(mention.nodeId);
    const aliases = [...(before ? [before.name, ...before.aliases, mention.name] : []), ...mention.aliases];
    found.set(mention.nodeId, {
      ...(before && before.weight >= mention.weight ? before : mention),
      aliases,
    });
  }
  return [...found.values()];
}

function addMention(
  nodes: Map<string, NodeDelta>,
  mention: Mention,
  message: AnalysedMessage,
  weight: number,
): void {
  const { nodeId: id, kind, key, name } = mention;
  const node = nodes.get(id) ?? blankNode({ id, type: kind, key, name }, message);
  count(node, message, weight);
  node.entityType ??= mention.type ?? null;
  node.aliases = [...new Set([...node.aliases, ...mention.aliases, node.name, name])];
  // A word that turns out to be a name is one from then on, written so. The longest name is the fullest; which message
  // came first does not matter.
  if (kind === 'entity' && (node.type !== 'entity' || name.length > node.name.length)) node.name = name;
  if (kind === 'entity') node.type = 'entity';
  node.aliases = node.aliases.filter((alias) => alias !== node.name).slice(0, MAX_ALIASES);
  nodes.set(id, node);
}

function addEmotion(
  nodes: Map<string, NodeDelta>,
  sessionId: string,
  message: AnalysedMessage,
  { emotion, confidence }: EmotionReading,
): string {
  const id = nodeId(sessionId, 'emotion', emotion);
  const node = nodes.get(id) ?? blankNode({ id, type: 'emotion', key: emotion, name: emotion }, message);
  count(node, message, confidence);
  nodes.set(id, node);
  return id;
}

function blankNode(
  named: Pick<NodeDelta, 'id' | 'type' | 'key' | 'name'>,
  { sequence, occurredAt }: AnalysedMessage,
): NodeDelta {
  const place = { firstSequence: sequence, lastSequence: sequence, lastAt: occurredAt };
  const nothing = { mentions: 0, userMentions: 0, weight: 0, valenceSum: 0, arousalSum: 0, felt: 0 };
  return { ...named, aliases: [], entityType: null, ...nothing, ...place };
}

function count(node: NodeDelta, message: AnalysedMessage, weight: number): void {
  node.mentions += 1;
  if (message.role === 'user') node.userMentions += 1;
  node.weight += weight;
  node.lastSequence = message.sequence;
  if (message.occurredAt > node.lastAt) node.lastAt = message.occurredAt;
  if (!message.reading) return;
  node.valenceSum += message.reading.valence;
  node.arousalSum += message.reading.arousal;
  node.felt += 1;
}

/** Ties each pair once, from the smaller id to the larger: the relation has no direction. */
function tie(edges: Map<string, EdgeDelta>, concepts: { id: string; weight: number }[]): void {
  concepts.forEach((first, at) => {
    for (const second of concepts.slice(at + 1)) {
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
