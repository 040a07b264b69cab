import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSession,
  type Ctx,
  createSession,
  foldDue,
  GetContext,
  GetGraph,
  getContext,
  getEmotionalState,
  getGraph,
  Recall,
  recall,
  SaveInteraction,
  SaveMessages,
  saveInteraction,
  saveMessages,
} from '@pact/core';
import { connect, rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import { describeMachine, summarize, time } from './environment.ts';
import { benchWorkspace } from './workspace.ts';

const SIZES = [20, 200, 2_000, 20_000];
const REPETITIONS = 60;

/**
 * Does a session get slower as it grows? Saves, contexts and recall at 20 to 20,000 messages, in process, beside the
 * baseline that agents use today: reading the whole history. On PostgreSQL when DATABASE_URL is set, else embedded.
 */
export async function run(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pact-bench-'));
  const connection = await connect({ databaseUrl: process.env['DATABASE_URL'], dataDir });
  try {
    const ctx = await benchWorkspace(connection);
    console.log(`Growth of a session, ${connection.engine} database. ${describeMachine()}`);
    console.log(
      `Milliseconds, p50 / p99 of ${REPETITIONS} calls one after the other; peak memory of this process.\n`,
    );
    const table = [];
    for (const size of SIZES) table.push(await measure(ctx, size));
    console.table(Object.fromEntries(table.map(({ size, ...row }) => [`${size} messages`, row])));
  } finally {
    await connection.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(ctx: Ctx, size: number) {
  const { sessionId } = await createSession(ctx, CreateSession.parse({}));
  await fill(ctx, sessionId, size);
  const show = (durations: number[]) => {
    const { p50, p99 } = summarize(durations);
    return `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
  };
  const times = (work: (at: number) => Promise<unknown>) => time(REPETITIONS, work).then(show);
  const query = 'What did Priya say about the ferry?';
  return {
    size,
    save: await times(async (at) => {
      await saveInteraction(
        ctx,
        SaveInteraction.parse({ sessionId, userMessage: sentence(at), aiMessage: 'Noted.' }),
      );
      await foldDue(ctx, { workspaceId: ctx.actor.workspaceId, sessionId });
    }),
    context: await times(() => getContext(ctx, GetContext.parse({ sessionId }))),
    'context + query': await times(() => getContext(ctx, GetContext.parse({ sessionId, query }))),
    recall: await times(() => recall(ctx, Recall.parse({ query, sessionId }))),
    state: await times(() => getEmotionalState(ctx, { sessionId })),
    graph: await times(() => getGraph(ctx, GetGraph.parse({ sessionId }))),
    'baseline: whole history': await times(() => wholeHistory(ctx, sessionId)),
    'peak MB': Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}

async function fill(ctx: Ctx, sessionId: string, size: number): Promise<void> {
  for (let stored = 0; stored < size; stored += 500) {
    const messages = Array.from({ length: Math.min(500, size - stored) }, (_, at) => ({
      role: at % 2 ? 'assistant' : 'user',
      content: sentence(stored + at),
    }));
    await saveMessages(ctx, SaveMessages.parse({ sessionId, messages }));
    await foldDue(ctx, { workspaceId: ctx.actor.workspaceId, sessionId });
  }
}

const PEOPLE = ['Priya', 'Marek', 'Ana', 'Joao', 'Sofia', 'Tomas', 'Ingrid'];
const THINGS = [
  'ferry',
  'invoice',
  'garden',
  'violin lesson',
  'kettle',
  'passport',
  'meeting',
  'recipe',
  'bicycle',
];
const PLACES = ['Lisbon', 'Vienna', 'Oslo', 'Rhodes', 'Porto', 'Ghent', 'Turin', 'Riga'];
const FEELINGS = [
  'I am so happy about it.',
  'It was frustrating.',
  'I am worried.',
  'It is fine.',
  'Thank you!',
];

/** Varied enough that words, topics and feelings recur as they do between people; the same each run. */
function sentence(at: number): string {
  const pick = (list: string[], step: number) => list[Math.floor(at / step) % list.length];
  return `${pick(PEOPLE, 1)} asked about the ${pick(THINGS, 3)} number ${at} in ${pick(PLACES, 5)}. ${pick(FEELINGS, 7)}`;
}

/** What a chat history that loads every message does. */
function wholeHistory({ db, actor }: Ctx, sessionId: string): Promise<unknown[]> {
  return rows(
    db,
    sql`select id, role, content, occurred_at from messages
      where workspace_id = ${actor.workspaceId} and session_id = ${sessionId} order by sequence`,
  );
}
