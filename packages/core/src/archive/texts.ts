import { archives } from '@pact/db';
import { and, eq } from 'drizzle-orm';
import type { Ctx, TextCache } from '../ctx.ts';
import { archiveAway, atTheArchive } from './away.ts';
import { decodeObject } from './object.ts';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** A text that nobody asked for so long is dropped: what was erased by another process goes with it. */
const MAX_IDLE_MS = 15 * 60_000;
/** Objects that one answer reads at a time. */
const AT_ONCE = 8;
/** What a text costs in memory beside its characters. */
const OVERHEAD_BYTES = 100;

export function createTextCache(maxBytes = DEFAULT_MAX_BYTES): TextCache {
  return { entries: new Map(), loading: new Map(), maxBytes };
}

interface Row {
  id: string;
  sessionId: string;
  content: string;
  archiveId: string | null;
}

/**
 * The rows with their text, from the archive where it moved there. Every read that shows text goes through here or through
 * `readableTexts`.
 * @throws {PactError} unavailable, while the archive cannot be read.
 */
export async function withTexts<Found extends Row>(ctx: Ctx, rows: Found[]): Promise<Found[]> {
  const { readable, failure } = await readTexts(ctx, rows);
  if (failure) throw archiveAway(failure);
  return readable;
}

/** The same for a read that goes on without what it cannot have: those are named, and left out. */
export async function readableTexts<Found extends Row>(
  ctx: Ctx,
  rows: Found[],
): Promise<{ readable: Found[]; unreadable: Found[] }> {
  const { readable } = await readTexts(ctx, rows);
  const read = new Set(readable.map(({ id }) => id));
  return { readable, unreadable: rows.filter(({ id }) => !read.has(id)) };
}

/** Forgets the texts of a session that was erased, those that are on their way too. */
export function forgetTexts({ archive, actor }: Ctx, sessionId: string): void {
  if (!archive) return;
  const prefix = `${actor.workspaceId}/${sessionId}/`;
  for (const kept of [archive.texts.entries, archive.texts.loading]) {
    for (const key of kept.keys()) if (key.startsWith(prefix)) kept.delete(key);
  }
}

async function readTexts<Found extends Row>(ctx: Ctx, rows: Found[]) {
  const wanted = new Map<string, { sessionId: string; archiveId: string }>();
  for (const { archiveId, sessionId } of rows) {
    if (archiveId !== null) wanted.set(archiveId, { archiveId, sessionId });
  }
  if (wanted.size === 0) return { readable: rows, failure: undefined };
  const texts = new Map<string, Map<string, string>>();
  let failure: unknown;
  const queue = [...wanted.values()];
  const lane = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      try {
        texts.set(next.archiveId, await load(ctx, next));
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, lane));
  const readable = rows.flatMap((row) => {
    if (row.archiveId === null) return [row];
    const content = texts.get(row.archiveId)?.get(row.id);
    if (content === undefined) failure ??= new Error('An object of the archive lacks a message');
    return content === undefined ? [] : [{ ...row, content }];
  });
  return { readable, failure };
}

function load(
  ctx: Ctx,
  { sessionId, archiveId }: { sessionId: string; archiveId: string },
): Promise<Map<string, string>> {
  if (!ctx.archive) return Promise.reject(new Error('No archive is configured'));
  const { texts } = ctx.archive;
  const key = `${ctx.actor.workspaceId}/${sessionId}/${archiveId}`;
  const known = texts.entries.get(key);
  if (known) {
    texts.entries.delete(key);
    texts.entries.set(key, { ...known, usedAt: ctx.now().getTime() });
    return Promise.resolve(known.texts);
  }
  const underWay = texts.loading.get(key);
  if (underWay) return underWay;
  const loading = read(ctx, archiveId)
    .then((found) => {
      // Erased meanwhile: then nothing is kept.
      if (texts.loading.get(key) === loading) keep(ctx, texts, key, found);
      return found;
    })
    .finally(() => {
      if (texts.loading.get(key) === loading) texts.loading.delete(key);
    });
  texts.loading.set(key, loading);
  return loading;
}

async function read(ctx: Ctx, archiveId: string): Promise<Map<string, string>> {
  const [row] = await ctx.db
    .select({ objectKey: archives.objectKey, sha256: archives.sha256 })
    .from(archives)
    .where(and(eq(archives.workspaceId, ctx.actor.workspaceId), eq(archives.id, archiveId)));
  if (!row?.sha256) throw new Error('The archive has no such object on record');
  const bytes = await atTheArchive(ctx, (objects) => objects.get(row.objectKey));
  if (!bytes) throw new Error('An object of the archive is missing');
  return decodeObject({ bytes, sha256: row.sha256 });
}

function keep(ctx: Ctx, cache: TextCache, key: string, texts: Map<string, string>): void {
  let bytes = 0;
  for (const text of texts.values()) bytes += 2 * text.length + OVERHEAD_BYTES;
  const nowMs = ctx.now().getTime();
  cache.entries.set(key, { texts, bytes, usedAt: nowMs });
  let total = 0;
  for (const entry of cache.entries.values()) total += entry.bytes;
  for (const [oldest, entry] of cache.entries) {
    if (total <= cache.maxBytes && nowMs - entry.usedAt <= MAX_IDLE_MS) return;
    cache.entries.delete(oldest);
    total -= entry.bytes;
  }
}
