import { type Connection, workspaces } from '@pact/db';
import { testConnection } from '@pact/db/testing';
import { conceptKey, countTokens, embed, extractConcepts, readEmotion, splitSentences } from '@pact/models';
import type { Ctx, EmotionReading, Models } from './ctx.ts';
import { EMOTIONS, type Emotion } from './emotions/vocabulary.ts';
import { createId } from './ids.ts';

/** The built-in engines, as the server hands them in. */
export const models: Models = {
  readEmotion,
  extractConcepts,
  conceptKey,
  splitSentences,
  embed,
  countTokens,
};

/** A database of its own, two tenants that must not see each other, and a clock that tests set. */
export interface TestWorld {
  connection: Connection;
  ctx: Ctx;
  neighbour: Ctx;
  clock: { now: Date };
}

export async function testWorld(): Promise<TestWorld> {
  const connection = await testConnection();
  const clock = { now: new Date('2026-11-23T09:00:00.000Z') };
  const ctxOf = (workspaceId: string): Ctx => ({
    db: connection.db,
    actor: { workspaceId, keyId: `key_of_${workspaceId}` },
    models,
    now: () => clock.now,
    newId: (prefix) => createId(prefix, clock.now),
  });
  for (const id of ['wks_ours', 'wks_neighbour']) {
    await connection.db.insert(workspaces).values({ id, name: id, plan: 'team', createdAt: clock.now });
  }
  return { connection, ctx: ctxOf('wks_ours'), neighbour: ctxOf('wks_neighbour'), clock };
}

/** A reading in full agreement with itself, for tests of what is done with readings. */
export function readingOf(emotion: Emotion, options: Partial<EmotionReading> = {}): EmotionReading {
  const scores = Object.fromEntries(EMOTIONS.map((name) => [name, name === emotion ? 1 : 0]));
  return {
    emotion,
    confidence: 0.9,
    valence: 0.5,
    arousal: 0.5,
    scores: scores as EmotionReading['scores'],
    words: [],
    ...options,
  };
}
