import { type Embedder, Recall, recall, SaveMessages, saveMessages } from '@pact/core';
import { driverOf, type TestWorld, testWorld } from '@pact/core/testing';
import type { Dialogue } from './dialogues.ts';
import { nameOf, roleOf } from './rows.ts';

/** Messages that one call may bring. */
const BATCH = 1_000;
const READ_AT_ONCE = 256;

/** Saves a dialogue as one session of a fresh embedded database and asks the product itself. */
export async function recallThroughProduct(
  dialogue: Dialogue,
  embedder?: Embedder,
  limit = 50,
): Promise<number[][]> {
  const made = await testWorld();
  const world = { ...made, ctx: { ...made.ctx, embedder } };
  try {
    const sessionId = await saveDialogue(world, dialogue);
    const positions = new Map(dialogue.turns.map(({ id }, position) => [id, position]));
    const found: number[][] = [];
    // A model reads a long session over several recalls.
    for (let at = 0; embedder && at < dialogue.turns.length; at += READ_AT_ONCE) {
      await recall(world.ctx, Recall.parse({ query: 'anything', sessionId, limit: 1 }));
    }
    for (const { text } of dialogue.questions) {
      const { results } = await recall(world.ctx, Recall.parse({ query: text, sessionId, limit }));
      found.push(results.map(({ message }) => positions.get(message.externalId!)!));
    }
    return found;
  } finally {
    await world.connection.close();
  }
}

async function saveDialogue(world: TestWorld, dialogue: Dialogue): Promise<string> {
  // A threshold out of reach: folding has a benchmark of its own, and recall sees folded turns as well.
  const sessionId = await driverOf(world).open({ consolidationThreshold: 1_000, tokenThreshold: 1_000_000 });
  for (let at = 0; at < dialogue.turns.length; at += BATCH) {
    const messages = dialogue.turns.slice(at, at + BATCH).map((turn) => ({
      role: roleOf(turn),
      name: nameOf(turn),
      content: turn.text,
      occurredAt: turn.at.toISOString(),
      externalId: turn.id,
    }));
    await saveMessages(world.ctx, SaveMessages.parse({ sessionId, messages }));
  }
  return sessionId;
}
