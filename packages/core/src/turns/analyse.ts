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

/** Runs the engines over one turn, but for emotion, which may not be allowed. Pure and in process. */
function analyseTurn(models: Models, turn: Turn): AnalysedTurn {
  return {
    ...turn,
    tokens: models.countTokens(turn.content),
    reading: null,
    concepts: turn.role === 'system' ? [] : models.extractConcepts(turn.content),
    features: readFeatures(models, turn.content),
  };
}

/** Characters analysed before other requests get a chance: some ten milliseconds' worth. */
const CHARACTERS_AT_A_TIME = 10_000;
/** What even an empty turn counts for. */
const CHARACTERS_AT_LEAST = 100;

/** Runs the engines over many turns, before any transaction begins. `reading` is left to `readEmotions`. */
export function analyseTurns(models: Models, turns: Turn[]): Promise<AnalysedTurn[]> {
  return inPieces(turns, (turn) => analyseTurn(models, turn));
}

/** The same turns with how the user's messages read. */
export function readEmotions(models: Models, turns: AnalysedTurn[]): Promise<AnalysedTurn[]> {
  return inPieces(turns, (turn) =>
    turn.role === 'user' ? { ...turn, reading: rounded(models.readEmotion(turn.content)) } : turn,
  );
}

/** Lets others in between: a thousand messages take a second. */
async function inPieces<Given extends Turn, Made>(
  turns: Given[],
  make: (turn: Given) => Made,
): Promise<Made[]> {
  const made: Made[] = [];
  let characters = 0;
  for (const turn of turns) {
    if (characters >= CHARACTERS_AT_A_TIME) {
      await new Promise(setImmediate);
      characters = 0;
    }
    characters += turn.content.length + CHARACTERS_AT_LEAST;
    made.push(make(turn));
  }
  return made;
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
