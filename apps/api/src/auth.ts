import { type AuthenticatedKey, authenticate } from '@pact/core';
import type { Database } from '@pact/db';

/** How long a key that was found good is believed: the longest that a revoked one still opens. */
const BELIEVED_MS = 1_000;
const MAX_CACHED = 10_000;

export type Authenticate = (authorization: string | undefined) => Promise<AuthenticatedKey | undefined>;

/**
 * Finds the key of an `Authorization: Bearer` header. A good one is remembered for a second; a bad one is looked up
 * each time, so that a key works from the moment it is made.
 */
export function createAuthenticator(db: Database, now: () => Date): Authenticate {
  const believed = new Map<string, { key: AuthenticatedKey; until: number }>();
  return async (authorization) => {
    const secret = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (!secret) return undefined;
    const at = now();
    const cached = believed.get(secret);
    if (cached && cached.until > at.getTime()) return cached.key;
    believed.delete(secret);
    const key = await authenticate(db, { secret, now: at });
    if (!key) return undefined;
    if (believed.size >= MAX_CACHED) believed.clear();
    believed.set(secret, { key, until: at.getTime() + BELIEVED_MS });
    return key;
  };
}
