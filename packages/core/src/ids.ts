import { createHash, randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

/** The prefixes of public ids; an id says what it names. */
export type IdPrefix = 'sess' | 'msg' | 'int' | 'node' | 'key' | 'wks' | 'con' | 'era' | 'arc' | 'req';
export type Id<Prefix extends IdPrefix = IdPrefix> = `${Prefix}_${string}`;

/** A new id: the prefix and a ULID, 48 bits of time and 80 of chance, so that ids sort by age. */
export function createId<Prefix extends IdPrefix>(prefix: Prefix, now: Date): Id<Prefix> {
  return `${prefix}_${ulid(now.getTime(), chance).toLowerCase()}`;
}

const pool = new Uint8Array(4_096);
let used = pool.length;

/** From 0 to less than 1, in 256 steps. Asks the system for many bytes at once: one by one it costs more than all the rest. */
function chance(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++]! / 256;
}

/** The id of a graph node, the same each time for the same session, type and key. */
export function nodeId(sessionId: string, type: string, key: string): Id<'node'> {
  const digest = createHash('sha256').update(`${sessionId}\n${type}\n${key}`).digest('hex');
  return `node_${digest.slice(0, 26)}`;
}
