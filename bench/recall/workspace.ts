import { type Ctx, Recall, recall, SaveMessages, saveMessages } from '@pact/core';
import { driverOf, testWorld } from '@pact/core/testing';
import { onPostgres } from '@pact/db/testing';
import { sql } from 'drizzle-orm';
import { summarize, time } from '../environment.ts';

/** Turns in the workspace; the largest on a PostgreSQL server only. */
const SIZES = onPostgres ? [10_000, 100_000, 1_000_000] : [10_000, 100_000];
const SESSION = 200;
const SEEDED = 5_000;
const CALLS = 40;

/**
 * Recall without a session over a workspace that grows. The first turns are saved by the product; the rest are copies of
 * their rows under other ids and users, with a number in the text, because a million analyses would take hours. One planted turn is
 * looked for at each size.
 */
export async function measureWorkspace(texts: string[], questions: string[]): Promise<void> {
  const world = await testWorld();
  const { ctx } = world;
  try {
    await seed(world, texts);
    const lines: Record<string, Record<string, string>> = {};
    let turns = SEEDED;
    for (const size of SIZES) {
      for (; turns < size; turns += SEEDED) await copySeed(ctx, turns / SEEDED);
      await world.connection.asOwner.execute(sql`analyze`);
      lines[`${size} turns`] = await measure(world, size, questions);
    }
    console.log(
      `\nTime of a recall over a whole workspace, sessions of ${SESSION} turns, milliseconds, p50 / p99 of ${CALLS} questions, ${onPostgres ? 'PostgreSQL' : 'embedded'}`,
    );
    console.table(lines);
  } finally {
    await world.connection.close();
  }
}

async function seed(world: Awaited<ReturnType<typeof testWorld>>, texts: string[]): Promise<void> {
  for (let at = 0; at < SEEDED; at += SESSION) {
    const sessionId = await driverOf(world).open({
      metadata: { user_id: `user-${at}` },
      consolidationThreshold: 1_000,
      tokenThreshold: 1_000_000,
    });
    const messages = Array.from({ length: SESSION }, (_, i) => ({
      role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: texts[(at + i) % texts.length]!,
    }));
    await saveMessages(world.ctx, SaveMessages.parse({ sessionId, messages }));
  }
}

/** The seed once more, as other sessions of other users. */
async function copySeed({ db, actor }: Ctx, round: number): Promise<void> {
  const copied = sql`substr(md5(id || ${String(round)}::text), 1, 26)`;
  await db.execute(sql`insert into sessions (workspace_id, id, user_id, metadata, consolidation_threshold,
      token_threshold, message_count, token_count, embedding_sum, embedding_name, created_at, updated_at)
    select workspace_id, 'sess_' || ${copied}, user_id || '-' || ${String(round)}::text, metadata, consolidation_threshold,
      token_threshold, message_count, token_count, embedding_sum, embedding_name, created_at, updated_at
    from sessions where workspace_id = ${actor.workspaceId} and metadata ? 'user_id' and metadata->>'user_id' = user_id`);
  await db.execute(sql`insert into messages (workspace_id, session_id, id, sequence, role, content, tokens, placement,
      occurred_at, created_at, features)
    select m.workspace_id, 'sess_' || substr(md5(m.session_id || ${String(round)}::text), 1, 26), 'msg_' || substr(md5(m.id || ${String(round)}::text), 1, 26),
      m.sequence, m.role, m.content || ' ' || ${String(round)}::text, m.tokens, m.placement, m.occurred_at, m.created_at, m.features
    from messages m join sessions s on s.workspace_id = m.workspace_id and s.id = m.session_id
    where m.workspace_id = ${actor.workspaceId} and s.metadata->>'user_id' = s.user_id`);
}

async function measure(world: Awaited<ReturnType<typeof testWorld>>, size: number, questions: string[]) {
  const { ctx } = world;
  const word = `zanzibar${size}`;
  const planted = await driverOf(world).open({ metadata: { user_id: `finder-${size}` } });
  await driverOf(world).say(planted, `The parcel code for the harbour office is ${word}.`);
  const ask = (query: string) => recall(ctx, Recall.parse({ query }));
  ctx.indexes.entries.clear();
  const cold = summarize(
    await time(CALLS, (at) => {
      ctx.indexes.entries.clear();
      return ask(questions[(at * 7) % questions.length]!);
    }),
  );
  const warm = summarize(await time(CALLS, (at) => ask(questions[(at * 7) % questions.length]!)));
  const { results } = await ask(`Which code has the parcel for the harbour office, ${word}?`);
  return {
    'nothing in memory': `${cold.p50.toFixed(0)} / ${cold.p99.toFixed(0)}`,
    'asked before': `${warm.p50.toFixed(0)} / ${warm.p99.toFixed(0)}`,
    'planted turn': results[0]?.message.content.includes(word) ? 'first' : 'not first',
  };
}
