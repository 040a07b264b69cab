import { type Database, rows, usage } from '@pact/db';
import { and, between, eq, type SQLWrapper, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from './ctx.ts';
import { PactError } from './errors.ts';

/** Longest range of one question. */
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;
/** Slots over which a key's usage of one day is spread, so that writers do not queue on one row. */
export const USAGE_SLOTS = 64;

export const GetUsage = z.object({
  from: z.iso.date().optional().meta({
    description: 'First day, in UTC. Without it, the first of the month of the last day.',
  }),
  to: z.iso.date().optional().meta({ description: 'Last day, counted in. Without it, today.' }),
  groupBy: z.enum(['day', 'key']).default('day'),
});

const figures = {
  requests: z.int().meta({
    description:
      'Requests that were let in and answered, also with a refusal of their own, such as a missing session; not those refused at the door (key, scope, rate limit, quota), and not failures of the service.',
  }),
  tokensStored: z.int().meta({ description: 'Tokens of the messages saved.' }),
  tokensServed: z.int().meta({ description: 'Tokens of contexts and recalls, as served.' }),
  tokensSaved: z.int().meta({
    description: 'Tokens that the whole sessions have beyond the contexts served in their place.',
  }),
  model: z
    .object({ calls: z.int(), inputTokens: z.int(), outputTokens: z.int() })
    .optional()
    .meta({ description: 'What a configured model provider read and wrote; absent where none was asked.' }),
};

export const Usage = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    data: z
      .array(
        z.object({
          day: z.iso.date().optional().meta({ description: 'With `group_by` day.' }),
          keyId: z.string().optional().meta({ description: 'With `group_by` key.' }),
          ...figures,
        }),
      )
      .meta({ description: 'Days, or keys, on which there was something; in their order.' }),
    totals: z.object(figures),
  })
  .meta({ id: 'Usage' });

type Figures = z.output<(typeof Usage)['shape']['totals']>;

/**
 * What the workspace used, by day or by key. Requests of this process are counted up to this one; those of others, and the
 * tokens that they served, appear within seconds. Tokens stored are there once the save has answered.
 * @throws {PactError} invalid_request, for a range that ends before it begins or is longer than 366 days.
 */
export async function getUsage(ctx: Ctx, input: z.output<typeof GetUsage>): Promise<z.output<typeof Usage>> {
  const { from, to } = rangeOf(input, ctx.now());
  await ctx.usage?.flush();
  const group = input.groupBy === 'day' ? sql<string>`${usage.day}::text` : usage.keyId;
  const found = await ctx.db
    .select({
      group,
      requests: total(usage.requests),
      tokensStored: total(usage.tokensStored),
      tokensServed: total(usage.tokensServed),
      tokensSaved: total(usage.tokensSaved),
      modelCalls: total(usage.modelCalls),
      modelInputTokens: total(usage.modelInputTokens),
      modelOutputTokens: total(usage.modelOutputTokens),
    })
    .from(usage)
    .where(and(eq(usage.workspaceId, ctx.actor.workspaceId), between(usage.day, from, to)))
    .groupBy(group)
    .orderBy(group);
  const data = found.map((row) => ({
    ...(input.groupBy === 'day' ? { day: row.group } : { keyId: row.group }),
    ...present(row),
  }));
  return { from, to, data, totals: present(sumOf(found)) };
}

/** Exact up to 2^53: the sum of bigints is a numeric, which the driver hands over as text. */
const total = (column: SQLWrapper) => sql<number>`sum(${column})::float8`;

type Row = Omit<Figures, 'model'> & {
  modelCalls: number;
  modelInputTokens: number;
  modelOutputTokens: number;
};

function present({ modelCalls: calls, modelInputTokens, modelOutputTokens, ...row }: Row): Figures {
  const { requests, tokensStored, tokensServed, tokensSaved } = row;
  return {
    ...{ requests, tokensStored, tokensServed, tokensSaved },
    ...(calls === 0
      ? {}
      : { model: { calls, inputTokens: modelInputTokens, outputTokens: modelOutputTokens } }),
  };
}

function sumOf(found: Row[]): Row {
  const sum = (field: keyof Row) => found.reduce((all, row) => all + row[field], 0);
  return {
    requests: sum('requests'),
    tokensStored: sum('tokensStored'),
    tokensServed: sum('tokensServed'),
    tokensSaved: sum('tokensSaved'),
    modelCalls: sum('modelCalls'),
    modelInputTokens: sum('modelInputTokens'),
    modelOutputTokens: sum('modelOutputTokens'),
  };
}

