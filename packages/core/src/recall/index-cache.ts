import { messages } from '@pact/db';
import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import { readableTexts } from '../archive/texts.ts';
import type { Ctx } from '../ctx.ts';
import { decodeFeatures, readFeatures } from './features.ts';
import { type IndexCache, type IndexedTurn, ROLES, TurnIndex } from './turn-index.ts';

/** A session as its row has it: how far its index must reach. */
export interface IndexedSession {
  id: string;
  messageCount: number;
}

/** An index that nobody asked for so long is dropped, whatever room there is: what was erased elsewhere goes with it. */
const MAX_IDLE_MS = 15 * 60_000;
/** Rows read at a time: bounds the memory of one answer of the database. */
const PAGE = 2_000;
/** Turns of one session that are ranked, the newest. */
const MAX_TURNS = 50_000;

/**
 * The index of a session, up to the message count that its row had when the caller read it: whatever another process
 * saved before that is in it, because what is missing here is read from the database now.
 */
export async function indexOf(ctx: Ctx, session: IndexedSession): Promise<TurnIndex> {
  const { indexes, actor } = ctx;
  const key = `${actor.workspaceId}/${session.id}`;
  const known = indexes.entries.get(key)?.index;
  const index = known && isUsable(ctx, known) ? known : new TurnIndex(ctx.models);
  for (;;) {
    const after = Math.max(lastSequence(index), session.messageCount - MAX_TURNS);
    if (after >= session.messageCount) break;
    const rows = await readRows(ctx, session.id, after);
    if (rows.length === 0) break;
    const texts = await readTexts(ctx, rows, index);
    // From here to the end nothing waits: two requests that read the same rows append them once.
    for (const row of rows) if (row.sequence > lastSequence(index)) index.append(indexed(ctx, row, texts));
  }
  indexes.entries.delete(key);
  // Texts that could not be read are read with the next question.
  if (index.isPartial) return index;
  indexes.entries.set(key, { index, usedAt: ctx.now().getTime() });
  evict(indexes, key, ctx.now().getTime());
  return index;
}

/** Forgets a session that was erased. Other processes stop finding it at once, and forget it when it is the least used. */
export function forgetIndex({ indexes, actor }: Ctx, sessionId: string): void {
  indexes.entries.delete(`${actor.workspaceId}/${sessionId}`);
}

/** Not of another model, and not so long that most of it would never be looked at again. */
const isUsable = ({ models }: Ctx, index: TurnIndex) =>
  index.embeddingName === models.embeddingName && index.length < MAX_TURNS * 1.5;

const lastSequence = (index: TurnIndex) => (index.length === 0 ? 0 : index.sequences[index.length - 1]!);

type FeatureRow = Awaited<ReturnType<typeof readRows>>[number];

function readRows({ db, actor }: Ctx, sessionId: string, after: number) {
  return db
    .select({
      id: messages.id,
      sessionId: messages.sessionId,
      sequence: messages.sequence,
      role: messages.role,
      name: messages.name,
      tokens: messages.tokens,
      occurredAt: messages.occurredAt,
      features: messages.features,
    })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, actor.workspaceId),
        eq(messages.sessionId, sessionId),
        gt(messages.sequence, after),
      ),
    )
    .orderBy(asc(messages.sequence))
    .limit(PAGE);
}

/** Texts of rows whose features were not kept, or are another version's: those are read again. */
async function readTexts(ctx: Ctx, rows: FeatureRow[], index: TurnIndex): Promise<Map<string, string>> {
  const { embeddingName } = ctx.models;
  const stale = rows.filter(({ features }) => !features || !decodeFeatures(features, embeddingName));
  if (stale.length === 0) return new Map();
  const found = await ctx.db
    .select({
      id: messages.id,
      sessionId: messages.sessionId,
      content: messages.content,
      archiveId: messages.archiveId,
    })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, ctx.actor.workspaceId),
        inArray(
          messages.id,
          stale.map(({ id }) => id),
        ),
      ),
    );
  const { readable, unreadable } = await readableTexts(ctx, found);
  if (unreadable.length > 0) index.isPartial = true;
  return new Map(readable.map(({ id, content }) => [id, content]));
}

function indexed({ models }: Ctx, row: FeatureRow, texts: Map<string, string>): IndexedTurn {
  const text = texts.get(row.id);
  const kept = row.features && decodeFeatures(row.features, models.embeddingName);
  return {
    id: row.id,
    sessionId: row.sessionId,
    sequence: row.sequence,
    role: ROLES.indexOf(row.role),
    speaker: row.name ?? row.role,
    at: row.occurredAt.getTime(),
    tokens: row.tokens,
    features: text === undefined && kept ? kept : readFeatures(models, text ?? ''),
  };
}

/** Drops what is idle, and the least lately used until the rest fits; never the one just asked for. */
function evict({ entries, maxBytes }: IndexCache, newest: string, nowMs: number): void {
  let bytes = 0;
  for (const { index } of entries.values()) bytes += index.byteLength;
  for (const [key, { index, usedAt }] of entries) {
    const fits = bytes <= maxBytes && nowMs - usedAt <= MAX_IDLE_MS;
    if (fits || key === newest) return;
    entries.delete(key);
    bytes -= index.byteLength;
  }
}
