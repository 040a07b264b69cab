import { models, type Recipe, rankTurns, readQuestion, SIGNALS, type Signal } from '@pact/core/testing';
import { rows } from '@pact/db';
import { freshPglite } from '@pact/db/testing';
import { sql } from 'drizzle-orm';
import type { Dialogue } from './dialogues.ts';
import { indexDialogue } from './rows.ts';

/** What people use today, over the same turns and the same analysis of words and vectors. */
export type Baseline = (dialogue: Dialogue) => Promise<number[][]>;

const LIMIT = 50;
const FUSION = 60;

/** One signal alone. */
function only(signal: Signal): Recipe {
  const weights = Object.fromEntries(SIGNALS.map((each) => [each, each === signal ? 1 : 0]));
  return { name: signal, weights: weights as Recipe['weights'] };
}

const rankBy = (dialogue: Dialogue, recipe: Recipe) => {
  const index = indexDialogue(dialogue);
  return dialogue.questions.map(({ text }) =>
    rankTurns({ models, index, question: readQuestion(text, index.speakers), recipe }).best(LIMIT),
  );
};

/** Vectors by plain cosine, names and all: what a vector store does. */
async function vectors(dialogue: Dialogue): Promise<number[][]> {
  const turns = dialogue.turns.map(({ text }) => models.embed(text));
  return dialogue.questions.map(({ text }) => {
    const query = models.embed(text);
    const cosines = turns.map((turn) => turn.reduce((sum, value, i) => sum + value * query[i]!, 0));
    return [...cosines.keys()].sort((a, b) => cosines[b]! - cosines[a]!).slice(0, LIMIT);
  });
}

/** PostgreSQL's full text search, any word may match, by `ts_rank`. */
async function fullText(dialogue: Dialogue): Promise<number[][]> {
  const connection = await freshPglite();
  try {
    const { asOwner: db } = connection;
    await db.execute(sql`create table turns (position int, search tsvector)`);
    const texts = JSON.stringify(dialogue.turns.map(({ text }) => text));
    await db.execute(sql`insert into turns select ordinality - 1, to_tsvector('english', value)
      from jsonb_array_elements_text(${texts}::jsonb) with ordinality`);
    const found: number[][] = [];
    for (const { text } of dialogue.questions) {
      const words = sql`nullif(replace(plainto_tsquery('english', ${text})::text, '&', '|'), '')::tsquery`;
      const best = await rows<{ position: number }>(
        db,
        sql`select position from turns where search @@ ${words} order by ts_rank(search, ${words}, 1) desc limit ${LIMIT}`,
      );
      found.push(best.map(({ position }) => position));
    }
    return found;
  } finally {
    await connection.close();
  }
}

const wordsAlone: Baseline = async (dialogue) => rankBy(dialogue, only('words'));

/** Reciprocal rank fusion of BM25 and vectors: what most products do. */
const naiveFusion: Baseline = async (dialogue) => {
  const lists = [await wordsAlone(dialogue), await vectors(dialogue)];
  return dialogue.questions.map((_, question) => {
    const scores = new Map<number, number>();
    for (const list of lists) {
      for (const [rank, turn] of list[question]!.entries()) {
        scores.set(turn, (scores.get(turn) ?? 0) + 1 / (FUSION + rank + 1));
      }
    }
    return [...scores].sort(([, a], [, b]) => b - a).map(([turn]) => turn);
  });
};

export const BASELINES: Record<string, Baseline> = {
  'newest turns': async ({ turns, questions }) =>
    questions.map(() => [...turns.keys()].reverse().slice(0, LIMIT)),
  'full text, any word': fullText,
  BM25: wordsAlone,
  'static vectors, cosine': vectors,
  'BM25 + vectors, RRF': naiveFusion,
};
