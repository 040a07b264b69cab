import { emotionalStates, memoryEdges, memoryNodes, rows, sessions } from '@pact/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../ctx.ts';
import { vectorLiteral } from '../turns/analyse.ts';
import type { Signals } from './fuse.ts';

/** Where to look, and what may come back. */
export interface Scope {
  sessionId?: string | undefined;
  userId?: string | undefined;
  roles?: readonly string[] | undefined;
  emotions?: readonly string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** Keys of topics or entities, any of which the message mentions. */
  conceptKeys?: readonly string[] | undefined;
}

/** Candidates that each signal brings. */
const CANDIDATES = 100;
/** Words of a query that the full text index is asked for. */
const MAX_WORDS = 32;
/** Messages with a word of the query that one query ranks, the newest of its scope. */
const MATCHED = 10_000;
/** Messages whose vectors one query compares, the newest of its scope. */
const COMPARED = 20_000;

/**
 * Asks the full text index and the vectors for their best, in one statement.
 * Any word of the query may match: a question rarely repeats all its words in its answer.
 */
export function searchSignals(ctx: Ctx, query: string, scope: Scope): Promise<Signals[]> {
  const vector = vectorLiteral(ctx.models.embed(query));
  const narrowed = conditions(ctx, scope);
  // Ids of messages begin with their time, so the primary key serves a scope wider than one session.
  const newestFirst = scope.sessionId === undefined ? sql`m.id desc` : sql`m.sequence desc`;
  const words = sql`(select nullif(replace(plainto_tsquery('english', ${distinctWords(query)})::text, '&', '|'), '')::tsquery)`;
  return rows<Signals>(
    ctx.db,
    sql`
with lexical as (
  select id, ts_rank(search, ${words}, 1)::float8 as lexical from (
    select m.id, m.search from messages m where ${narrowed} and m.search @@ ${words}
    order by ${newestFirst} limit ${MATCHED}
  ) matched
  order by lexical desc, id desc limit ${CANDIDATES}
), newest as (
  select m.id, m.embedding from messages m where ${narrowed} and m.embedding is not null
  order by ${newestFirst} limit ${COMPARED}
), semantic as (
  select id, (1 - (embedding <=> ${vector}::halfvec))::float8 as semantic from newest
  where ${vector}::text is not null order by embedding <=> ${vector}::halfvec, id desc limit ${CANDIDATES}
)
select coalesce(l.id, s.id) as id, l.lexical, s.semantic from lexical l full join semantic s on s.id = l.id`,
  );
}

function conditions({ actor }: Ctx, scope: Scope): SQL {
  const { workspaceId } = actor;
  const all: SQL[] = [sql`m.workspace_id = ${workspaceId}`];
  if (scope.sessionId !== undefined) all.push(sql`m.session_id = ${scope.sessionId}`);
  if (scope.userId !== undefined) {
    all.push(
      sql`m.session_id in (select id from ${sessions} where workspace_id = ${workspaceId} and user_id = ${scope.userId})`,
    );
  }
  if (scope.roles?.length) all.push(sql`m.role in ${scope.roles}`);
  if (scope.from !== undefined) all.push(sql`m.occurred_at >= ${instantOf(scope.from)}::timestamptz`);
  if (scope.to !== undefined) all.push(sql`m.occurred_at <= ${instantOf(scope.to)}::timestamptz`);
  if (scope.emotions?.length) {
    all.push(sql`exists (select 1 from ${emotionalStates} e where e.workspace_id = m.workspace_id and e.message_id = m.id
      and e.emotion in ${scope.emotions})`);
  }
  if (scope.conceptKeys?.length) {
    all.push(sql`exists (select 1 from ${memoryEdges} g join ${memoryNodes} n on n.workspace_id = g.workspace_id
      and n.session_id = g.session_id and n.id = g.to_id where g.workspace_id = m.workspace_id
      and g.session_id = m.session_id and g.from_id = m.id and g.type = 'mentions' and n.key in ${scope.conceptKeys})`);
  }
  return sql.join(all, sql` and `);
}

/** The same point in time as every database reads it: offsets and fractions that only some of them know are gone. */
const instantOf = (time: string) => new Date(time).toISOString();

/** The first words of a query, each once: ranking costs words times matches, and the fortieth word tells little. */
function distinctWords(query: string): string {
  const words = new Set(query.toLowerCase().split(/\s+/));
  return [...words].slice(0, MAX_WORDS).join(' ');
}
