import { workspaces } from '@pact/db';
import { type TestConnection, testConnection } from '@pact/db/testing';
import {
  conceptKey,
  countTokens,
  embed,
  embeddingDimensions,
  embeddingName,
  embeddingPieces,
  extractConcepts,
  nearPiece,
  readEmotion,
  splitSentences,
} from '@pact/models';
import { GetContext, getContext } from './context/index.ts';
import type { Ctx, EmotionReading, Job, Models, Queue } from './ctx.ts';
import { EMOTIONS, type Emotion } from './emotions/vocabulary.ts';
import { GetGraph, getGraph } from './graph/index.ts';
import { createId } from './ids.ts';
import { SaveInteraction, SaveMessages, saveInteraction, saveMessages } from './interactions.ts';
import { runJob } from './jobs.ts';
import { ListMessages, listMessages } from './messages.ts';
import { Recall, recall } from './recall/index.ts';
import { createIndexCache } from './recall/turn-index.ts';
import { CreateSession, createSession } from './sessions.ts';

/** The built-in engines, as the server hands them in. */
export const models: Models = {
  readEmotion,
  extractConcepts,
  conceptKey,
  splitSentences,
  embed,
  embeddingName,
  embeddingDimensions,
  embeddingPieces,
  nearPiece,
  countTokens,
};

/** A database of its own, two tenants that must not see each other, and a clock that tests set. */
export interface TestWorld {
  connection: TestConnection;
  ctx: Ctx;
  neighbour: Ctx;
  clock: { now: Date };
}

export async function testWorld(): Promise<TestWorld> {
  const connection = await testConnection();
  const clock = { now: new Date('2026-11-23T09:00:00.000Z') };
  const ctxOf = (workspaceId: string): Ctx => ({
    db: connection.forWorkspace(workspaceId),
    lagging: connection.lagging.forWorkspace(workspaceId),
    actor: { workspaceId, keyId: `key_of_${workspaceId}` },
    models,
    indexes: createIndexCache(),
    queue: memoryQueue(),
    now: () => clock.now,
    newId: (prefix) => createId(prefix, clock.now),
  });
  for (const id of ['wks_ours', 'wks_neighbour']) {
    await connection.acrossWorkspaces
      .insert(workspaces)
      .values({ id, name: id, plan: 'team', createdAt: clock.now });
  }
  return { connection, ctx: ctxOf('wks_ours'), neighbour: ctxOf('wks_neighbour'), clock };
}

/** Jobs in memory, in no transaction: for tests of what jobs do, not of how they are kept. */
interface MemoryQueue extends Queue {
  jobs: Job[];
}

export function memoryQueue(): MemoryQueue {
  const isSame = (one: Job, other: Job) => JSON.stringify(one) === JSON.stringify(other);
  const queue: MemoryQueue = {
    jobs: [],
    enqueue: async (_, job) => {
      if (!queue.jobs.some((known) => isSame(known, job))) queue.jobs.push(job);
    },
    done: async (_, job) => {
      queue.jobs = queue.jobs.filter((known) => !isSame(known, job));
    },
    forget: async (_, { sessionId }) => {
      const before = queue.jobs.length;
      queue.jobs = queue.jobs.filter((job) => !('sessionId' in job && job.sessionId === sessionId));
      return before - queue.jobs.length;
    },
  };
  return queue;
}

/** Runs what waits in the world's queue, whenever it is due, once. */
export async function runDueJobs(ctx: Ctx): Promise<{ done: number; failures: unknown[] }> {
  const queue = ctx.queue as MemoryQueue;
  const failures: unknown[] = [];
  let done = 0;
  for (const job of queue.jobs.splice(0)) {
    await runJob(ctx, job).then(
      () => (done += 1),
      (error: unknown) => failures.push(error),
    );
  }
  return { done, failures };
}

/** The verbs as tests say them: with defaults filled in, on behalf of our tenant. */
export function driverOf({ ctx }: TestWorld) {
  return {
    open: async (input: object = {}) => (await createSession(ctx, CreateSession.parse(input))).sessionId,
    say: (sessionId: string, userMessage: string, aiMessage = 'I see.', more: object = {}) =>
      saveInteraction(ctx, SaveInteraction.parse({ sessionId, userMessage, aiMessage, ...more })),
    bring: (sessionId: string, messages: object[]) =>
      saveMessages(ctx, SaveMessages.parse({ sessionId, messages })),
    list: (sessionId: string, more: object = {}) =>
      listMessages(ctx, ListMessages.parse({ sessionId, ...more })),
    contextOf: (sessionId: string, more: object = {}) =>
      getContext(ctx, GetContext.parse({ sessionId, ...more })),
    graphOf: (sessionId: string, more: object = {}) => getGraph(ctx, GetGraph.parse({ sessionId, ...more })),
    find: (query: string, more: object = {}) => recall(ctx, Recall.parse({ query, ...more })),
  };
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

export { clausesIn, type Speech } from './consolidation/sentences.ts';
export {
  type Clause,
  SIGNALS as CLAUSE_SIGNALS,
  saysNothing as clauseSaysNothing,
  signalsOf as signalsOfClause,
} from './consolidation/value.ts';
export { keysAskedFor, resolveNames } from './graph/names.ts';
export { sharesOf } from './recall/entities.ts';
/** Recall's pure parts, for measuring them without a database and for learning their weights. */
export { quantise, readFeatures } from './recall/features.ts';
export { compareGiven } from './recall/given.ts';
export { recipeFor } from './recall/profile.ts';
export { readQuestion } from './recall/question.ts';
export { rankTurns } from './recall/rank.ts';
export type { Recipe } from './recall/recipes.ts';
export { SIGNALS, type Signal } from './recall/signals.ts';
export { ROLES, TurnIndex } from './recall/turn-index.ts';
export { ASSISTANT, PEOPLE } from './recall/weights.ts';
