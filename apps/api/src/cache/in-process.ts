import { createShelves } from './shelves.ts';
import { type AnswerStore, MAX_KEPT_BYTES, MAX_REMADE, type SessionName } from './store.ts';

/** Bytes of answers that this process keeps: a few thousand sessions. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Answers kept in this process, for one that has its database to itself: nobody else changes a session, so what was not
 * changed here was not changed.
 */
export function createProcessStore(maxBytes: number = MAX_BYTES): AnswerStore {
  const shelves = createShelves(maxBytes);
  const changing = new Map<string, number>();
  let versions = 0;
  const look = (session: SessionName, answer: string) => {
    const key = keyOf(session);
    const shelf = shelves.get(key) ?? shelves.open(key, String(++versions));
    const copy = shelf.answers.get(answer);
    if (copy) copy.isRead = true;
    return { version: shelf.version, kept: copy?.kept, isBusy: changing.has(key) };
  };
  return {
    look: async (session, answer) => look(session, answer),
    fill: async (session, answer, { version, kept, isRead }) => {
      const key = keyOf(session);
      if (changing.has(key) || shelves.get(key)?.version !== version) return false;
      if (kept.body.length > MAX_KEPT_BYTES) return false;
      shelves.put(key, version, answer, { kept, isRead });
      return true;
    },
    begin: async (session) => {
      const key = keyOf(session);
      const answers = shelves.get(key)?.answers ?? new Map<string, never>();
      const read = [...answers].flatMap(([answer, { isRead }]) => (isRead ? [answer] : []));
      shelves.drop(key);
      changing.set(key, (changing.get(key) ?? 0) + 1);
      return {
        read: read.reverse().slice(0, MAX_REMADE),
        end: async () => {
          const others = changing.get(key)! - 1;
          if (others > 0) changing.set(key, others);
          else changing.delete(key);
          // Whoever looked while it changed holds the old version now.
          shelves.drop(key);
        },
        settled: async () => {},
      };
    },
  };
}

const keyOf = ({ workspaceId, sessionId }: SessionName) => `${workspaceId}/${sessionId}`;
