import type { Models } from '@pact/core';
import { conceptKey, countTokens, embed, extractConcepts, readEmotion, splitSentences } from '@pact/models';

/** The built-in engines behind core's ports: in process, offline, deterministic. */
export function createModels(): Models {
  return { readEmotion, extractConcepts, conceptKey, splitSentences, embed, countTokens };
}
