import { Recall, recall, SaveInteraction, SaveMessages, saveInteraction, saveMessages } from '@pact/core';
import { driverOf, type TestWorld, testWorld } from '@pact/core/testing';
import { summarize, time } from '../environment.ts';
import { ownDialogues } from './dialogues.ts';

const SIZES = [1_000, 10_000];
const CALLS = 100;
const BATCH = 1_000;

/** Recall in one session, in process, database included: the first of a session, those after it, and the one after a save. */
export async function measureLatency(scale: boolean): Promise<void> {
  const texts = ownDialogues().flatMap(({ turns }) => turns.map(({ text }) => text));
  const questions = ownDialogues().flatMap((dialogue) => dialogue.questions.map(({ text }) => text));
  const lines: Record<string, Record<string, string>> = {};
  for (const size of SIZES) {
    const world = await testWorld();
    lines[`${size} turns`] = await measureSession(world, texts, questions, size);
    await world.connection.close();
  }
  console.log(
    `\nTime of a recall in one session, milliseconds, p50 / p99 of ${CALLS} questions one after the other, embedded or PACT_TEST_DATABASE_URL`,
  );
  console.table(lines);
  if (scale) {
    const { measureWorkspace } = await import('./workspace.ts');
    await measureWorkspace(texts, questions);
  }
}

async function measureSession(world: TestWorld, texts: string[], questions: string[], size: number) {
  const { ctx } = world;
  const sessionId = await driverOf(world).open({ consolidationThreshold: 1_000, tokenThreshold: 1_000_000 });
  for (let at = 0; at < size; at += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, size - at) }, (_, i) => ({
      role: (at + i) % 2 === 0 ? ('user' as const) : ('assistant' as const),
      // Different words in each round, so that repeats of the texts stay different turns.
      content: `${texts[(at + i) % texts.length]} (${at + i})`,
    }));
    await saveMessages(ctx, SaveMessages.parse({ sessionId, messages }));
  }
  const ask = (query: string) => recall(ctx, Recall.parse({ query, sessionId }));
  const [first] = await time(1, () => ask(questions[0]!));
  await time(20, (at) => ask(questions[at % questions.length]!));
  const warm = summarize(await time(CALLS, (at) => ask(questions[(at * 7) % questions.length]!)));
  let found = 0;
  let foremost = 0;
  const fresh = await time(20, async (at) => {
    const word = `zanzibar${at}`;
    await saveInteraction(
      ctx,
      SaveInteraction.parse({ sessionId, userMessage: `The parcel code is ${word}.`, aiMessage: 'Noted.' }),
    );
    const { results } = await ask(`What is the parcel code ${word}?`);
    if (results.some(({ message }) => message.content.includes(`${word}.`))) found += 1;
    if (results[0]?.message.content.includes(`${word}.`)) foremost += 1;
  });
  return {
    first: first!.toFixed(0),
    'after it': `${warm.p50.toFixed(1)} / ${warm.p99.toFixed(1)}`,
    'save and recall': `${summarize(fresh).p50.toFixed(1)} / ${summarize(fresh).p99.toFixed(1)}`,
    'found by it': `${found} of 20, ${foremost} as the first`,
  };
}
