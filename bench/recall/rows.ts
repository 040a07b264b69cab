import {
  compareGiven,
  keysAskedFor,
  models,
  PEOPLE,
  quantise,
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
/**
 * What a weight is at least. Our questions avoid the words of their answers more often than people do, and in our dialogues hardly
 * anybody goes by two names; who asks for an order's number wants the turn that has it.
 */
const AT_LEAST: Partial<Record<Signal, number>> = { words: 1.5, coverage: 1, pairs: 0.3, entity: 0.4 };

/** A neighbour counts at most this share of the turn itself: else a "Noted." would come before what it notes. */
const NEIGHBOURLY = 0.7;
const NEIGHBOURS: [Signal, Signal][] = [
  ['wordsBefore', 'words'],
  ['wordsAfter', 'words'],
  ['meaningBefore', 'meaning'],
  ['meaningAfter', 'meaning'],
  ['piecesBefore', 'pieces'],
  ['piecesAfter', 'pieces'],
];

/** Brings learned weights back to what their signals mean. */
export function constrain(weights: Float64Array): void {
  for (const [place, signal] of SIGNALS.entries()) {
    if (AGAINST.has(signal)) weights[place] = Math.min(0, weights[place]!);
    else weights[place] = Math.max(AT_LEAST[signal] ?? 0, weights[place]!);
  }
  for (const [neighbour, own] of NEIGHBOURS) {
    const most = NEIGHBOURLY * weights[SIGNALS.indexOf(own)]!;
    const place = SIGNALS.indexOf(neighbour);
    weights[place] = Math.min(most, weights[place]!);
  }
}

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
      given: givenOf(dialogue, position),
    });
  }
  return index;
}

function givenOf({ meanings }: Dialogue, position: number) {
  return meanings ? { model: meanings.model, vector: quantise(meanings.turns[position]!) } : {};
}

/** A question of the dialogue, as recall would rank it. */
function rankQuestion(
  dialogue: Dialogue,
  index: TurnIndex,
  at: number,
  recipe: Recipe,
  entities: Map<number, number>,
) {
  const question = readQuestion(dialogue.questions[at]!.text, index.speakers);
  const { meanings } = dialogue;
  const given = meanings && compareGiven({ name: meanings.model }, index, meanings.questions[at]!);
  return rankTurns({ models, index, question, recipe, entities, given });
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
  return dialogue.questions.map(({ text, evidence }, at) => {
    const ranking = rankQuestion(dialogue, index, at, recipe, entitiesOf(text));
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
  const entitiesOf = entityReader(dialogue, index);
  return dialogue.questions.map(({ text }, at) =>
    rankQuestion(dialogue, index, at, recipe, entitiesOf(text)).best(limit),
  );
}
