import type { Models } from '@pact/core';
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

/** The built-in engines behind core's ports: in process, offline, deterministic. */
export function createModels(): Models {
  return {
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
}

/** Loads what the engines load on first use, so that the first save is as quick as the second. */
export function warmUp(models: Models): void {
  const text = 'Priya was glad that the train to Lisbon was on time.';
  models.readEmotion(text);
  models.extractConcepts(text);
  models.embed(text);
  models.countTokens(text);
}
