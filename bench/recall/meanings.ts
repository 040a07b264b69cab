import { createEmbedder } from '@pact/api/embedder';
import type { Embedder } from '@pact/core';
import { readQuestion } from '@pact/core/testing';
import type { Dialogue } from './dialogues.ts';
import { indexDialogue } from './rows.ts';

const BATCH = 128;

/** The model that the environment names, as for the server. */
export function embedderOf(env: Record<string, string | undefined>): Embedder | undefined {
  const { PACT_EMBEDDINGS_URL: url, PACT_EMBEDDINGS_MODEL: model, PACT_EMBEDDINGS_API_KEY: apiKey } = env;
  return url && model ? createEmbedder({ url, model, apiKey }, console) : undefined;
}

/** Dialogues with what the model makes of their turns and questions, the names taken out of these as recall does. */
export async function withMeanings(embedder: Embedder, dialogues: Dialogue[]): Promise<Dialogue[]> {
  const read: Dialogue[] = [];
  for (const dialogue of dialogues) {
    const { speakers } = indexDialogue(dialogue);
    const masked = dialogue.questions.map(({ text }) => readQuestion(text, speakers).masked);
    const turns = await inBatches(
      embedder,
      dialogue.turns.map(({ text }) => text),
    );
    const questions = await inBatches(embedder, masked);
    read.push({ ...dialogue, meanings: { model: embedder.name, turns, questions } });
  }
  return read;
}

async function inBatches({ embed }: Embedder, texts: string[]): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let at = 0; at < texts.length; at += BATCH)
    vectors.push(...(await embed(texts.slice(at, at + BATCH))));
  return vectors;
}
