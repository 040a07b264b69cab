import type { SummarySentence } from '@pact/db';
import type { Models } from '../ctx.ts';
import { headOf, inReadingOrder } from './render.ts';
import { contentOf } from './words.ts';

/** How far length counts against a sentence: 1 is value per token, 0 not at all. Between, or only scraps would win. */
const COST_EXPONENT = 0.6;
/** What a sentence loses whose every word was said by those chosen before it. */
const REDUNDANCY = 0.4;
/** A word counts as said in full when this many chosen sentences have it. */
const SAID_IN_FULL = 2;

interface Choice {
  sentence: SummarySentence;
  content: string[];
  chosen: boolean;
}

/**
 * The best sentences for a budget, in reading order: by worth per token, less what they repeat of those chosen before,
 * each with the tokens of the day and speaker that it adds. Choosing again among the chosen changes nothing, because each
 * step's best is still the best among fewer. Cost: candidates times chosen, both bounded by the caller.
 */
export function fitSentences(
  models: Models,
  sentences: SummarySentence[],
  budget: number,
): SummarySentence[] {
  const choices = sentences.map(
    (sentence): Choice => ({ sentence, content: contentOf(sentence.text), chosen: false }),
  );
  const heads = new Heads(models);
  const said = new Map<string, number>();
  let left = budget;
  for (;;) {
    let best: Choice | undefined;
    let bestValue = 0;
    for (const choice of choices) {
      if (choice.chosen) continue;
      const cost = choice.sentence.tokens + heads.cost(choice.sentence);
      if (cost > left) continue;
      const value =
        (choice.sentence.worth * (1 - REDUNDANCY * repeated(choice.content, said))) / cost ** COST_EXPONENT;
      if (value > bestValue) [best, bestValue] = [choice, value];
    }
    if (best === undefined) break;
    best.chosen = true;
    left -= best.sentence.tokens + heads.add(best.sentence);
    for (const word of new Set(best.content)) said.set(word, (said.get(word) ?? 0) + 1);
  }
  return choices
    .filter(({ chosen }) => chosen)
    .map(({ sentence }) => sentence)
    .sort(inReadingOrder);
}

/** The one to keep longest first. */
export function byWorth(a: SummarySentence, b: SummarySentence): number {
  return b.worth / b.tokens ** COST_EXPONENT - a.worth / a.tokens ** COST_EXPONENT || b.sequence - a.sequence;
}

/** How much more a sentence is worth that has every word of a query. */
const BEARING = 6;

/** Sentences with their worth for a query: those that bear on it first. */
export function bearingOn(query: string, sentences: SummarySentence[]): SummarySentence[] {
  const asked = new Set(contentOf(query));
  if (asked.size === 0) return sentences;
  return sentences.map((sentence) => {
    const has = new Set(contentOf(`${sentence.speaker} ${sentence.text}`));
    const share = [...asked].filter((word) => has.has(word)).length / asked.size;
    return { ...sentence, worth: sentence.worth * (1 + BEARING * share) };
  });
}

/** Share of the words that were said before, 0 to 1. */
function repeated(content: string[], said: Map<string, number>): number {
  if (content.length === 0) return 1;
  const shares = content.map((word) => Math.min(1, (said.get(word) ?? 0) / SAID_IN_FULL));
  return shares.reduce((sum, share) => sum + share, 0) / content.length;
}

/** Share of a speaker's name that a sentence costs after the first of the day: one in two follows its own speaker. */
const NAMED_AGAIN = 0.5;

/** Counts what days and speakers cost: a day is named once, a speaker where another one begins. */
class Heads {
  private readonly days = new Set<string>();
  private readonly speakers = new Set<string>();
  private readonly years = new Set<string>();
  private readonly sizes = new Map<string, number>();
  private readonly models: Models;

  constructor(models: Models) {
    this.models = models;
  }

  cost({ day, speaker }: SummarySentence): number {
    const head = headOf(day, this.years.has(day.slice(0, 4)) ? day : '');
    return (this.days.has(day) ? 0 : this.size(`\n${head}`)) + this.naming(day, speaker);
  }

  add(sentence: SummarySentence): number {
    const cost = this.cost(sentence);
    this.days.add(sentence.day);
    this.speakers.add(`${sentence.day}${sentence.speaker}`);
    this.years.add(sentence.day.slice(0, 4));
    return cost;
  }

  private naming(day: string, speaker: string): number {
    return this.size(` ${speaker}:`) * (this.speakers.has(`${day}${speaker}`) ? NAMED_AGAIN : 1);
  }

  private size(text: string): number {
    const known = this.sizes.get(text) ?? this.models.countTokens(text);
    this.sizes.set(text, known);
    return known;
  }
}
