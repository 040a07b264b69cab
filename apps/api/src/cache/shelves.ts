import { type Kept, MAX_ANSWERS } from './store.ts';

/** An answer in this process. */
export interface Copy {
  kept: Kept;
  /** True once somebody asked for it. */
  isRead: boolean;
}

/** The answers of one session, all of one version. */
interface Shelf {
  version: string;
  answers: Map<string, Copy>;
  /** By `performance.now()`: a time at which this version was the current one for sure. */
  confirmedAt: number;
}

/** What this process holds of sessions, within a number of bytes: those used longest ago go first. */
export interface Shelves {
  get(session: string): Shelf | undefined;
  /** The session's shelf of this version: a new one when it has another. */
  open(session: string, version: string): Shelf;
  /** Puts a copy on the session's shelf, if that is still of this version. */
  put(session: string, version: string, answer: string, copy: Copy): void;
  drop(session: string): void;
  /** How many bytes are held. */
  size(): number;
}

/** Bytes that a copy and a shelf take beside the answer's own: an estimate. */
const OVERHEAD_BYTES = 1_024;

export function createShelves(maxBytes: number): Shelves {
  // In the order of use: the first is the one that was used longest ago.
  const shelves = new Map<string, Shelf>();
  let bytes = 0;
  const drop = (session: string) => {
    const shelf = shelves.get(session);
    if (!shelf) return;
    shelves.delete(session);
    bytes -= sizeOf(shelf);
  };
  const get = (session: string) => {
    const shelf = shelves.get(session);
    if (!shelf) return undefined;
    shelves.delete(session);
    shelves.set(session, shelf);
    return shelf;
  };
  const makeRoom = () => {
    for (const session of shelves.keys()) {
      if (bytes <= maxBytes) return;
      drop(session);
    }
  };
  return {
    get,
    open: (session, version) => {
      const known = get(session);
      if (known?.version === version) return known;
      drop(session);
      const shelf = { version, answers: new Map<string, Copy>(), confirmedAt: Number.NEGATIVE_INFINITY };
      shelves.set(session, shelf);
      bytes += OVERHEAD_BYTES;
      makeRoom();
      return shelf;
    },
    put: (session, version, answer, copy) => {
      const shelf = get(session);
      if (shelf?.version !== version) return;
      const before = shelf.answers.get(answer);
      if (!before && shelf.answers.size >= MAX_ANSWERS) return;
      bytes += copyBytes(copy) - (before ? copyBytes(before) : 0);
      shelf.answers.set(answer, copy);
      makeRoom();
    },
    drop,
    size: () => bytes,
  };
}

const copyBytes = ({ kept }: Copy) => kept.body.length + OVERHEAD_BYTES;

function sizeOf({ answers }: Shelf): number {
  let size = OVERHEAD_BYTES;
  for (const copy of answers.values()) size += copyBytes(copy);
  return size;
}
