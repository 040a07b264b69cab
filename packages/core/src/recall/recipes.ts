import type { Signal } from './signals.ts';

/** The parts of a score as people are told them. */
export const PARTS = [
  'lexical',
  'semantic',
  'neighbours',
  'session',
  'speaker',
  'time',
  'entity',
  'form',
] as const;
export type Part = (typeof PARTS)[number];

/** Which part each signal belongs to. */
export const PART_OF: Record<Signal, Part> = {
  words: 'lexical',
  coverage: 'lexical',
  pairs: 'lexical',
  meaning: 'semantic',
  pieces: 'semantic',
  wordsBefore: 'neighbours',
  wordsAfter: 'neighbours',
  meaningBefore: 'neighbours',
  meaningAfter: 'neighbours',
  piecesBefore: 'neighbours',
  piecesAfter: 'neighbours',
  afterQuestion: 'neighbours',
  episodeWords: 'session',
  episodeBestWords: 'session',
  episodeBestMeaning: 'session',
  speaker: 'speaker',
  otherSpeaker: 'speaker',
  time: 'time',
  timeWhenAsked: 'time',
  date: 'time',
  entity: 'entity',
  question: 'form',
  length: 'form',
  numberWhenAsked: 'form',
};

/** How signals are weighed. A recipe is data: another one is another constant, not another function. */
export interface Recipe {
  name: string;
  weights: Record<Signal, number>;
}
