/** PACT's words of emotion: GoEmotions' 27 categories as adjectives, PACT's own `stressed`, and `neutral`. */
export const EMOTIONS = [
  'admiring',
  'afraid',
  'amused',
  'angry',
  'approving',
  'caring',
  'confused',
  'curious',
  'disappointed',
  'disapproving',
  'disgusted',
  'embarrassed',
  'excited',
  'frustrated',
  'grateful',
  'grieving',
  'happy',
  'hopeful',
  'longing',
  'loving',
  'proud',
  'realizing',
  'relieved',
  'remorseful',
  'sad',
  'stressed',
  'surprised',
  'worried',
  'neutral',
] as const;

export type Emotion = (typeof EMOTIONS)[number];

/** PACT's words for GoEmotions' 27 categories and neutral, in the order of its label numbers. */
export const GOEMOTIONS = [
  'admiring',
  'amused',
  'angry',
  'frustrated',
  'approving',
  'caring',
  'confused',
  'curious',
  'longing',
  'disappointed',
  'disapproving',
  'disgusted',
  'embarrassed',
  'excited',
  'afraid',
  'grateful',
  'grieving',
  'happy',
  'loving',
  'worried',
  'hopeful',
  'proud',
  'realizing',
  'relieved',
  'remorseful',
  'sad',
  'surprised',
  'neutral',
] as const satisfies readonly Emotion[];

const POSITIVE = new Set<Emotion>([
  'admiring',
  'amused',
  'approving',
  'caring',
  'excited',
  'grateful',
  'happy',
  'hopeful',
  'loving',
  'proud',
  'relieved',
]);

const NEGATIVE = new Set<Emotion>([
  'afraid',
  'angry',
  'disappointed',
  'disapproving',
  'disgusted',
  'embarrassed',
  'frustrated',
  'grieving',
  'remorseful',
  'sad',
  'stressed',
  'worried',
]);

/** 1 for a pleasant emotion, -1 for an unpleasant one, 0 for those that can be either and for neutral. */
export function polarity(emotion: Emotion): -1 | 0 | 1 {
  if (POSITIVE.has(emotion)) return 1;
  return NEGATIVE.has(emotion) ? -1 : 0;
}
