import {
  CLAUSE_SIGNALS,
  type Clause,
  clauseSaysNothing,
  clausesIn,
  models,
  type Speech,
  signalsOfClause,
} from '@pact/core/testing';
import { carriers, contentWords } from './consolidation/retention.ts';
import { type Dialogue, ownDialogues } from './recall/dialogues.ts';

/** What each signal stands for, before any example: the regression is drawn towards it. */
const PRIOR: Partial<Record<string, number>> = {
  entities: 1,
  topics: 1,
  quantity: 1,
  time: 1,
  deeds: 1,
  'content words': 1,
  tastes: 0.5,
  'close ones': 0.5,
  life: 0.5,
  praise: -0.5,
  'speaks of you': -1,
  question: -1,
};
/** How strongly, and how the descent runs (Adam). */
const PULL = 30;
const ROUNDS = 300;
const STEP = 0.05;
/** Share of a clause's words that the sentence with the answer must hold, and the least part of it that the clause is. */
const WITHIN = 0.85;
const LEAST_PART = 0.4;

interface Example {
  signals: number[];
  /** 1 when some question is answered by the clause. */
  asked: number;
}

/** Learns what a clause is worth on the conversations written for PACT, and prints the weights for `value.ts`. */
export async function run(): Promise<void> {
  const examples = ownDialogues().flatMap(examplesOf);
  const asked = examples.filter((example) => example.asked === 1).length;
  console.log(`${examples.length} clauses, ${asked} of them asked for.`);
  const weights = learn(examples);
  console.table(
    Object.fromEntries(CLAUSE_SIGNALS.map((name, at) => [name, Number(weights[at]!.toFixed(2))])),
  );
}

function examplesOf(dialogue: Dialogue): Example[] {
  const people = new Set(dialogue.turns.flatMap(({ speaker }) => speaker.toLowerCase().split(' ')));
  const answers = new Map<number, Set<string>[]>();
  for (const question of dialogue.questions) {
    for (const turn of question.evidence) {
      const sentences = carriers(dialogue.turns[turn]!.text, question).map(
        (text) => new Set(contentWords(text)),
      );
      answers.set(turn, [...(answers.get(turn) ?? []), ...sentences]);
    }
  }
  const speeches = dialogue.turns.map(({ speaker, text, at }, turn): Speech => {
    const role = speaker === 'Assistant' ? 'assistant' : 'user';
    return {
      id: `${turn}`,
      sequence: turn + 1,
      role,
      name: speaker,
      content: text,
      occurredAt: at,
      intensity: 0,
    };
  });
  return speeches.flatMap((speech, turn) =>
    clausesIn(models, speech, { before: speeches[turn - 1], people, most: 20 })
      .filter((clause) => !clause.isEcho && !clauseSaysNothing(clause.text))
      .map((clause) => ({
        signals: signalsOfClause(models, clause),
        asked: answers.get(turn)?.some((answer) => isIn(clause, answer)) ? 1 : 0,
      })),
  );
}

function isIn(clause: Clause, sentence: Set<string>): boolean {
  const words = contentWords(clause.text);
  const shared = words.filter((word) => sentence.has(word)).length;
  return words.length > 0 && shared >= WITHIN * words.length && words.length >= LEAST_PART * sentence.size;
}

/** Logistic regression with a Gaussian prior; a signal may fall to nothing but never count against what it stands for. */
function learn(examples: Example[]): number[] {
  const prior = CLAUSE_SIGNALS.map((name) => PRIOR[name] ?? 0);
  const weights = prior.map(() => 0);
  const mean = prior.map(() => 0);
  const spread = prior.map(() => 0);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const slope = gradient(examples, weights);
    for (const [at, weight] of weights.entries()) {
      const pulled = slope[at]! + (at === 0 ? 0 : PULL * (weight - prior[at]!));
      mean[at] = 0.9 * mean[at]! + 0.1 * pulled;
      spread[at] = 0.99 * spread[at]! + 0.01 * pulled * pulled;
      const step = mean[at]! / (1 - 0.9 ** round) / (Math.sqrt(spread[at]! / (1 - 0.99 ** round)) + 1e-8);
      weights[at] = signed(weight - STEP * step, prior[at]!);
    }
  }
  return weights;
}

function gradient(examples: Example[], weights: number[]): number[] {
  const slope = weights.map(() => 0);
  for (const { signals, asked } of examples) {
    const sum = signals.reduce((total, signal, at) => total + signal * weights[at]!, 0);
    const error = 1 / (1 + Math.exp(-sum)) - asked;
    for (const [at, signal] of signals.entries()) slope[at]! += error * signal;
  }
  return slope;
}

function signed(weight: number, prior: number): number {
  if (prior === 0) return weight;
  return prior > 0 ? Math.max(0, weight) : Math.min(0, weight);
}
