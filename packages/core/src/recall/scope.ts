import { rows, sessions } from '@pact/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { findSession } from '../sessions.ts';
import { type IndexedSession, indexOf } from './index-cache.ts';
import { TurnIndex } from './turn-index.ts';
import { termsOf } from './words.ts';

/** Where to look: a session, all of a user, or (neither given) the whole workspace. */
export interface Scope {
  sessionId?: string | undefined;
  userId?: string | undefined;
}

/** Turns of a scope that are ranked one by one. A larger scope is narrowed to its most promising sessions first. */
const MAX_RANKED = 20_000;
/** Sessions that a scope is narrowed to, and the turns that these may have together. */
const MAX_ROUTED = 60;
const MAX_ROUTED_TURNS = 12_000;
/** Newest messages with a word that count towards that word's sessions; a word with more than these tells little. */
const MATCHES_A_WORD = 2_000;
const MAX_WORDS = 12;
/** Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, 2009). */
const FUSION = 60;

/** The turns of a scope that a query is ranked over, as one index. @throws {PactError} not_found, for a `sessionId`. */
export async function indexOfScope(ctx: Ctx, scope: Scope, query: string): Promise<TurnIndex> {
  if (scope.sessionId !== undefined) return indexOf(ctx, await findSession(ctx, scope.sessionId));
  const found = await sessionsOf(ctx, scope, query);
  const merged = new TurnIndex(ctx.models);
  for (const session of found) merged.appendAll(await indexOf(ctx, session));
  return merged;
}

/** All sessions of the scope, oldest first, when they are few enough; else the most promising. */
async function sessionsOf(ctx: Ctx, scope: Scope, query: string): Promise<IndexedSession[]> {
  const ofScope = conditions(ctx, scope);
  const newest = await rows<IndexedSession>(
    ctx.db,
    sql`select id, message_count as "messageCount" from ${sessions} where ${ofScope} and message_count > 0
      order by id desc limit ${MAX_RANKED}`,
  );
  const turns = newest.reduce((sum, { messageCount }) => sum + messageCount, 0);
  if (turns <= MAX_RANKED) return newest.reverse();
  const ids = fused([await nearInMeaning(ctx, ofScope, query), await withWords(ctx, scope, query)]);
  const byId = new Map(newest.map((session) => [session.id, session]));
  const chosen: IndexedSession[] = [];
  let left = MAX_ROUTED_TURNS;
  for (const id of ids.slice(0, MAX_ROUTED)) {
    const session = byId.get(id);
    if (!session || (session.messageCount > left && chosen.length > 0)) continue;
    chosen.push(session);
    left -= session.messageCount;
  }
  return chosen.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function conditions({ actor }: Ctx, { userId }: Scope): SQL {
  const ofWorkspace = sql`workspace_id = ${actor.workspaceId}`;
  return userId === undefined ? ofWorkspace : sql`${ofWorkspace} and user_id = ${userId}`;
}

/** Sessions by the direction that all their messages together point in. */
async function nearInMeaning({ db, models }: Ctx, ofScope: SQL, query: string): Promise<string[]> {
  const meaning = models.embed(query);
  if (meaning.every((value) => value === 0)) return [];
  const found = await rows<{ id: string }>(
    db,
    sql`select id from ${sessions} where ${ofScope} and embedding_name = ${models.embeddingName}
      order by embedding_sum <=> ${JSON.stringify(Array.from(meaning))}::vector limit ${MAX_ROUTED}`,
  );
  return found.map(({ id }) => id);
}

/** Sessions whose messages have words of the query, by how rare those are and how many of them there are. */
async function withWords(ctx: Ctx, scope: Scope, query: string): Promise<string[]> {
  // Cut at spaces alone: what a word is within them, the index of the database decides, and the query follows it.
  const words = [...new Set(query.toLowerCase().split(/\s+/))].filter(isTelling).slice(0, MAX_WORDS);
  // A function of the database: row-level security keeps a statement of ours from searching the index of words.
  const found = await rows<{ word: string; sessionId: string; matches: number }>(
    ctx.db,
    sql`select word, session_id as "sessionId", matches from sessions_with_words(${ctx.actor.workspaceId},
      array(select jsonb_array_elements_text(${JSON.stringify(words)}::jsonb)), ${scope.userId ?? null}, ${MATCHES_A_WORD}::int)`,
  );
  const total = new Map<string, number>();
  for (const { word, matches } of found) total.set(word, (total.get(word) ?? 0) + matches);
  const scores = new Map<string, number>();
  for (const { word, sessionId, matches } of found) {
    const rarity = Math.log(1 + MATCHES_A_WORD / total.get(word)!);
    scores.set(sessionId, (scores.get(sessionId) ?? 0) + rarity * Math.log(1 + matches));
  }
  const ranked = [...scores].sort(([a, one], [b, other]) => other - one || (a < b ? 1 : -1));
  return ranked.slice(0, MAX_ROUTED).map(([id]) => id);
}

const isTelling = (word: string) => termsOf(word).length > 0;

/** One order out of several. */
function fused(lists: string[][]): string[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    for (const [rank, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (FUSION + rank));
  }
  return [...scores].sort(([a, one], [b, other]) => other - one || (a < b ? 1 : -1)).map(([id]) => id);
}
