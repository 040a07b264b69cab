import { createHash, randomBytes } from 'node:crypto';
import { apiKeys, type Database, workspaces } from '@pact/db';
import { and, eq, isNull, ne } from 'drizzle-orm';
import { createId } from './ids.ts';

/** What a key may do. */
export const SCOPES = ['memory:read', 'memory:write', 'memory:erase'] as const;
export type Scope = (typeof SCOPES)[number];

export type Plan = 'free' | 'starter' | 'pro' | 'team';

/** A key that was found and is good. */
export interface AuthenticatedKey {
  keyId: string;
  workspaceId: string;
  scopes: string[];
  plan: Plan;
  rateLimited: boolean;
}

const SHAPE = /^sk_(test|prod)_[A-Za-z0-9_-]{8,200}$/;

/** True for a string that could be an API key. */
export const isKeyShaped = (secret: string) => SHAPE.test(secret);

/** A new secret: 192 bits of chance behind its prefix. */
export const newSecret = (environment: 'test' | 'prod') =>
  `sk_${environment}_${randomBytes(24).toString('base64url')}`;

/**
 * Finds the key of a secret.
 * @returns undefined for a secret that is malformed, unknown, expired or revoked: the caller cannot tell which.
 */
export async function authenticate(
  db: Database,
  input: { secret: string; now: Date },
): Promise<AuthenticatedKey | undefined> {
  if (!isKeyShaped(input.secret)) return undefined;
  const [found] = await db
    .select({ key: apiKeys, plan: workspaces.plan })
    .from(apiKeys)
    .innerJoin(workspaces, eq(workspaces.id, apiKeys.workspaceId))
    .where(and(eq(apiKeys.hash, hashSecret(input.secret)), isNull(apiKeys.revokedAt)));
  if (!found) return undefined;
  const { key, plan } = found;
  if (key.expiresAt && key.expiresAt <= input.now) return undefined;
  return {
    keyId: key.id,
    workspaceId: key.workspaceId,
    scopes: key.scopes,
    plan,
    rateLimited: key.rateLimited === 'plan',
  };
}

export interface NewKey {
  workspaceId: string;
  name: string;
  secret: string;
  scopes?: readonly Scope[];
  rateLimited?: boolean;
  expiresAt?: Date;
  now: Date;
}

/** Stores a key's hash and start. Returns the key's id. A secret that is known already is good again, with what is asked for now. */
export async function storeKey(db: Database, input: NewKey): Promise<string> {
  const hash = hashSecret(input.secret);
  const scopes = [...(input.scopes ?? SCOPES)];
  const rateLimited = (input.rateLimited ?? true) ? 'plan' : 'none';
  const [stored] = await db
    .insert(apiKeys)
    .values({
      id: createId('key', input.now),
      workspaceId: input.workspaceId,
      name: input.name,
      hash,
      start: input.secret.slice(0, 12),
      scopes,
      rateLimited,
      expiresAt: input.expiresAt ?? null,
      createdAt: input.now,
    })
    .onConflictDoUpdate({
      target: apiKeys.hash,
      set: { scopes, rateLimited, expiresAt: input.expiresAt ?? null, revokedAt: null },
    })
    .returning({ id: apiKeys.id });
  return stored!.id;
}

/** From now on the key opens nothing. */
export async function revokeKey(
  db: Database,
  input: { workspaceId: string; keyId: string; now: Date },
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revokedAt: input.now })
    .where(and(eq(apiKeys.workspaceId, input.workspaceId), eq(apiKeys.id, input.keyId)));
}

/** From now on the workspace's other keys of this name open nothing. */
export async function revokeOtherKeys(
  db: Database,
  input: { workspaceId: string; name: string; keyId: string; now: Date },
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revokedAt: input.now })
    .where(
      and(
        eq(apiKeys.workspaceId, input.workspaceId),
        eq(apiKeys.name, input.name),
        ne(apiKeys.id, input.keyId),
        isNull(apiKeys.revokedAt),
      ),
    );
}

/** Makes sure that a workspace exists, on this plan; `trackEmotion` is left as it is unless given. */
export async function ensureWorkspace(
  db: Database,
  input: { id: string; name: string; plan: Plan; trackEmotion?: boolean; now: Date },
): Promise<void> {
  const { id, name, plan, trackEmotion, now } = input;
  const settings = { plan, ...(trackEmotion === undefined ? {} : { trackEmotion }) };
  await db
    .insert(workspaces)
    .values({ id, name, ...settings, createdAt: now })
    .onConflictDoUpdate({ target: workspaces.id, set: settings });
}

/** What is kept of a secret, and what it is looked up by. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
