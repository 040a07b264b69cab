import { z } from 'zod';
import { id } from '../fields.ts';
import { explain, explainAbsence } from './explain.ts';
import type { Exclusion, Filters } from './filters.ts';
import type { Ranking } from './rank.ts';
import { PARTS, type Part } from './recipes.ts';
import type { TurnIndex } from './turn-index.ts';

export const Explanation = z
  .object({
    messageId: id(),
    outcome: z
      .enum(['returned', 'below_limit', 'over_budget', 'filtered_out', 'unrelated', 'out_of_scope'])
      .meta({
        description:
          'below_limit: others ranked higher · over_budget: max_tokens · filtered_out: see excluded_by · unrelated: no word of the query, and more against it than for it · out_of_scope: not in what was searched.',
      }),
    rank: z.int().nullable().meta({ description: '1 for the best; null when it could not come back.' }),
    of: z.int().meta({ description: 'Messages that could have come back.' }),
    score: z.number().nullable(),
    scores: z
      .object(Object.fromEntries(PARTS.map((part) => [part, z.number()])) as Record<Part, z.ZodNumber>)
      .nullable(),
    keptOutBy: z.enum(PARTS).nullable().meta({
      description: 'The part of the score by which it trails the last result most.',
    }),
    excludedBy: z.enum(['roles', 'emotions', 'from', 'to', 'topics']).nullable(),
    why: z.array(z.string()).meta({ description: 'What spoke for it and against it.' }),
    whyNot: z.array(z.string()).meta({ description: 'What kept it out; empty when it was returned.' }),
  })
  .meta({ id: 'RecallExplanation' });

/** A finished search, as far as explanations need it. */
export interface Absence {
  index: TurnIndex;
  ranking: Ranking;
  exclusion: Exclusion;
  /** Positions of what was returned, best first. */
  served: number[];
}

/** Where each of these messages came out, and what kept it from the results. A neighbour's id is out of scope, like a made-up one. */
export function explainMessages(ids: string[], found: Absence): z.output<typeof Explanation>[] {
  const positions = new Map(found.index.ids.map((messageId, turn) => [messageId, turn]));
  return ids.map((messageId) => {
    const turn = positions.get(messageId);
    return turn === undefined ? outOfScope(messageId, found) : explainTurn(messageId, turn, found);
  });
}

function outOfScope(messageId: string, { ranking }: Absence): z.output<typeof Explanation> {
  return {
    messageId,
    outcome: 'out_of_scope',
    rank: null,
    of: ranking.size,
    score: null,
    scores: null,
    keptOutBy: null,
    excludedBy: null,
    why: [],
    whyNot: ['it is not in what was searched'],
  };
}

function explainTurn(messageId: string, turn: number, found: Absence): z.output<typeof Explanation> {
  const { ranking, exclusion, served } = found;
  const parts = ranking.partsOf(turn);
  const excludedBy = exclusion(turn) ?? null;
  const rank = ranking.rankOf(turn) ?? null;
  const outcome = outcomeOf(turn, rank, excludedBy, found);
  const last = served.at(-1);
  const absence =
    outcome === 'below_limit' && last !== undefined
      ? explainAbsence(parts, ranking.partsOf(last))
      : { keptOutBy: null, reasons: [] };
  return {
    messageId,
    outcome,
    rank,
    of: ranking.size,
    score: round(ranking.scoreOf(turn)),
    scores: Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, round(value)])) as Record<
      Part,
      number
    >,
    keptOutBy: absence.keptOutBy,
    excludedBy,
    why: explain(parts, []),
    whyNot: [...OTHER_REASONS[outcome](excludedBy), ...absence.reasons],
  };
}

type Outcome = z.output<typeof Explanation>['outcome'];

const OTHER_REASONS: Record<Outcome, (excludedBy: keyof Filters | null) => string[]> = {
  returned: () => [],
  below_limit: () => [],
  over_budget: () => ['it ranks high enough, but its text does not fit into max_tokens'],
  filtered_out: (excludedBy) => [`the filter “${excludedBy}” keeps it out`],
  unrelated: () => [
    'neither it nor a neighbour shares a word with the query, and its meaning is far from it',
  ],
  out_of_scope: () => ['it is not in what was searched'],
};

function outcomeOf(
  turn: number,
  rank: number | null,
  excludedBy: keyof Filters | null,
  { ranking, served }: Absence,
): Outcome {
  if (served.includes(turn)) return 'returned';
  if (excludedBy !== null) return 'filtered_out';
  if (rank === null) return 'unrelated';
  const last = served.at(-1);
  return last === undefined || ranking.rankOf(last)! > rank ? 'over_budget' : 'below_limit';
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
