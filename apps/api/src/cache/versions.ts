import { EPOCH, type RedisLink } from './link.ts';

/** Asks for the versions of sessions. */
export interface Versions {
  /**
   * The version under a key, read after the question came.
   * @returns undefined when Redis cannot be asked, or when there is no version of the present epoch.
   */
  current(key: string): Promise<string | undefined>;
}

interface Batch {
  keys: string[];
  places: Map<string, number>;
  answer: Promise<(string | null)[] | undefined>;
}

/**
 * All that ask in one turn of the event loop travel in one command: a hit costs a part of a round trip. The epoch and the
 * versions are not of one Redis Cluster slot; such a cluster needs a question a session here.
 */
export function createVersions(link: RedisLink): Versions {
  let batch: Batch | undefined;
  const begin = (): Batch => {
    const keys = [EPOCH];
    const answer = new Promise<(string | null)[] | undefined>((resolve) => {
      setImmediate(() => {
        // Whoever comes from here on asks again: a version that was on its way is not the one of later.
        batch = undefined;
        void link.ask(() => link.redis.mget(keys)).then(resolve);
      });
    });
    return { keys, places: new Map(), answer };
  };
  return {
    current: async (key) => {
      batch ??= begin();
      const { keys, places, answer } = batch;
      let at = places.get(key);
      if (at === undefined) {
        at = keys.push(key) - 1;
        places.set(key, at);
      }
      const values = await answer;
      const epoch = values?.[0];
      const version = values?.[at];
      return epoch && version?.startsWith(epoch) ? version : undefined;
    },
  };
}
