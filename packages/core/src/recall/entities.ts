import { memoryEdges, memoryNames, rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { keysAskedFor } from '../graph/names.ts';
import type { TurnIndex } from './turn-index.ts';

/** Sessions whose graphs are asked; a wider scope goes by words and meaning alone. */
const MAX_SESSIONS = 100;
/** Mentions of one name that are looked at; what a scope speaks of more often than that tells nothing apart. */
const MAX_MENTIONS = 300;

/**
 * Through the memory graph: which turns mention what the query names, under whatever name the session knows it by ("Priya"
 * finds "Ms Raman"), and how much of it. The rarer a thing in the scope, the more it counts.
 *
 * @returns share of the query's named things that a turn mentions, 0 to 1, by position; turns left out mention none.
 */
export async function entityShares(ctx: Ctx, index: TurnIndex, query: string): Promise<Map<number, number>> {
  const speakers = new Set(index.speakers.map((speaker) => ctx.models.conceptKey(speaker)));
  const keys = keysAskedFor(ctx.models.extractConcepts(query)).filter((key) => !speakers.has(key));
  const sessionIds = [...new Set(index.sessionIds)];
  if (keys.length === 0 || sessionIds.length === 0 || sessionIds.length > MAX_SESSIONS) return new Map();
  const mentions = await rows<{ id: string; key: string }>(
    ctx.db,
    sql`select g.from_id as id, n.key from ${memoryNames} n, lateral (
        select e.from_id from ${memoryEdges} e where e.workspace_id = n.workspace_id and e.session_id = n.session_id
        and e.to_id = n.node_id and e.type = 'mentions' limit ${MAX_MENTIONS}) g
      where n.workspace_id = ${ctx.actor.workspaceId} and n.session_id in ${sessionIds} and n.key in ${keys}`,
  );
  const positions = new Map(index.ids.map((id, turn) => [id, turn]));
  const known = mentions.flatMap(({ id, key }) => {
    const turn = positions.get(id);
    return turn === undefined ? [] : [{ turn, key }];
  });
  return sharesOf(known, index.length);
}

/** Pure part of `entityShares`. */
export function sharesOf(mentions: { turn: number; key: string }[], turns: number): Map<number, number> {
  const frequency = new Map<string, number>();
  for (const { key } of mentions) frequency.set(key, (frequency.get(key) ?? 0) + 1);
  for (const [key, count] of frequency) if (count >= MAX_MENTIONS) frequency.delete(key);
  const rarity = new Map([...frequency].map(([key, count]) => [key, Math.log(1 + turns / count)]));
  const mass = [...rarity.values()].reduce((sum, value) => sum + value, 0);
  const shares = new Map<number, number>();
  for (const { turn, key } of mentions) {
    if (!rarity.has(key)) continue;
    shares.set(turn, Math.min(1, (shares.get(turn) ?? 0) + rarity.get(key)! / mass));
  }
  return shares;
}
