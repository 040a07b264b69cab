import {
  keysAskedFor,
  models,
  PEOPLE,
  type Recipe,
  ROLES,
  rankTurns,
  readFeatures,
  readQuestion,
  resolveNames,
  SIGNALS,
  type Signal,
  sharesOf,
  TurnIndex,
} from '@pact/core/testing';
import type { Dialogue, DialogueTurn } from './dialogues.ts';
import type { Example } from './learn.ts';

/** What speaks against a turn; everything else speaks for it. */
const AGAINST = new Set<Signal>(['otherSpeaker', 'question']);
export const DIRECTIONS = SIGNALS.map((signal) => (AGAINST.has(signal) ? -1 : 1));

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

/** What the memory graph would say of a query: which turns mention what it names, under whatever name. */
function entityReader(dialogue: Dialogue, index: TurnIndex): (query: string) => Map<number, number> {
  const concepts = dialogue.turns.map(({ text }) => models.extractConcepts(text));
  const { mentions, filed } = resolveNames(dialogue.id, concepts, { byKey: new Map(), topics: new Set() });
  const speakers = new Set(index.speakers.map((speaker) => models.conceptKey(speaker)));
  return (query) => {
    const asked = keysAskedFor(models.extractConcepts(query)).filter((key) => !speakers.has(key));
    const nodes = new Set(asked.flatMap((key) => filed.get(key)?.nodeId ?? []));
    const found = mentions.flatMap((ofTurn, turn) =>
      ofTurn.flatMap(({ nodeId }) => (nodes.has(nodeId) ? [{ turn, key: nodeId }] : [])),
    );
    return sharesOf(found, index.length);
  };
}

/**
 * A dialogue's questions as examples, over all turns: picking the hard ones by the weights before would teach the opposite of
 * them. Those weights only say for which turns word pieces are read.
 */
export function examplesOf(dialogue: Dialogue, recipe: Recipe = PEOPLE): Example[] {
  const index = indexDialogue(dialogue);
  const entitiesOf = entityReader(dialogue, index);
  return dialogue.questions.map(({ text, evidence }) => {
    const question = readQuestion(text, index.speakers);
    const ranking = rankTurns({ models, index, question, recipe, entities: entitiesOf(text) });
    const rows = new Float32Array(index.length * SIGNALS.length);
    for (let turn = 0; turn < index.length; turn += 1) {
      rows.set(ranking.signalsOf(turn), turn * SIGNALS.length);
    }
    return { rows, evidence };
  });
}

/** What a weight is at least: in our dialogues hardly anybody goes by two names, in other people's lives many do. */
const AT_LEAST: Partial<Record<Signal, number>> = { entity: 0.4 };

/** Learned weights as a recipe. */
export function recipeOf(name: string, learned: ArrayLike<number>): Recipe {
  const weights = SIGNALS.map((signal, place) => [
    signal,
    Math.max(AT_LEAST[signal] ?? Number.NEGATIVE_INFINITY, Math.round(learned[place]! * 100) / 100),
  ]);
  return { name, weights: Object.fromEntries(weights) };
}

/** Ranks every question of a dialogue. @returns positions, best first, at most `limit`. */
export function rankAll(dialogue: Dialogue, recipe: Recipe, limit = 50): number[][] {
  const index = indexDialogue(dialogue);
  const entitiesOf = entityReader(dialogue, index);
  return dialogue.questions.map(({ text }) => {
    const question = readQuestion(text, index.speakers);
    return rankTurns({ models, index, question, recipe, entities: entitiesOf(text) }).best(limit);
  });
}
