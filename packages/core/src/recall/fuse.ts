/** What each signal of the database said of one message; null where it did not find it. */
export interface Signals {
  id: string;
  /** `ts_rank` of the full text index: 0 and up, comparable within one query. */
  lexical: number | null;
  /** Cosine of the vectors, -1 to 1. */
  semantic: number | null;
}

/** Each signal's part of the score: its normalised value, times its weight. They sum to the score. */
export interface Scores {
  lexical: number;
  semantic: number;
}

export interface Fused {
  id: string;
  score: number;
  scores: Scores;
}

/** How signals are weighed. A recipe is data: another one is another constant, not another function. */
export interface Recipe {
  name: string;
  weights: Scores;
}

/**
 * The first recipe: words decide, meaning helps. Emotion has no place in it: as a bonus in ranking it was measured, and
 * it made recall worse.
 */
export const BALANCED: Recipe = { name: 'balanced', weights: { lexical: 0.6, semantic: 0.4 } };

/** Cosine below which two texts have nothing to do with one another. */
const UNRELATED = 0.15;

/** One list out of several: each signal normalised over the query's candidates, then summed with the recipe's weights. */
export function fuse(candidates: Signals[], recipe: Recipe): Fused[] {
  const bestLexical = Math.max(...candidates.map(({ lexical }) => lexical ?? 0), 0);
  const bestSemantic = Math.max(...candidates.map(({ semantic }) => semantic ?? 0), UNRELATED + 0.3);
  return candidates
    .map(({ id, lexical, semantic }) => {
      const scores = {
        lexical: bestLexical > 0 ? recipe.weights.lexical * ((lexical ?? 0) / bestLexical) : 0,
        semantic:
          recipe.weights.semantic * Math.max(0, ((semantic ?? 0) - UNRELATED) / (bestSemantic - UNRELATED)),
      };
      return { id, scores, score: scores.lexical + scores.semantic };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1));
}

/** A sentence for a person: what found this message. */
export function explain(scores: Scores, sharedWords: string[]): string[] {
  const reasons: string[] = [];
  if (scores.lexical > 0) {
    const words = sharedWords.length > 0 ? `: ${sharedWords.map((word) => `“${word}”`).join(', ')}` : '';
    reasons.push(`shares words with the query${words} (+${scores.lexical.toFixed(3)})`);
  }
  if (scores.semantic > 0) reasons.push(`is close to the query in meaning (+${scores.semantic.toFixed(3)})`);
  return reasons;
}

/** Words of the query that stand in the text too, as the text spells them. At most six. */
export function wordsInCommon(query: string, content: string): string[] {
  const wanted = new Set(stems(query).map(([stem]) => stem));
  const common = new Map(
    stems(content.slice(0, 20_000))
      .filter(([stem]) => wanted.has(stem))
      .map(([stem, word]) => [stem, word]),
  );
  return [...common.values()].slice(0, 6);
}

/** Words of four letters and more, and numbers, each with its first letters: near enough to a stem to show to a person. */
function stems(value: string): [string, string][] {
  const words = value.toLowerCase().match(/\p{L}{4,}|\p{N}+/gu) ?? [];
  return words.map((word) => [word.length > 6 ? word.slice(0, 6) : word, word]);
}
