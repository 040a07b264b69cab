/**
 * Answers about sessions that are kept between requests, and dropped by every change.
 *
 * **What holds.** Once a change is answered, no task serves what was true before it. With Redis, whatever fails:
 *
 * 1. A change removes all that is kept of its session, and its version, before its transaction begins; and notes that it is
 *    under way. An answer is kept only by who finds, in the same step, the version that it took *before* it read the
 *    database, and no change under way. So nothing that was read before a commit is kept after it: either its reader took
 *    its version before the change began, and that version is gone (versions are random, an eviction cannot bring one
 *    back); or while it was under way, and then the note refuses it; and when the change ends, the version goes once more.
 * 2. A task that is killed between commit and end leaves its note, which lives longer than the database lets its
 *    transaction live, and by then every reader that began before the commit is over (`MAX_READ_MS`). A change whose
 *    outcome the database did not tell leaves its note on purpose.
 * 3. A copy in a process counts only while Redis gives the version that it was kept under. Several readers share one query
 *    only if they found the same version and no change under way.
 *    For 5 ms it counts unasked; therefore a change is not answered before all that was confirmed until it was told has run
 *    out: 5 ms from then, by the clock of the task that changes, which runs as fast as any other.
 * 4. A change that cannot tell Redis that it is over makes its task declare everything old (a new epoch, part of every
 *    version) as soon as Redis answers it. Redis itself being away, all tasks lose it; each waits `SETTLE_MS` after it is
 *    back, longer than any other needs to come back and declare.
 *
 * **What remains.** A task that alone is cut off from Redis cannot tell the others: they may serve what they kept until it
 * expires, 60 s at most. The same bound holds where two things fail together: a task killed after its commit while Redis
 * was away or had lost the note of its change.
 *
 * Calls over tRPC pass the cache by: they read the database.
 */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionChanges } from '@pact/core';
import { isUncertain } from './outcome.ts';
import type { AnswerStore, Kept, SessionName } from './store.ts';

/** An answer, by its session and by its name with its input. */
interface Place extends SessionName {
  answer: string;
}

/** Makes an answer from the database; one that lacks what is only out of reach for now is not kept. */
export type MakeAnswer = (place: Place) => Promise<Kept & { isLacking?: boolean }>;

export interface SessionCache extends SessionChanges {
  /** @throws what making the answer throws. */
  read(place: Place): Promise<{ kept: Kept; isHit: boolean }>;
  /** Says how answers are made. Until then nothing is made ready again after a change. */
  makeWith(make: MakeAnswer): void;
}

/** An answer whose making took longer is not kept: its reader may have begun before a change that is long over. */
const MAX_READ_MS = 10_000;
/** Longest that a change's answer waits for the session's answers to be ready again. */
const REMAKE_MS = 1_000;
/** Sessions of one change that Redis is told of at once. */
const TOLD_TOGETHER = 100;

export function createSessionCache(store: AnswerStore): SessionCache {
  const flights = new Map<string, Promise<Kept>>();
  let make: MakeAnswer | undefined;
  const read = (place: Place, isAsked: boolean) =>
    readThrough(store, flights, { place, make: make!, isAsked });
  return {
    read: (place) => (isNameable(place) ? read(place, true) : made(make!, place)),
    makeWith: (given) => {
      make = given;
    },
    around: async ({ workspaceId, sessionIds }, work) => {
      const names = sessionIds.map((sessionId) => ({ workspaceId, sessionId })).filter(isNameable);
      const { result, read: wanted, settled } = await aroundAll(store, names, work);
      const ready = make ? wanted.map((place) => read(place, false).catch(() => {})) : [];
      if (ready.length > 0)
        await Promise.race([Promise.all(ready), sleep(REMAKE_MS, undefined, { ref: false })]);
      await settled;
      return result;
    },
  };
}

/** Ids that no session has are not kept under a name that another could share. */
const isNameable = ({ workspaceId, sessionId }: SessionName) =>
  NAME.test(workspaceId) && NAME.test(sessionId);
const NAME = /^[\w-]{1,200}$/;

async function made(make: MakeAnswer, place: Place) {
  return { kept: await make(place), isHit: false };
}

async function readThrough(
  store: AnswerStore,
  flights: Map<string, Promise<Kept>>,
  { place, make, isAsked }: { place: Place; make: MakeAnswer; isAsked: boolean },
): Promise<{ kept: Kept; isHit: boolean }> {
  const look = await store.look(place, place.answer);
  if (look?.kept) return { kept: look.kept, isHit: true };
  if (!look || look.isBusy) return made(make, place);
  const { version } = look;
  const name = `${place.workspaceId}/${place.sessionId} ${version} ${place.answer}`;
  const known = flights.get(name);
  if (known) return { kept: await known, isHit: false };
  const flight = makeAndKeep(store, make, { place, version, isRead: isAsked });
  flights.set(name, flight);
  try {
    return { kept: await flight, isHit: false };
  } finally {
    // A turn later: who found the version before it was kept under it shares it too.
    setImmediate(() => flights.delete(name));
  }
}

async function makeAndKeep(
  store: AnswerStore,
  make: MakeAnswer,
  { place, version, isRead }: { place: Place; version: string; isRead: boolean },
): Promise<Kept> {
  const since = performance.now();
  const kept = await make(place);
  if (performance.now() - since < MAX_READ_MS && !kept.isLacking)
    await store.fill(place, place.answer, { version, kept, isRead });
  return kept;
}

/** Does the work between the beginnings and the ends of its changes. Returns also the answers that had been read. */
async function aroundAll<Result>(store: AnswerStore, names: SessionName[], work: () => Promise<Result>) {
  const changes = await inGroups(names, async (name) => ({ name, change: await store.begin(name) }));
  const endAll = (uncertain: boolean) => inGroups(changes, ({ change }) => change.end(uncertain));
  const result = await work().catch(async (error: unknown) => {
    await endAll(isUncertain(error));
    throw error;
  });
  await endAll(false);
  const read = changes.flatMap(({ name, change }) => change.read.map((answer) => ({ ...name, answer })));
  return { result, read, settled: inGroups(changes, ({ change }) => change.settled()) };
}

async function inGroups<Item, Result>(
  items: Item[],
  each: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += TOLD_TOGETHER) {
    results.push(...(await Promise.all(items.slice(at, at + TOLD_TOGETHER).map(each))));
  }
  return results;
}
