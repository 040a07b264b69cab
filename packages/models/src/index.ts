export { type Concept, conceptKey, extractConcepts, splitSentences } from './concepts.ts';
export { EMBEDDING_DIMENSIONS, EMBEDDING_MODEL, embed } from './embed.ts';
export {
  EMOTIONS,
  type Emotion,
  type EmotionReading,
  polarity,
  readCategories,
  readEmotion,
} from './emotion.ts';
export { countTokens, TOKEN_ENCODING } from './tokens.ts';
