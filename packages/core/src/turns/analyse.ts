import type { Concept, EmotionReading, Models } from '../ctx.ts';

/** Something said, as it came in. */
export interface Turn {
  role: 'user' | 'assistant' | 'system' | 'tool';
  name?: string | undefined;
  content: string;
  occurredAt?: string | undefined;
  externalId?: string | undefined;
}

/** What the engines make of it. */
export interface AnalysedTurn extends Turn {
  tokens: number;
  reading: EmotionReading | null;
  concepts: Concept[];
  /** pgvector's text form; null for a text without a known word, whose direction would be undefined. */
  embedding: string | null;
}

/** Runs every engine over one turn. Pure and in process; done before any transaction begins. */
export function analyseTurn(models: Models, turn: Turn, trackEmotion: boolean): AnalysedTurn {
  return {
    ...turn,
    tokens: models.countTokens(turn.content),
    reading: trackEmotion && turn.role === 'user' ? models.readEmotion(turn.content) : null,
    concepts: turn.role === 'system' ? [] : models.extractConcepts(turn.content),
    embedding: vectorLiteral(models.embed(turn.content)),
  };
}

/** A vector as pgvector reads it; null for the zero vector. Four decimals: half precision holds no more. */
export function vectorLiteral(vector: Float32Array): string | null {
  if (vector.every((value) => value === 0)) return null;
  return `[${Array.from(vector, (value) => value.toFixed(4)).join(',')}]`;
}
