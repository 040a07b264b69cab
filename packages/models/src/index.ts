export { type Concept, conceptKey, type EntityType, extractConcepts, splitSentences } from './concepts.ts';
export { EMBEDDING_DIMENSIONS, EMBEDDING_MODEL, embed } from './embed.ts';
export { EMOTIONS, type Emotion, type EmotionReading, readEmotion } from './emotion.ts';
export { countTokens, TOKEN_ENCODING } from './tokens.ts';
