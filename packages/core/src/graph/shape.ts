import { z } from 'zod';
import { EmotionName } from '../emotions/index.ts';
import { id, share } from '../fields.ts';

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
    importance: share(
      'Frequency, recency, emotion, centrality and the user’s share of the mentions, moved by the priority: 0 to 1. Ranked high: 0.75 and more; not ranked: 0.75 at most; ranked low: 0.4 at most.',
    ),
    emotionalTag: EmotionName.optional(),
    entityType: z
      .enum(['person', 'place', 'organisation', 'product', 'date', 'id'])
      .optional()
      .meta({ description: 'What an entity is, where that is sure.' }),
    aliases: z
      .array(z.string())
      .optional()
      .meta({ description: 'Other names and spellings under which it came up.' }),
    mentions: z.int().optional().meta({ description: 'Messages that mention it.' }),
    userMentions: z.int().optional().meta({
      description: 'Those of the user: 0 for what only an assistant or a tool brought up.',
    }),
  })
  .meta({ id: 'MemoryNode' });

const Edge = z
  .object({
    from: id(),
    to: id(),
    type: z.enum(['mentions', 'co_occurs', 'evokes', 'expresses']),
    weight: z.number().meta({ description: '0 to 1.' }),
  })
  .meta({
    id: 'MemoryEdge',
    description:
      'mentions: message → topic or entity, its salience there, times 0.35 when it is not the user who speaks. co_occurs: two of those in one message, the cosine of their mentions, less while they met seldom. evokes: topic or entity → the emotion it came with, as a share of its mentions. expresses: message → its emotion, the confidence.',
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

export type GraphNode = z.output<typeof Node>;
export type GraphEdge = z.output<typeof Edge>;
