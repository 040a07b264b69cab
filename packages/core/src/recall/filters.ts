import { emotionalStates, memoryEdges, memoryNames, memoryNodes, rows } from '@pact/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { ROLES, type TurnIndex } from './turn-index.ts';

export interface Filters {
  roles?: readonly string[] | undefined;
  emotions?: readonly string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  topics?: readonly string[] | undefined;
}

/** Why a turn may not come back; undefined for one that may. */
export type Exclusion = (turn: number) => keyof Filters | undefined;

/** What the filters keep out, over one index. Role and time stand in it; emotions and topics are asked of the database. */
export async function exclusionOf(ctx: Ctx, index: TurnIndex, filters: Filters): Promise<Exclusion> {
  const roles = filters.roles?.length ? new Set(filters.roles) : undefined;
  const from = filters.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(filters.from);
  const to = filters.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(filters.to);
  const sessionIds = [...new Set(index.sessionIds)];
  const felt = filters.emotions?.length ? await withEmotion(ctx, sessionIds, filters.emotions) : undefined;
  const about = filters.topics?.length ? await aboutTopics(ctx, sessionIds, filters.topics) : undefined;
  return (turn) => {
    if (roles && !roles.has(ROLES[index.roles[turn]!]!)) return 'roles';
    if (index.at[turn]! < from) return 'from';
    if (index.at[turn]! > to) return 'to';
    if (felt && !felt.has(index.ids[turn]!)) return 'emotions';
    if (about && !about.has(index.ids[turn]!)) return 'topics';
    return undefined;
  };
}

function withEmotion(ctx: Ctx, sessionIds: string[], emotions: readonly string[]): Promise<Set<string>> {
  return idsOf(
    ctx,
    sql`select message_id as id from ${emotionalStates} where workspace_id = ${ctx.actor.workspaceId}
      and session_id in ${sessionIds} and emotion in ${emotions}`,
    sessionIds,
  );
}

/** Messages that mention any of these topics or entities, by name or by alias. */
function aboutTopics(ctx: Ctx, sessionIds: string[], topics: readonly string[]): Promise<Set<string>> {
  const keys = topics.map((topic) => ctx.models.conceptKey(topic) || topic.toLowerCase());
  return idsOf(
    ctx,
    sql`select g.from_id as id from ${memoryEdges} g join ${memoryNodes} n on n.workspace_id = g.workspace_id
      and n.session_id = g.session_id and n.id = g.to_id
      where g.workspace_id = ${ctx.actor.workspaceId} and g.session_id in ${sessionIds} and g.type = 'mentions'
      and (n.key in ${keys} or exists (select 1 from ${memoryNames} a where a.workspace_id = n.workspace_id
        and a.session_id = n.session_id and a.node_id = n.id and a.key in ${keys}))`,
    sessionIds,
  );
}

async function idsOf({ db }: Ctx, statement: SQL, sessionIds: string[]): Promise<Set<string>> {
  if (sessionIds.length === 0) return new Set();
  return new Set((await rows<{ id: string }>(db, statement)).map(({ id }) => id));
}
