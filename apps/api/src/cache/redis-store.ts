import { newToken, type RedisLink } from './link.ts';
import { BEGIN, END, FILL, OPEN, RENEW, runScript, SEEN } from './scripts.ts';
import { type Copy, createShelves, type Shelves } from './shelves.ts';
import { type AnswerStore, type Change, type Kept, type Look, MAX_KEPT_BYTES, type SessionName } from './store.ts';

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
/** Bytes of answers of which this process holds a copy: what it need not fetch when the version is the same. */
const MAX_COPY_BYTES = 64 * 1024 * 1024;

/**
 * Answers kept in Redis, one hash a session, which all tasks share, and copies in this process that are believed as long as
 * Redis gives the session's version that they were kept under. See `index.ts` for why none is ever old.
 */
export function createRedisStore(link: RedisLink): AnswerStore {
  const copies = createShelves(MAX_COPY_BYTES);
  return {
    look: (session, answer) => look(link, copies, { session, answer }),
    fill: (session, answer, what) => fill(link, copies, { session, answer, ...what }),
    begin: (session) => begin(link, copies, session),
  };
}

interface Place {
  session: SessionName;
  answer: string;
}

async function look(link: RedisLink, copies: Shelves, place: Place): Promise<Look | undefined> {
  if (!link.isTrusted()) return undefined;
  const { answers } = keysOf(place.session);
  const shelf = copies.get(answers);
  const copy = shelf?.answers.get(place.answer);
  if (shelf && copy) {
    const found = await link.ask(() => Promise.all([link.epoch(), link.redis.hget(answers, 'version')]));
    if (!found) return undefined;
    const [epoch, version] = found;
    if (version === shelf.version && version.startsWith(epoch)) {
      markRead(link, place, { version, copy });
      return { version, kept: copy.kept, isBusy: false };
    }
  }
  return open(link, copies, place);
}

/** Takes the session's version, and the answer if it is kept, from Redis. */
async function open(link: RedisLink, copies: Shelves, place: Place): Promise<Look | undefined> {
  const { answers, changes } = keysOf(place.session);
  const found = await link.ask(async () => {
    const epoch = await link.epoch();
    const given = [epoch, `.${newToken()}`, KEPT_MS, place.answer];
    return (await runScript(link.redis, OPEN, [answers, changes], given)) as [string, number, string | null];
  });
  if (!found) return undefined;
  const [version, changing, value] = found;
  const kept = value ? decode(value) : undefined;
  copies.open(answers, version);
  if (kept) copies.put(answers, version, place.answer, { kept, isRead: true });
  return { version, kept, isBusy: changing > 0 };
}

async function fill(
  link: RedisLink,
  copies: Shelves,
  { session, answer, version, kept, isRead }: Place & { version: string; kept: Kept; isRead: boolean },
): Promise<boolean> {
  if (kept.body.length > MAX_KEPT_BYTES) return false;
  const { answers, changes } = keysOf(session);
  const given = [version, answer, encode(kept), isRead ? '1' : '0'];
  const isKept = await link.ask(() => runScript(link.redis, FILL, [answers, changes], given));
  if (isKept !== 1) return false;
  copies.put(answers, version, answer, { kept, isRead });
  return true;
}

async function begin(link: RedisLink, copies: Shelves, session: SessionName): Promise<Change> {
  const { answers, changes } = keysOf(session);
  const token = newToken();
  copies.drop(answers);
  const read = await link.ask(() => runScript(link.redis, BEGIN, [answers, changes], [token, CHANGE_MS]));
  const renewing = setInterval(() => {
    void link.ask(() => runScript(link.redis, RENEW, [changes], [token, CHANGE_MS]));
  }, RENEW_MS).unref();
  return {
    read: (read ?? []) as string[],
    end: async (isUncertain) => {
      clearInterval(renewing);
      copies.drop(answers);
      const given = [token, isUncertain ? UNCERTAIN_MS : 0];
      const isTold = await link.ask(() => runScript(link.redis, END, [answers, changes], given));
      if (isTold === undefined) link.declareOld();
    },
  };
}

/** Once a version and process, and nobody waits for it: it decides no more than what is made ready again. */
function markRead(link: RedisLink, { session, answer }: Place, found: { version: string; copy: Copy }): void {
  if (found.copy.isRead) return;
  found.copy.isRead = true;
  void link.ask(() => runScript(link.redis, SEEN, [keysOf(session).answers], [found.version, answer]));
}

/** In braces what Redis Cluster keeps together. Neither id holds a slash. */
function keysOf({ workspaceId, sessionId }: SessionName) {
  const session = `pact:{${workspaceId}/${sessionId}}`;
  return { answers: `${session}:answers`, changes: `${session}:changes` };
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
