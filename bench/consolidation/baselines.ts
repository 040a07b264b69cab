import { countTokens, splitSentences } from '@pact/models';
import type { Dialogue } from '../recall/dialogues.ts';
import { contentWords, type Piece } from './retention.ts';

/** What a method serves: the pieces, and the text as a model would read it. */
export interface Served {
  pieces: Piece[];
  text: string;
}

interface Unit {
  turn: number;
  text: string;
}

/** Turns that a window of fixed length holds. */
const WINDOW_TURNS = 10;
const DAMPING = 0.85;
const ITERATIONS = 30;

/** What memories without a query do today, each within the same tokens, speakers and days named in the same way. */
export const BASELINES: Record<string, (dialogue: Dialogue, budget: number) => Served> = {
  'last 10 turns': (dialogue, budget) =>
    fill(dialogue, turnsOf(dialogue).slice(-WINDOW_TURNS).reverse(), budget, 'stop'),
  'token buffer': (dialogue, budget) => fill(dialogue, turnsOf(dialogue).reverse(), budget, 'stop'),
  'lead sentences': (dialogue, budget) => fill(dialogue, leads(dialogue), budget, 'skip'),
  TextRank: (dialogue, budget) => fill(dialogue, textRank(dialogue), budget, 'skip'),
};

const turnsOf = (dialogue: Dialogue): Unit[] => dialogue.turns.map(({ text }, turn) => ({ turn, text }));

const unitsOf = (dialogue: Dialogue): Unit[] =>
  dialogue.turns.flatMap(({ text }, turn) =>
    splitSentences(text).map((sentence) => ({ turn, text: sentence })),
  );

/** Takes units in the given order while they fit; serves them in the order of the conversation. */
function fill(dialogue: Dialogue, ranked: Unit[], budget: number, beyond: 'stop' | 'skip'): Served {
  const days = new Set<string>();
  const chosen: Unit[] = [];
  let left = budget;
  for (const unit of ranked) {
    const { speaker } = dialogue.turns[unit.turn]!;
    const day = dayOf(dialogue, unit.turn);
    const cost = countTokens(`${speaker}: ${unit.text} `) + (days.has(day) ? 0 : countTokens(`\n[${day}]`));
    if (cost > left && beyond === 'stop') break;
    if (cost > left) continue;
    chosen.push(unit);
    days.add(day);
    left -= cost;
  }
  const order = new Map(unitsOf(dialogue).map(({ turn, text }, at) => [`${turn}\n${text}`, at]));
  chosen.sort(
    (a, b) => a.turn - b.turn || order.get(`${a.turn}\n${a.text}`)! - order.get(`${b.turn}\n${b.text}`)!,
  );
  return {
    pieces: chosen.map(({ turn, text }) => ({ text, sources: [turn] })),
    text: chosen
      .map(({ turn, text }) => `[${dayOf(dialogue, turn)}] ${dialogue.turns[turn]!.speaker}: ${text}`)
      .join('\n'),
  };
}

const dayOf = (dialogue: Dialogue, turn: number) => dialogue.turns[turn]!.at.toISOString().slice(0, 10);

/** The first sentence of each session, then the second of each, and so on: kinder than the opening of the whole. */
function leads(dialogue: Dialogue): Unit[] {
  const places = new Map<string, number>();
  return unitsOf(dialogue)
    .map((unit) => {
      const session = dialogue.turns[unit.turn]!.id.split(':')[0]!;
      const place = places.get(session) ?? 0;
      places.set(session, place + 1);
      return { unit, place };
    })
    .sort((a, b) => a.place - b.place)
    .map(({ unit }) => unit);
}

const ranked = new WeakMap<Dialogue, Unit[]>();

/** Mihalcea and Tarau's: sentences vote for those that share words with them. */
function textRank(dialogue: Dialogue): Unit[] {
  const known = ranked.get(dialogue);
  if (known) return known;
  const units = unitsOf(dialogue);
  const edges = similarities(units.map(({ text }) => [...new Set(contentWords(text))]));
  const strengths = edges.map((row) => [...row.values()].reduce((sum, weight) => sum + weight, 0));
  let rank = units.map(() => 1);
  for (let round = 0; round < ITERATIONS; round += 1) {
    const next = units.map(() => 1 - DAMPING);
    for (const [from, row] of edges.entries()) {
      for (const [to, weight] of row) next[to]! += (DAMPING * rank[from]! * weight) / strengths[from]!;
    }
    rank = next;
  }
  const order = units.map((unit, at) => ({ unit, rank: rank[at]! })).sort((a, b) => b.rank - a.rank);
  ranked.set(
    dialogue,
    order.map(({ unit }) => unit),
  );
  return ranked.get(dialogue)!;
}

/** Words in common over the logarithms of both lengths. */
function similarities(words: string[][]): Map<number, number>[] {
  const holders = new Map<string, number[]>();
  for (const [at, own] of words.entries())
    for (const word of own) holders.set(word, [...(holders.get(word) ?? []), at]);
  return words.map((own, at) => {
    const common = new Map<number, number>();
    for (const word of own)
      for (const other of holders.get(word)!)
        if (other !== at) common.set(other, (common.get(other) ?? 0) + 1);
    for (const [other, count] of common) {
      const lengths = Math.log(1 + own.length) + Math.log(1 + words[other]!.length);
      common.set(other, count / lengths);
    }
    return common;
  });
}
