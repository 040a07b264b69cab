import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Redis that does not answer for so long is taken for gone. */
const SILENCE_MS = 1_000;

/** Names that this process wants to hear of, over Redis. What travels is a name: no text, and nothing stays in Redis. */
export interface Channels {
  /** Tells every other process. Best effort: who is not told finds out by looking. */
  tell(name: string): void;
  want(name: string): void;
  forget(name: string): void;
  /** True while Redis is sure to bring word of this name. */
  covers(name: string): boolean;
  /** Asks whether Redis is still there, and for what it has not confirmed. */
  check(): Promise<void>;
  close(): void;
}

/** @param onTold a name was told by another process, or may have been while nobody listened. */
export function createChannels(redis: Redis, onTold: (name: string) => void): Channels {
  /** What this process tells itself it knows already. */
  const self = randomBytes(8).toString('base64url');
  const wanted = new Set<string>();
  const covered = new Set<string>();
  const listener = listenerBeside(redis);
  let isOpen = false;
  const subscribe = async (names: string[]) => {
    if (names.length === 0 || listener.status !== 'ready') return;
    await listener.subscribe(...names);
    for (const name of names) {
      if (!wanted.has(name)) continue;
      covered.add(name);
      // Something may have happened before Redis was listening for us.
      onTold(name);
    }
  };
  listener.on('close', () => covered.clear());
  listener.on('ready', () => void subscribe([...wanted]).catch(() => {}));
  listener.on('message', (name: string, from: string) => from !== self && onTold(name));
  return {
    tell: (name) => {
      if (redis.status === 'ready') void redis.publish(name, self).catch(() => {});
    },
    want: (name) => {
      wanted.add(name);
      if (!isOpen) void listener.connect().catch(() => {});
      isOpen = true;
      void subscribe([name]).catch(() => {});
    },
    forget: (name) => {
      wanted.delete(name);
      covered.delete(name);
      if (listener.status === 'ready') void listener.unsubscribe(name).catch(() => {});
    },
    covers: (name) => covered.has(name),
    check: async () => {
      if (listener.status !== 'ready') return;
      try {
        await listener.ping();
        await subscribe([...wanted].filter((name) => !covered.has(name)));
      } catch {
        listener.disconnect(true);
      }
    },
    close: () => listener.disconnect(),
  };
}

/** A connection that listens can do nothing else. */
function listenerBeside(redis: Redis): Redis {
  const listener = redis.duplicate({
    lazyConnect: true,
    enableAutoPipelining: false,
    autoResubscribe: false,
    commandTimeout: SILENCE_MS,
  });
  // The other connection says it; without somebody who hears it, it would end the process.
  return listener.on('error', () => {});
}
