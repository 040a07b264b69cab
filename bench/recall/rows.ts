import {
  models,
  PEOPLE,
  type Recipe,
  ROLES,
  rankTurns,
  readFeatures,
  readQuestion,
  SIGNALS,
  TurnIndex,
} from '@pact/core/testing';
import type { Dialogue, DialogueTurn } from './dialogues.ts';
import type { Example } from './learn.ts';

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

/**
 * A dialogue's questions as examples, over all turns: picking the hard ones by the weights before would teach the opposite of
 * them. Those weights only say for which turns word pieces are read.
 */
export function examplesOf(dialogue: Dialogue, recipe: Recipe = PEOPLE): Example[] {
  const index = indexDialogue(dialogue);
  return dialogue.questions.map(({ text, evidence }) => {
    const ranking = rankTurns({ models, index, question: readQuestion(text, index.speakers), recipe });
    const rows = new Float32Array(index.length * SIGNALS.length);
    for (let turn = 0; turn < index.length; turn += 1) {
      rows.set(ranking.signalsOf(turn), turn * SIGNALS.length);
    }
    return { rows, evidence };
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
