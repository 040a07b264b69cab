export { type Concept, conceptKey, type EntityType, extractConcepts, splitSentences } from './concepts.ts';
export {
  EMBEDDING_DIMENSIONS as embeddingDimensions,
  EMBEDDING_MODEL as embeddingName,
  embed,
  embeddingPieces,
  nearPiece,
} from './embed.ts';
export {
  EMOTIONS,
  type Emotion,
  type EmotionReading,
  polarity,
  readCategories,
  readEmotion,
} from './emotion.ts';
export { countTokens, TOKEN_ENCODING } from './tokens.ts';
