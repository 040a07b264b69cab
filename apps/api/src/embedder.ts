import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Embedder } from '@pact/core';
import { embedMany } from 'ai';
import type { Logger } from 'pino';
import type { EmbeddingsEnv } from './env.ts';

/** What a recall waits for the model at most, before the built-in engine answers alone. */
const TIMEOUT_MS = 5_000;
/** How long a model that failed is not asked again: else every recall would wait for it. */
const REST_MS = 30_000;

/** Asks a server that speaks OpenAI's embeddings HTTP: a local one as Ollama, or a provider. */
export function createEmbedder(
  { url, model, apiKey }: EmbeddingsEnv,
  log: Pick<Logger, 'warn'>,
  { timeoutMs = TIMEOUT_MS, now = () => performance.now() }: { timeoutMs?: number; now?: () => number } = {},
): Embedder {
  const provider = createOpenAICompatible({
    name: 'embeddings',
    baseURL: url,
    ...(apiKey ? { apiKey } : {}),
  });
  let restsUntil = 0;
  return {
    name: model,
    embed: async (texts) => {
      if (now() < restsUntil) throw new Error('The embedding model failed a moment ago');
      try {
        const { embeddings } = await embedMany({
          model: provider.embeddingModel(model),
          values: texts,
          maxRetries: 0,
          abortSignal: AbortSignal.timeout(timeoutMs),
        });
        return unitVectors(embeddings, texts.length);
      } catch (error) {
        restsUntil = now() + REST_MS;
        // Its kind alone: the message may quote the request.
        log.warn(
          { model, err: error instanceof Error ? error.name : typeof error },
          'embedding model failed; recall goes on with the built-in one',
        );
        throw error;
      }
    },
  };
}

/** @throws {Error} where they are not one vector a text, all of one length, of finite numbers, none of them zero. */
function unitVectors(vectors: number[][], count: number): Float32Array[] {
  const [first] = vectors;
  if (vectors.length !== count || !first) throw new Error('Wrong number of vectors');
  return vectors.map((vector) => {
    const length = Math.hypot(...vector);
    if (vector.length !== first.length || !Number.isFinite(length) || length === 0) {
      throw new Error('Not a vector of the expected length');
    }
    return Float32Array.from(vector, (value) => value / length);
  });
}
