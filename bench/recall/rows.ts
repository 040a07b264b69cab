import {
  models,
  PEOPLE,
  rankTurns,
  readFeatures,
  readQuestion,
  type Recipe,
  ROLES,
  SIGNALS,
  TurnIndex,
} from '@pact/core/testing';
import type { Dialogue, DialogueTurn } from './dialogues.ts';
import type { Example } from './learn.ts';

/** Turns beside the evidence that a weight is learned against: the hard ones. */
const HARD = 150;
export const roleOf = ({ speaker }: DialogueTurn) =>
  speaker === 'Assistant' ? ('assistant' as const) : ('user' as const);
export const nameOf = ({ speaker }: DialogueTurn) =>
  speaker === 'Assistant' || speaker === 'User' ? undefined : speaker;

/** The index that saving the dialogue as one session would make. */
export function indexDialogue(dialogue: Dialogue): TurnIndex {
  const index = new TurnIndex(models);
  for (const [position, turn] of dialogue.turns.entries()) {
    index.append({
      id: turn.id,
      sessionId: dialogue.id,
      sequence: position + 1,
      role: ROLES.indexOf(roleOf(turn)),
      speaker: nameOf(turn) ?? roleOf(turn),
      at: turn.at.getTime(),
      tokens: models.countTokens(turn.text),
      features: readFeatures(models, turn.text),
    });
  }
  return index;
}

/** A dialogue's questions as examples: the evidence and the turns that the present weights rank highest. */
export function examplesOf(dialogue: Dialogue, recipe: Recipe = PEOPLE): Example[] {
  const index = indexDialogue(dialogue);
  return dialogue.questions.map(({ text, evidence }) => {
    const ranking = rankTurns({ models, index, question: readQuestion(text, index.speakers), recipe });
    const turns = [...new Set([...ranking.best(HARD), ...evidence])];
    const rows = new Float32Array(turns.length * SIGNALS.length);
    for (const [row, turn] of turns.entries()) {
      rows.set(ranking.signalsOf(turn), row * SIGNALS.length);
    }
    return { rows, evidence: evidence.map((turn) => turns.indexOf(turn)) };
  });
}

/** Learned weights as a recipe. */
export function recipeOf(name: string, learned: ArrayLike<number>): Recipe {
  const weights = SIGNALS.map((signal, place) => [signal, Math.round(learned[place]! * 100) / 100]);
  return { name, weights: Object.fromEntries(weights) };
}

/** Ranks every question of a dialogue. @returns positions, best first, at most `limit`. */
export function rankAll(dialogue: Dialogue, recipe: Recipe, limit = 50): number[][] {
  const index = indexDialogue(dialogue);
  return dialogue.questions.map(({ text }) =>
    rankTurns({ models, index, question: readQuestion(text, index.speakers), recipe }).best(limit),
  );
}
