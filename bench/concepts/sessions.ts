import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSession,
  type Ctx,
  createSession,
  GetGraph,
  getGraph,
  SaveMessages,
  saveMessages,
} from '@pact/core';
import { connect } from '@pact/db';
import * as engines from '@pact/models';
import { benchWorkspace } from '../workspace.ts';

interface NamedSession {
  name: string;
  messages: { role: string; content: string }[];
  /** Each entity: the keys under which it comes up. */
  entities: string[][];
}

/** How an entity of a session came out. */
interface Tally {
  entities: number;
  one: number;
  split: number;
  missed: number;
  /** Nodes that hold two of the entities. */
  mixed: number;
}

/**
 * Is one thing one node, under all its names and over the messages of a session? Saved and read back through core,
 * beside the baseline of one node a spelling, which is what extraction without memory gives.
 */
export async function measureSessions(): Promise<Record<string, Tally>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pact-bench-'));
  const connection = await connect({ dataDir });
  try {
    const ctx = await benchWorkspace(connection);
    const table: Record<string, Tally> = {};
    for (const half of ['development', 'frozen']) {
      const sessions = readSessions().filter(({ name }) => name.startsWith(half));
      const remembered = await Promise.all(sessions.map((session) => namesOfGraph(ctx, session)));
      table[`${half}: PACT`] = total(sessions, remembered);
      table[`${half}: one node a spelling`] = total(sessions, sessions.map(namesOfSpellings));
    }
    return table;
  } finally {
    await connection.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function readSessions(): NamedSession[] {
  const file = readFileSync(new URL('sessions.txt', import.meta.url), 'utf8');
  return file
    .split(/^# /m)
    .slice(1)
    .map((block) => {
      const [name = '', ...lines] = block.trim().split('\n');
      const entities = lines.filter((line) => line.startsWith('= '));
      return {
        name,
        messages: lines
          .filter((line) => !line.startsWith('= '))
          .map((line) => ({ role: line.split(': ')[0]!, content: line.slice(line.indexOf(': ') + 2) })),
        entities: entities.map((line) => line.slice(2).split('|').map(engines.conceptKey)),
      };
    });
}

/** The keys of each node that is no message. */
async function namesOfGraph(ctx: Ctx, { messages }: NamedSession): Promise<Set<string>[]> {
  const { sessionId } = await createSession(ctx, CreateSession.parse({}));
  await saveMessages(ctx, SaveMessages.parse({ sessionId, messages }));
  const { nodes } = await getGraph(ctx, GetGraph.parse({ sessionId }));
  return nodes
    .filter(({ type }) => type === 'entity' || type === 'topic')
    .map(({ content, aliases = [] }) => new Set([content, ...aliases].map(engines.conceptKey)));
}

function namesOfSpellings({ messages }: NamedSession): Set<string>[] {
  const found = messages.flatMap(({ content }) => engines.extractConcepts(content));
  return [...new Set(found.map(({ kind, key }) => `${kind} ${key}`))].map(
    (id) => new Set([id.slice(id.indexOf(' ') + 1)]),
  );
}

function total(sessions: NamedSession[], nodes: Set<string>[][]): Tally {
  const tally: Tally = { entities: 0, one: 0, split: 0, missed: 0, mixed: 0 };
  for (const [at, { entities }] of sessions.entries()) {
    const holders = entities.map((keys) => nodes[at]!.filter((names) => keys.some((key) => names.has(key))));
    tally.entities += entities.length;
    tally.one += holders.filter(({ length }) => length === 1).length;
    tally.split += holders.filter(({ length }) => length > 1).length;
    tally.missed += holders.filter(({ length }) => length === 0).length;
    tally.mixed += nodes[at]!.filter(
      (node) => holders.filter((held) => held.includes(node)).length > 1,
    ).length;
  }
  return tally;
}
