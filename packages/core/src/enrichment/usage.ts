import { usage } from '@pact/db';
import { and, eq, gte, sql } from 'drizzle-orm';
import type { Ctx, SpentTokens } from '../ctx.ts';
import { USAGE_SLOTS } from '../usage.ts';

/** A slot of its own, beside those that saves are spread over: counting here never makes a save wait. */
const MODEL_SLOT = USAGE_SLOTS;

/** Counts one call of a model provider for the key that acts. */
export async function countModelCall({ db, actor, now }: Ctx, spent: SpentTokens): Promise<void> {
  const { modelCalls, modelInputTokens, modelOutputTokens } = usage;
  await db
    .insert(usage)
    .values({
      workspaceId: actor.workspaceId,
      keyId: actor.keyId,
      day: now().toISOString().slice(0, 10),
      slot: MODEL_SLOT,
      writes: 0,
      messagesStored: 0,
      tokensStored: 0,
      modelCalls: 1,
      modelInputTokens: spent.input,
      modelOutputTokens: spent.output,
    })
    .onConflictDoUpdate({
      target: [usage.workspaceId, usage.keyId, usage.day, usage.slot],
      set: {
        modelCalls: sql`${modelCalls} + 1`,
        modelInputTokens: sql`${modelInputTokens} + ${spent.input}::bigint`,
        modelOutputTokens: sql`${modelOutputTokens} + ${spent.output}::bigint`,
      },
    });
}

/** Tokens that the workspace's calls read and wrote since the first of this month, in UTC. */
export async function modelTokensThisMonth({ db, actor, now }: Ctx): Promise<number> {
  const [sum] = await db
    .select({
      tokens: sql<number>`coalesce(sum(${usage.modelInputTokens} + ${usage.modelOutputTokens}), 0)::float8`,
    })
    .from(usage)
    .where(
      and(eq(usage.workspaceId, actor.workspaceId), gte(usage.day, `${now().toISOString().slice(0, 7)}-01`)),
    );
  return sum!.tokens;
}
