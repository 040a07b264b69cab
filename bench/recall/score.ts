import { meanOf } from '../bootstrap.ts';
import type { Dialogue, DialogueQuestion } from './dialogues.ts';

/** How one question came out. */
export interface Outcome {
  dialogue: string;
  question: DialogueQuestion;
  /** Positions of the turns that were found, best first. */
  found: number[];
}

export function outcomesOf(dialogue: Dialogue, rankings: number[][]): Outcome[] {
  return dialogue.questions.map((question, at) => ({
    dialogue: dialogue.id,
    question,
    found: rankings[at]!,
  }));
}

/** Share of the evidence among the first k. */
export const recallAt = (k: number) => (outcome: Outcome) => {
  const evidence = new Set(outcome.question.evidence);
  return outcome.found.slice(0, k).filter((turn) => evidence.has(turn)).length / evidence.size;
};

/** 1 where any evidence is among the first k. */
const hitAt = (k: number) => (outcome: Outcome) => (recallAt(k)(outcome) > 0 ? 1 : 0);

/** 1 ÷ rank of the first evidence. */
function reciprocalRank(outcome: Outcome): number {
  const rank = outcome.found.findIndex((turn) => outcome.question.evidence.includes(turn));
  return rank < 0 ? 0 : 1 / (rank + 1);
}

/** Normalised discounted cumulative gain of the first k, evidence worth 1 (Järvelin and Kekäläinen, 2002). */
const gainAt = (k: number) => (outcome: Outcome) => {
  const evidence = new Set(outcome.question.evidence);
  const discount = (rank: number) => 1 / Math.log2(rank + 2);
  const gained = outcome.found.slice(0, k).map((turn, rank) => (evidence.has(turn) ? discount(rank) : 0));
  const ideal = Array.from({ length: Math.min(k, evidence.size) }, (_, rank) => discount(rank));
  return sum(gained) / sum(ideal);
};

const mean = (outcomes: Outcome[], of: (outcome: Outcome) => number) =>
  sum(outcomes.map(of)) / Math.max(1, outcomes.length);

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** One line of a table, in per cent. */
export function tableRow(outcomes: Outcome[]): Record<string, string> {
  const percent = (value: number) => (100 * value).toFixed(1);
  const { low, high } = meanOf(outcomes.map(recallAt(10)));
  const byKind = Object.fromEntries(
    ['single', 'multi', 'temporal', 'open'].map((kind) => [
      kind,
      percent(
        mean(
          outcomes.filter(({ question }) => question.kind === kind),
          recallAt(10),
        ),
      ),
    ]),
  );
  return {
    'R@5': percent(mean(outcomes, recallAt(5))),
    'R@10': `${percent(mean(outcomes, recallAt(10)))} (${percent(low)}–${percent(high)})`,
    'R@20': percent(mean(outcomes, recallAt(20))),
    'hit@10': percent(mean(outcomes, hitAt(10))),
    MRR: percent(mean(outcomes, reciprocalRank)),
    'nDCG@10': percent(mean(outcomes, gainAt(10))),
    ...byKind,
  };
}
