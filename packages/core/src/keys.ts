import { createHash, randomBytes } from 'node:crypto';
import { apiKeys, type Database, workspaces } from '@pact/db';
import { and, asc, eq, getTableColumns, isNull, ne } from 'drizzle-orm';
import { notFound, PactError } from './errors.ts';
import { createId } from './ids.ts';

/** What a key may do. */
export const SCOPES = ['memory:read', 'memory:write', 'memory:erase'] as const;
export type Scope = (typeof SCOPES)[number];

export const PLANS = ['free', 'starter', 'pro', 'team'] as const;
export type Plan = (typeof PLANS)[number];

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

/** A key as its owner may see it: everything but the secret, which nobody has. */
export type KeyRow = Omit<typeof apiKeys.$inferSelect, 'hash'>;

/** A key that was just made; the secret is shown now, or never. */
export interface IssuedKey {
  keyId: string;
  secret: string;
}

const { hash: _, ...keyColumns } = getTableColumns(apiKeys);

/**
 * Makes a key with a new secret, held to its workspace's plan.
 * @param input `environment` is the secret's prefix; `scopes` are all unless given; without `expiresAt` it never expires.
 * @throws {PactError} not_found, for a workspace that is not there.
 */
export async function createKey(
  db: Database,
  input: Omit<NewKey, 'secret' | 'rateLimited'> & { environment: 'test' | 'prod' },
): Promise<IssuedKey> {
  const { environment, ...key } = input;
  const [workspace] = await db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, key.workspaceId));
  if (!workspace) throw notFound('workspace');
  const secret = newSecret(environment);
  return { keyId: await storeKey(db, { ...key, secret }), secret };
}

/** The workspace's keys, those too that open nothing any more; oldest first. */
export function listKeys(db: Database, input: { workspaceId: string }): Promise<KeyRow[]> {
  return db
    .select(keyColumns)
    .from(apiKeys)
    .where(eq(apiKeys.workspaceId, input.workspaceId))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id));
}

/** For the operator, who knows a key's id alone. @throws {PactError} not_found. */
export async function workspaceOfKey(db: Database, input: { keyId: string }): Promise<string> {
  const [found] = await db
    .select({ workspaceId: apiKeys.workspaceId })
    .from(apiKeys)
    .where(eq(apiKeys.id, input.keyId));
  if (!found) throw notFound('key');
  return found.workspaceId;
}

/**
 * Gives a key a successor: a new secret with the same name, scopes, limits and expiry. Both open for the overlap, then the
 * new one alone; with an overlap of 0 the old one closes at once.
 * @throws {PactError} not_found; invalid_request for a key that opens nothing any more, or was rotated before.
 */
export async function rotateKey(
  db: Database,
  input: { workspaceId: string; keyId: string; overlapMs: number; now: Date },
): Promise<IssuedKey & { oldExpiresAt: Date }> {
  const { workspaceId, now } = input;
  return db.transaction(async (transaction) => {
    const inner = transaction as unknown as Database;
    const mine = and(eq(apiKeys.workspaceId, workspaceId), eq(apiKeys.id, input.keyId));
    // Of two that rotate at once, the second finds the first one's successor.
    const [old] = await inner.select().from(apiKeys).where(mine).for('update');
    if (!old) throw notFound('key');
    refuseRotation(old, now);
    // The prefix tells which environment the secret was made for; it is all that is kept of it.
    const secret = newSecret(old.start.startsWith('sk_prod_') ? 'prod' : 'test');
    const keyId = await storeKey(inner, {
      ...{ workspaceId, name: old.name, secret, now },
      scopes: old.scopes as Scope[],
      rateLimited: old.rateLimited === 'plan',
      ...(old.expiresAt ? { expiresAt: old.expiresAt } : {}),
    });
    const overlapEnds = new Date(now.getTime() + input.overlapMs);
    const oldExpiresAt = old.expiresAt && old.expiresAt < overlapEnds ? old.expiresAt : overlapEnds;
    await inner.update(apiKeys).set({ replacedBy: keyId, expiresAt: oldExpiresAt }).where(mine);
    return { keyId, secret, oldExpiresAt };
  });
}

function refuseRotation(key: KeyRow, now: Date): void {
  const received = JSON.stringify(key.id);
  const refuse = (message: string) =>
    new PactError('invalid_request', { message, details: { field: 'key_id', received } });
  if (key.replacedBy) throw refuse(`The key was rotated already: its successor is ${key.replacedBy}.`);
  if (key.revokedAt) throw refuse('The key is revoked: make a new one.');
  if (key.expiresAt && key.expiresAt <= now) throw refuse('The key has expired: make a new one.');
}

/** From now on the key opens nothing. @returns false when there is no such key, or it was revoked before. */
export async function revokeKey(
  db: Database,
  input: { workspaceId: string; keyId: string; now: Date },
): Promise<boolean> {
  const revoked = await db
    .update(apiKeys)
    .set({ revokedAt: input.now })
    .where(
      and(eq(apiKeys.workspaceId, input.workspaceId), eq(apiKeys.id, input.keyId), isNull(apiKeys.revokedAt)),
    )
    .returning({ id: apiKeys.id });
  return revoked.length > 0;
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