function rangeOf(input: z.output<typeof GetUsage>, now: Date): { from: string; to: string } {
  const to = input.to ?? dayOf(now);
  const from = input.from ?? `${to.slice(0, 8)}01`;
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days >= 1 && days <= MAX_DAYS) return { from, to };
  throw new PactError('invalid_request', {
    message: `Invalid field to: the range has 1 to ${MAX_DAYS} days, both ends counted in.`,
    details: { field: 'to', received: JSON.stringify(to) },
  });
}

/** What one key did on one day, and was not written yet. */
export interface UsageCount {
  workspaceId: string;
  keyId: string;
  /** In UTC: `2026-11-23`. */
  day: string;
  requests: number;
  tokensServed: number;
  tokensSaved: number;
  lastUsedAt: Date;
}

export const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/**
 * Adds counts to the usage table, and notes when their keys were last used, to the minute: all of it or nothing.
 * @param slot of those that a key's day has; processes that write at once take different ones.
 * @param begun told the transaction's id before anything is written, for `wasWritten` to ask about after a failure.
 */
export async function writeUsage(
  db: Database,
  input: { counts: UsageCount[]; slot: number; begun: (transactionId: string) => void },
): Promise<void> {
  await db.transaction(async (transaction) => {
    const inner = transaction as unknown as Database;
    const [begun] = await rows<{ id: string }>(inner, sql`select pg_current_xact_id()::text as id`);
    input.begun(begun!.id);
    await rows(inner, additionOf(input.counts, input.slot));
  });
}

/** Rows are locked in one order by everyone who writes several. */
function additionOf(counts: UsageCount[], slot: number) {
  const given = counts.map((count) => ({ ...count, lastUsedAt: count.lastUsedAt.toISOString() }));
  return sql`
with given as (
  select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g("workspaceId" text, "keyId" text, day date,
    requests bigint, "tokensServed" bigint, "tokensSaved" bigint, "lastUsedAt" timestamptz)
), used as (
  select k.id, date_trunc('minute', max(g."lastUsedAt")) as at
  from given g join api_keys k on k.workspace_id = g."workspaceId" and k.id = g."keyId"
  group by k.id
), stale as (
  select k.id from api_keys k join used on used.id = k.id
  where k.last_used_at is null or k.last_used_at < used.at
  order by k.id for no key update of k
), noted as (
  update api_keys k set last_used_at = used.at from used, stale where k.id = stale.id and used.id = k.id
)
insert into usage as u (workspace_id, key_id, day, slot, writes, messages_stored, tokens_stored, requests, tokens_served,
  tokens_saved)
select "workspaceId", "keyId", day, ${slot}::int, 0, 0, 0, requests, "tokensServed", "tokensSaved" from given
order by "workspaceId", "keyId", day
on conflict (workspace_id, key_id, day, slot) do update set requests = u.requests + excluded.requests,
  tokens_served = u.tokens_served + excluded.tokens_served, tokens_saved = u.tokens_saved + excluded.tokens_saved`;
}

/**
 * Whether a transaction's effect is there, for who lost the connection while it was being committed.
 * @returns undefined while the server is still at it.
 */
export async function wasWritten(db: Database, transactionId: string): Promise<boolean | undefined> {
  const [found] = await rows<{ status: string | null }>(
    db,
    sql`select pg_xact_status(${transactionId}::xid8) as status`,
  );
  // The server forgets how transactions ended long after it has made the committed ones part of the tables.
  const status = found?.status ?? 'committed';
  return status === 'in progress' ? undefined : status === 'committed';
}

/** Tokens that a workspace stored in the calendar month (UTC) of `now`. */
export async function tokensStoredThisMonth(
  db: Database,
  input: { workspaceId: string; now: Date },
): Promise<number> {
  const { workspaceId, now } = input;
  const month = { first: `${dayOf(now).slice(0, 8)}01`, next: dayOf(nextMonth(now)) };
  // By key, so that the month is read and not all years: the index goes on with key and day.
  const [found] = await rows<{ tokens: number }>(
    db,
    sql`select coalesce(sum(month.tokens), 0)::float8 as tokens from api_keys k cross join lateral (
      select sum(u.tokens_stored) as tokens from usage u where u.workspace_id = ${workspaceId} and u.key_id = k.id
        and u.day >= ${month.first}::date and u.day < ${month.next}::date) month where k.workspace_id = ${workspaceId}`,
  );
  return found!.tokens;
}

/** When the calendar month (UTC) after the one of `now` begins. */
export const nextMonth = (now: Date) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
