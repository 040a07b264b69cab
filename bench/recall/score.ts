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

/** 95 % interval of a mean by the bootstrap over questions, 1,000 draws, seeded. */
function interval(outcomes: Outcome[], of: (outcome: Outcome) => number): [number, number] {
  const values = outcomes.map(of);
  let seed = 42;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const means = Array.from({ length: 1_000 }, () => {
    let total = 0;
    for (let i = 0; i < values.length; i += 1) total += values[Math.floor(next() * values.length)]!;
    return total / values.length;
  }).sort((a, b) => a - b);
  return [means[25]!, means[974]!];
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** One line of a table, in per cent. */
export function tableRow(outcomes: Outcome[]): Record<string, string> {
  const percent = (value: number) => (100 * value).toFixed(1);
  const [low, high] = interval(outcomes, recallAt(10));
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
