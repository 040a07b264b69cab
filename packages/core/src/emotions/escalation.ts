import type { EmotionReading } from '../ctx.ts';

/** Valence falling while arousal rises, turn after turn of the user. */
export interface Escalation {
  /** User turns in a row that went down and up; neutral remarks between them neither count nor end it. */
  turns: number;
  /** When the first of them was said, milliseconds since 1970; null when there is none. */
  sinceMs: number | null;
  /** Valence and arousal of the latest reading that was not neutral. */
  before: { valence: number; arousal: number } | null;
}

/** User turns that make it one. */
const ESCALATION_TURNS = 2;
/** Least move of the filtered state, in valence and in arousal, that counts: below it is noise of the reading. */
const LEAST_MOVE = 0.02;
/** How far a reading may go back and still belong to the same climb. */
const TOLERANCE = 0.02;

export const noEscalation = (): Escalation => ({ turns: 0, sinceMs: null, before: null });

/** True from the second turn on. */
export const isEscalating = ({ turns }: Escalation) => turns >= ESCALATION_TURNS;

/**
 * The run after one more reading: it grows when the filtered state moved down and up by at least 0.02 and the reading
 * itself went at least as far as the one before, so that anger that merely lasts is no escalation for long.
 */
export function followEscalation(
  { turns, sinceMs, before }: Escalation,
  reading: EmotionReading,
  moved: { fall: number; rise: number; atMs: number },
): Escalation {
  if (reading.emotion === 'neutral') return { turns, sinceMs, before };
  const { valence, arousal } = reading;
  const goesOn =
    before === null || (valence <= before.valence + TOLERANCE && arousal >= before.arousal - TOLERANCE);
  const isStep = moved.fall >= LEAST_MOVE && moved.rise >= LEAST_MOVE;
  if (!goesOn || !isStep) return { turns: 0, sinceMs: null, before: { valence, arousal } };
  return { turns: turns + 1, sinceMs: sinceMs ?? moved.atMs, before: { valence, arousal } };
}
