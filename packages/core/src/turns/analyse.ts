import type { Concept, EmotionReading, Models } from '../ctx.ts';
import { readFeatures } from '../recall/features.ts';
import type { TurnFeatures } from '../recall/turn-index.ts';

/** Something said, as it came in. */
export interface Turn {
  role: 'user' | 'assistant' | 'system' | 'tool';
  name?: string | undefined;
  content: string;
  occurredAt?: string | undefined;
  externalId?: string | undefined;
}

/** What the engines make of it. */
export interface AnalysedTurn extends Turn {
  tokens: number;
  reading: EmotionReading | null;
  concepts: Concept[];
  features: TurnFeatures;
}

/** Runs every engine over one turn. Pure and in process; done before any transaction begins. */
function analyseTurn(models: Models, turn: Turn, trackEmotion: boolean): AnalysedTurn {
  return {
    ...turn,
    tokens: models.countTokens(turn.content),
    reading: trackEmotion && turn.role === 'user' ? rounded(models.readEmotion(turn.content)) : null,
    concepts: turn.role === 'system' ? [] : models.extractConcepts(turn.content),
    features: readFeatures(models, turn.content),
  };
}

/** Characters analysed before other requests get a chance: some ten milliseconds' worth. */
const CHARACTERS_AT_A_TIME = 10_000;
/** What even an empty turn counts for. */
const CHARACTERS_AT_LEAST = 100;

/** Runs every engine over many turns, and lets others in between: a thousand of them take a second. */
export async function analyseTurns(
  models: Models,
  turns: Turn[],
  trackEmotion: boolean,
): Promise<AnalysedTurn[]> {
  const analysed: AnalysedTurn[] = [];
  let characters = 0;
  for (const turn of turns) {
    if (characters >= CHARACTERS_AT_A_TIME) {
      await new Promise(setImmediate);
      characters = 0;
    }
    characters += turn.content.length + CHARACTERS_AT_LEAST;
    analysed.push(analyseTurn(models, turn, trackEmotion));
  }
  return analysed;
}

/** Three decimals: more would claim a precision that no reading has. Probabilities stay as they are: they are summed up. */
function rounded(reading: EmotionReading): EmotionReading {
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  return {
    ...reading,
    confidence: round(reading.confidence),
    valence: round(reading.valence),
    arousal: round(reading.arousal),
    // What made a message neutral is everything in it: there is nothing to show.
    words: (reading.emotion === 'neutral' ? [] : reading.words).map((word) => ({
      ...word,
      weight: round(word.weight),
    })),
  };
}
