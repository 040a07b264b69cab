import { consolidate, GetContext, getContext, SaveMessages, saveMessages } from '@pact/core';
import { driverOf, type TestWorld, testWorld } from '@pact/core/testing';
import type { Dialogue, DialogueTurn } from '../recall/dialogues.ts';
import type { Served } from './baselines.ts';

/** Messages that one call may bring. */
const BATCH = 100;

/** A dialogue as one session of a fresh embedded database, with the thresholds of a session that sets none. */
export interface Memory {
  world: TestWorld;
  sessionId: string;
  positions: Map<string, number>;
  /** Milliseconds of the fold of everything. */
  consolidationMs: number;
  summary: string;
}

/** Saves a dialogue in batches, as an import does, and folds what is old. */
export async function remember(dialogue: Dialogue): Promise<Memory> {
  const world = await testWorld();
  const sessionId = await driverOf(world).open();
  const positions = new Map<string, number>();
  for (let at = 0; at < dialogue.turns.length; at += BATCH) {
    const messages = dialogue.turns.slice(at, at + BATCH).map(messageOf);
    const { messageIds } = await saveMessages(world.ctx, SaveMessages.parse({ sessionId, messages }));
    for (const [offset, id] of messageIds.entries()) positions.set(id, at + offset);
  }
  const started = performance.now();
  const { consolidationResult } = await consolidate(world.ctx, { sessionId });
  const consolidationMs = performance.now() - started;
  return { world, sessionId, positions, consolidationMs, summary: consolidationResult.consolidatedSummary };
}

/** What `get context` serves: its messages, its summary's sentences, and the text a model would read. */
export async function serve(
  memory: Memory,
  input: { maxTokens: number; query?: string },
): Promise<Served & { tokens: number; durationMs: number }> {
  const { world, sessionId, positions } = memory;
  const started = performance.now();
  const context = await getContext(world.ctx, GetContext.parse({ sessionId, format: 'text', ...input }));
  const durationMs = performance.now() - started;
  const pieces = [
    ...context.messages.map(({ id, content }) => ({ text: content, sources: [positions.get(id)!] })),
    ...context.summarySentences.map(({ text, sourceIds }) => ({
      text,
      sources: sourceIds.map((id) => positions.get(id)!),
    })),
  ];
  return { pieces, text: String(context.prompt ?? ''), tokens: context.tokenCount, durationMs };
}

function messageOf(turn: DialogueTurn) {
  const isAssistant = turn.speaker === 'Assistant';
  return {
    role: isAssistant ? 'assistant' : 'user',
    name: isAssistant || turn.speaker === 'User' ? undefined : turn.speaker,
    content: turn.text,
    occurredAt: turn.at.toISOString(),
    externalId: turn.id,
  };
}
