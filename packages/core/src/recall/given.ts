import { messageEmbeddings, messages, rows, sessions } from '@pact/db';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { readableTexts } from '../archive/texts.ts';
import type { Ctx, Embedder } from '../ctx.ts';
import { quantise, VECTOR_SCALE } from './features.ts';
import type { TurnIndex } from './turn-index.ts';

/** Query and turns as a model outside the process sees them. */
export interface GivenQuery {
  model: string;
  /** Positions of the turns that it has read. */
  turns: number[];
  /** Cosine of each of those with the query, -1 to 1, around the turns' mean. */
  nearness: Float32Array;
}

/** Turns that one recall has the model read, the newest first: bounds what a first question over an old session costs. */
const READ_AT_ONCE = 256;
/** Share of the turns that the model must have read: nearness to some of them is no order of all. */
const COVERAGE = 0.9;
/** What is sent of a longer text: models cut at about 500 tokens. */
const MAX_TEXT = 4_000;

/**
 * What the configured model makes of a query over an index: turns that it has not read yet are sent with the query, in one
 * call, and kept. So a turn is found by the recall after its save, and a save waits for nobody.
 *
 * @returns undefined without a model, when it fails, and while it has not read enough of a long session.
 */
export async function givenMeanings(
  ctx: Ctx,
  index: TurnIndex,
  masked: string,
): Promise<GivenQuery | undefined> {
  const { embedder } = ctx;
  if (!embedder || index.length === 0 || masked.trim() === '') return undefined;
  await readKept(ctx, embedder, index);
  const unread = turnsWithout(embedder, index).slice(-READ_AT_ONCE);
  const texts = await textsOf(ctx, index, unread);
  const sent = unread.filter((turn) => texts.has(index.ids[turn]!));
  const vectors = await embedder
    .embed([masked, ...sent.map((turn) => texts.get(index.ids[turn]!)!)])
    // Said by the adapter, which knows why. The built-in engine answers.
    .catch(() => undefined);
  if (!vectors) return undefined;
  const [query, ...read] = vectors;
  for (const [position, turn] of sent.entries()) {
    Object.assign(index.given[turn]!, { model: embedder.name, vector: quantise(read[position]!) });
  }
  await keep(ctx, embedder, index, sent);
  return compareGiven(embedder, index, query!);
}

/** Nearness of a query to the turns that the model has read; undefined where those are too few. */
export function compareGiven(
  { name }: Pick<Embedder, 'name'>,
  index: TurnIndex,
  query: Float32Array,
): GivenQuery | undefined {
  const turns: number[] = [];
  for (let turn = 0; turn < index.length; turn += 1) {
    const { model, vector } = index.given[turn]!;
    if (model === name && vector?.length === query.length) turns.push(turn);
  }
  if (turns.length === 0 || turns.length < COVERAGE * index.length) return undefined;
  const vectors = turns.map((turn) => index.given[turn]!.vector!);
  const mean = meanOf(vectors, query.length);
  const wanted = query.map((value, i) => value - mean[i]!);
  return {
    model: name,
    turns,
    nearness: Float32Array.from(vectors, (vector) => centredCosine(vector, mean, wanted)),
  };
}

function meanOf(vectors: Int8Array[], dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions);
  for (const vector of vectors) {
    for (let i = 0; i < dimensions; i += 1) mean[i]! += vector[i]!;
  }
  return mean.map((sum) => sum / vectors.length / VECTOR_SCALE);
}

/** The mean is taken out: what all turns of a conversation have in common tells none of them from the others. */
function centredCosine(vector: Int8Array, mean: Float64Array, wanted: Float32Array): number {
  let dot = 0;
  let own = 0;
  let other = 0;
  for (let i = 0; i < wanted.length; i += 1) {
    const value = vector[i]! / VECTOR_SCALE - mean[i]!;
    dot += value * wanted[i]!;
    own += value * value;
    other += wanted[i]! * wanted[i]!;
  }
  return own > 0 && other > 0 ? dot / Math.sqrt(own * other) : 0;
}

function turnsWithout({ name }: Embedder, index: TurnIndex): number[] {
  const without: number[] = [];
  for (let turn = 0; turn < index.length; turn += 1) {
    if (index.given[turn]!.model !== name) without.push(turn);
  }
  return without;
}

/** Takes over what this or another process has kept of turns that this index has nothing of yet. */
async function readKept({ db, actor }: Ctx, embedder: Embedder, index: TurnIndex): Promise<void> {
  const without = turnsWithout(embedder, index);
  if (without.length === 0) return;
  const positions = new Map(without.map((turn) => [index.ids[turn]!, turn]));
  const found = await rows<{ id: string; vector: Uint8Array }>(
    db,
    sql`select e.message_id as id, e.vector from ${messageEmbeddings} e
      join jsonb_array_elements_text(${JSON.stringify([...positions.keys()])}::jsonb) as asked(id) on e.message_id = asked.id
      where e.workspace_id = ${actor.workspaceId} and e.model = ${embedder.name}`,
  );
  for (const { id, vector } of found) {
    Object.assign(index.given[positions.get(id)!]!, { model: embedder.name, vector: Int8Array.from(vector) });
  }
}

async function textsOf(ctx: Ctx, index: TurnIndex, turns: number[]): Promise<Map<string, string>> {
  if (turns.length === 0) return new Map();
  const ids = turns.map((turn) => index.ids[turn]!);
  const found = await ctx.db
    .select({
      id: messages.id,
      sessionId: messages.sessionId,
      archiveId: messages.archiveId,
      content: sql<string>`left(${messages.content}, ${MAX_TEXT})`,
    })
    .from(messages)
    .where(and(eq(messages.workspaceId, ctx.actor.workspaceId), inArray(messages.id, ids)));
  const { readable } = await readableTexts(ctx, found);
  return new Map(readable.map(({ id, content }) => [id, content.slice(0, MAX_TEXT).toWellFormed()]));
}

/** Keeps what was read. Nothing of a session that somebody is writing to or erasing: it is asked for again, elsewhere. */
async function keep(
  { db, actor }: Ctx,
  embedder: Embedder,
  index: TurnIndex,
  turns: number[],
): Promise<void> {
  if (turns.length === 0) return;
  const kept = turns.map((turn) => ({
    id: index.ids[turn]!,
    vector: Buffer.from(index.given[turn]!.vector!).toString('base64'),
  }));
  await rows(
    db,
    sql`insert into ${messageEmbeddings} as k (workspace_id, session_id, message_id, model, vector)
      select m.workspace_id, m.session_id, m.id, ${embedder.name}, decode(e.vector, 'base64')
      from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as e(id text, vector text)
      join ${messages} m on m.workspace_id = ${actor.workspaceId} and m.id = e.id
      join ${sessions} s on s.workspace_id = m.workspace_id and s.id = m.session_id
      for key share of s skip locked
      on conflict (workspace_id, message_id) do update set model = excluded.model, vector = excluded.vector
        where k.model <> excluded.model`,
  );
}
