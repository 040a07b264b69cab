import { type AuthenticatedKey, authenticate, hashSecret, isKeyShaped } from '@pact/core';
import type { Database } from '@pact/db';
import { z } from 'zod';
import type { RedisLink } from './cache/link.ts';

/**
 * How long a key that was found good is believed in this process, and how long by all of them through Redis. Together with a
 * look-up's own time less than a second: the longest that a revoked key still opens.
 */
const BELIEVED_MS = 400;
const SHARED_MS = 400;
/** A look-up that took longer is not shared: what it found may be old already. */
const MAX_LOOK_UP_MS = 100;
const MAX_CACHED = 10_000;

export type Authenticate = (authorization: string | undefined) => Promise<AuthenticatedKey | undefined>;

const SharedKey = z.object({
  keyId: z.string(),
  workspaceId: z.string(),
  scopes: z.array(z.string()),
  plan: z.enum(['free', 'starter', 'pro', 'team']),
  rateLimited: z.boolean(),
});

interface Options {
  now: () => Date;
  /** With it a fleet looks a key up once. */
  link?: RedisLink | undefined;
}

/**
 * Finds the key of an `Authorization: Bearer` header. A good one is remembered for less than a second; a bad one is looked
 * up each time, so that a key works from the moment it is made. Several requests that need the same key share its look-up.
 */
export function createAuthenticator(db: Database, options: Options): Authenticate {
  const believed = new Map<string, { key: AuthenticatedKey; since: number }>();
  const lookUps = new Map<string, Promise<AuthenticatedKey | undefined>>();
  const lookUp = async (secret: string) => {
    const since = options.now().getTime();
    const key = await findKey(db, options, secret);
    if (!key) return undefined;
    if (believed.size >= MAX_CACHED) believed.clear();
    believed.set(secret, { key, since });
    return key;
  };
  return async (authorization) => {
    const secret = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (!secret || !isKeyShaped(secret)) return undefined;
    const known = believed.get(secret);
    // Of a clock that jumped back nothing follows.
    const age = known ? options.now().getTime() - known.since : -1;
    if (known && age >= 0 && age < BELIEVED_MS) return known.key;
    believed.delete(secret);
    // One that found nothing may have begun before the key was made.
    const underWay = lookUps.get(secret);
    const shared = underWay && (await underWay);
    if (shared) return shared;
    const own = lookUp(secret);
    lookUps.set(secret, own);
    try {
      return await own;
    } finally {
      if (lookUps.get(secret) === own) lookUps.delete(secret);
    }
  };
}

async function findKey(db: Database, { now, link }: Options, secret: string) {
  // Never the secret itself: Redis holds no more than the database does.
  const name = link && `pact:key:${hashSecret(secret)}`;
  if (link && name) {
    const shared = readShared(await link.ask(() => link.redis.get(name)));
    if (shared) return shared;
  }
  const since = performance.now();
  const key = await authenticate(db, { secret, now: now() });
  if (key && link && name && performance.now() - since < MAX_LOOK_UP_MS) {
    await link.ask(() => link.redis.set(name, JSON.stringify(key), 'PX', SHARED_MS));
  }
  return key;
}

function readShared(value: string | null | undefined): AuthenticatedKey | undefined {
  if (!value) return undefined;
  try {
    return SharedKey.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}
