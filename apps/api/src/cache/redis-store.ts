import { setTimeout as sleep } from 'node:timers/promises';
import { newToken, type RedisLink } from './link.ts';
import { BEGIN, END, FILL, OPEN, RENEW, runScript, SEEN } from './scripts.ts';
import { type Copy, createShelves, type Shelves } from './shelves.ts';
import {
  type AnswerStore,
  type Change,
  type Kept,
  type Look,
  MAX_KEPT_BYTES,
  type SessionName,
} from './store.ts';
import { createVersions, type Versions } from './versions.ts';

/**
 * Longest that an answer is kept: the bound of what a task can serve that was cut off from Redis when a session changed,
 * and still long enough to serve an agent's next turns.
 */
const KEPT_MS = 60_000;
/**
 * How long a change that does not say that it is over is taken to be under way. Longer than the database lets any
 * transaction be idle (30 s) or any of its statements run (15 s); longer work says that it lives.
 */
const CHANGE_MS = 60_000;
const RENEW_MS = 20_000;
/** How long an answer from before a change whose end is not known may come: its last statement has 15 s, a reader 10 s. */
const UNCERTAIN_MS = 30_000;
/**
 * How long this process believes a copy that Redis confirmed, without asking again: what makes a burst of reads cheap. The
 * answer to a change waits until so long after Redis was told, which is about as long as its transaction takes anyway.
 */
const BELIEVED_MS = 5;
/** Bytes of answers of which this process holds a copy: what it need not fetch when the version is the same. */
const MAX_COPY_BYTES = 64 * 1024 * 1024;

/**
 * Answers kept in Redis, one hash a session, which all tasks share, and copies in this process that are believed as long as
 * Redis gives the session's version that they were kept under. See `index.ts` for why none is ever old.
 */
export function createRedisStore(link: RedisLink): AnswerStore {
  const tools = { link, copies: createShelves(MAX_COPY_BYTES), versions: createVersions(link) };
  return {
    look: (session, answer) => look(tools, { session, answer }),
    fill: (session, answer, what) => fill(tools, { session, answer, ...what }),
    begin: (session) => begin(tools, session),
  };
}

interface Tools {
  link: RedisLink;
  copies: Shelves;
  versions: Versions;
}

interface Place {
  session: SessionName;
  answer: string;
}

async function look(tools: Tools, place: Place): Promise<Look | undefined> {
  const { link, copies, versions } = tools;
  if (!link.isTrusted()) return undefined;
  const name = nameOf(place.session);
  const shelf = copies.get(name);
  const copy = shelf?.answers.get(place.answer);
  const now = performance.now();
  if (!shelf || !copy) return open(tools, place);
  if (now - shelf.confirmedAt >= BELIEVED_MS) {
    if ((await versions.current(`${name}:version`)) !== shelf.version) return open(tools, place);
    // Asked after this moment, so it was current then.
    shelf.confirmedAt = now;
  }
  markRead(link, place, { version: shelf.version, copy });
  return { version: shelf.version, kept: copy.kept, isBusy: false };
}

/** Takes the session's version, and the answer if it is kept, from Redis. */
async function open({ link, copies }: Tools, { session, answer }: Place): Promise<Look | undefined> {
  const found = await link.ask(async () => {
    const epoch = await link.epoch();
    const given = [epoch, `.${newToken()}`, KEPT_MS, answer];
    return (await runScript(link.redis, OPEN, keysOf(session), given)) as [string, number, string | null];
  });
  if (!found) return undefined;
  const [version, changing, value] = found;
  const kept = value ? decode(value) : undefined;
  const name = nameOf(session);
  copies.open(name, version);
  if (kept) copies.put(name, version, answer, { kept, isRead: true });
  return { version, kept, isBusy: changing > 0 };
}

async function fill(
  { link, copies }: Tools,
  { session, answer, version, kept, isRead }: Place & { version: string; kept: Kept; isRead: boolean },
): Promise<boolean> {
  if (kept.body.length > MAX_KEPT_BYTES) return false;
  const given = [version, answer, encode(kept), isRead ? '1' : '0'];
  const isKept = await link.ask(() => runScript(link.redis, FILL, keysOf(session), given));
  if (isKept !== 1) return false;
  copies.put(nameOf(session), version, answer, { kept, isRead });
  return true;
}

async function begin({ link, copies }: Tools, session: SessionName): Promise<Change> {
  const name = nameOf(session);
  const keys = keysOf(session);
  const token = newToken();
  copies.drop(name);
  const isSent = link.isUp();
  const read = await link.ask(() => runScript(link.redis, BEGIN, keys, [token, CHANGE_MS]));
  const renewing = setInterval(() => {
    void link.ask(() => runScript(link.redis, RENEW, keys, [token, CHANGE_MS]));
  }, RENEW_MS).unref();
  let toldAt = read ? performance.now() : undefined;
  return {
    read: (read ?? []) as string[],
    settled: async () => {
      while (toldAt !== undefined && performance.now() < toldAt + BELIEVED_MS) await sleep(1);
    },
    end: async (isUncertain) => {
      clearInterval(renewing);
      copies.drop(name);
      const tell = () => runScript(link.redis, END, keys, [token, isUncertain ? UNCERTAIN_MS : 0]);
      // Redis may still come to the note that it was too slow to confirm.
      if (isSent && !link.isUp()) link.tell(tell);
      const isTold = (await link.ask(tell)) !== undefined;
      if (isTold) toldAt ??= performance.now();
      else link.declareOld();
    },
  };
}

/** Once a version and process, and nobody waits for it: it decides no more than what is made ready again. */
function markRead(link: RedisLink, { session, answer }: Place, found: { version: string; copy: Copy }): void {
  if (found.copy.isRead) return;
  found.copy.isRead = true;
  void link.ask(() => runScript(link.redis, SEEN, keysOf(session), [found.version, answer]));
}

/** In braces what Redis Cluster keeps together. Neither id holds a slash. */
const nameOf = ({ workspaceId, sessionId }: SessionName) => `pact:{${workspaceId}/${sessionId}}`;

function keysOf(session: SessionName): string[] {
  const name = nameOf(session);
  return [`${name}:version`, `${name}:answers`, `${name}:changes`];
}

/** A line with the figures, then the bytes. */
function encode({ body, tokensServed, tokensSaved }: Kept): Buffer {
  return Buffer.concat([Buffer.from(`${tokensServed} ${tokensSaved}\n`), body]);
}

/** @returns undefined for a value that none of us wrote. */
function decode(value: string): Kept | undefined {
  const [, served, saved] = /^(\d+) (\d+)\n/.exec(value) ?? [];
  if (served === undefined || saved === undefined) return undefined;
  const body = Buffer.from(value.slice(value.indexOf('\n') + 1));
  return { body, tokensServed: Number(served), tokensSaved: Number(saved) };
}
