import { bootstrap, type Measured } from '../bootstrap.ts';
import type { Gold } from './messages.ts';

/** What was right and wrong in one message. */
export interface Outcome {
  hits: number;
  /** Named, and no person would have. */
  wrong: string[];
  /** Not named, and a person would have. */
  missed: string[];
}

export interface Scores {
  precision: number;
  recall: number;
  f1: number;
}

/** Holds the keys that were named against what a person named. A second name of one thing counts neither way. */
export function judge(named: string[], gold: Gold[]): Outcome {
  const open = new Set(gold.filter(({ isOptional }) => !isOptional));
  const wrong: string[] = [];
  let hits = 0;
  for (const key of new Set(named)) {
    const match = gold.find((item) => open.has(item) && item.keys.includes(key));
    if (match) {
      open.delete(match);
      hits += 1;
    } else if (!gold.some(({ keys }) => keys.includes(key))) wrong.push(key);
  }
  return { hits, wrong, missed: [...open].map(({ keys }) => keys[0]!) };
}

export function score(outcomes: Outcome[]): Scores {
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const hits = sum((outcome) => outcome.hits);
  const precision = hits / Math.max(1, hits + sum(({ wrong }) => wrong.length));
  const recall = hits / Math.max(1, hits + sum(({ missed }) => missed.length));
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** F1 with its interval over messages. */
export function measuredF1(outcomes: Outcome[]): Measured {
  return bootstrap(outcomes.length, (drawn) => score(Array.from(drawn, (at) => outcomes[at]!)).f1);
}
