import type { Ctx } from '../ctx.ts';
import { readUnsure } from './readings.ts';
import { modelTokensThisMonth } from './usage.ts';
import { type Wording, wordSummary } from './wording.ts';

export interface Enriched {
  /** What became of the newest summary's wording. */
  wording: Wording;
  /** Messages for which a reading was stored; `unusable` for an answer that could not be used. */
  readings: number | 'unusable';
  /** True when something was left undone because the workspace's month is used up. */
  isOverBudget: boolean;
}

/**
 * Lets the configured language model add to what the built-in engines made of a session: words for its newest summary,
 * readings for the user messages they are unsure of. It replaces nothing, and without a model does nothing. Run twice,
 * or twice at once, each addition is stored once.
 * @param input `monthlyTokens`: what the workspace's calls may read and write a month; checked before each call, so that
 * those under way may pass it by their own tokens.
 * @throws {Error} when the model fails: what was not added may be tried again. @throws {PactError} not_found.
 */
export async function enrichSession(
  ctx: Ctx,
  input: { sessionId: string; monthlyTokens?: number | undefined; signal?: AbortSignal | undefined },
): Promise<Enriched> {
  const { languageModel: model } = ctx;
  const enriched: Enriched = { wording: 'none', readings: 0, isOverBudget: false };
  if (!model) return enriched;
  const isAllowed = async () =>
    input.monthlyTokens === undefined || (await modelTokensThisMonth(ctx)) < input.monthlyTokens;
  if (!(await isAllowed())) return { ...enriched, isOverBudget: true };
  enriched.wording = await wordSummary(ctx, model, input);
  if (!(await isAllowed())) return { ...enriched, isOverBudget: true };
  enriched.readings = await readUnsure(ctx, model, input);
  return enriched;
}
