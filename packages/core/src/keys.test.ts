import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticate, createKey, listKeys, revokeKey, rotateKey, workspaceOfKey } from './keys.ts';
import { type TestWorld, testWorld } from './testing.ts';

const HOUR_MS = 3_600_000;
const START = new Date('2026-11-23T09:00:00.000Z');
const after = (hours: number) => new Date(START.getTime() + hours * HOUR_MS);

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});
afterAll(() => world.connection.close());

const ours = { workspaceId: 'wks_ours', name: 'agent', environment: 'test' as const, now: START };
const opens = (secret: string, now: Date) => authenticate(world.connection.acrossWorkspaces, { secret, now });

describe('a new key', () => {
  test.each(['test', 'prod'] as const)(
    'of environment %s says so, and opens its workspace',
    async (environment) => {
      const { keyId, secret } = await createKey(world.connection.acrossWorkspaces, { ...ours, environment });
      expect(secret).toMatch(new RegExp(`^sk_${environment}_[A-Za-z0-9_-]{32}$`));
      expect(await opens(secret, START)).toEqual({
        keyId,
        workspaceId: 'wks_ours',
        scopes: ['memory:read', 'memory:write', 'memory:erase'],
        plan: 'team',
        rateLimited: true,
      });
    },
  );

  test('has the scopes it was given, and closes when it expires', async () => {
    const { secret } = await createKey(world.connection.acrossWorkspaces, {
      ...ours,
      scopes: ['memory:read'],
      expiresAt: after(1),
    });
    expect((await opens(secret, after(0.99)))?.scopes).toEqual(['memory:read']);
    expect(await opens(secret, after(1))).toBeUndefined();
  });

  test('is refused for a workspace that is not there', async () => {
    const nowhere = createKey(world.connection.acrossWorkspaces, { ...ours, workspaceId: 'wks_none' });
    await expect(nowhere).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('rotation', () => {
  let keyId: string;
  let secret: string;
  beforeEach(async () => {
    const { acrossWorkspaces: db } = world.connection;
    ({ keyId, secret } = await createKey(db, { ...ours, environment: 'prod', scopes: ['memory:write'] }));
  });
  const rotate = (input: object = {}) =>
    rotateKey(world.connection.acrossWorkspaces, {
      ...{ workspaceId: 'wks_ours', keyId, overlapMs: 24 * HOUR_MS, now: START },
      ...input,
    });

  test('opens both during the overlap, and the new one alone after it', async () => {
    const next = await rotate();
    expect(next.secret).toMatch(/^sk_prod_/);
    expect(next.oldExpiresAt).toEqual(after(24));
    expect(await opens(next.secret, START)).toMatchObject({ keyId: next.keyId, scopes: ['memory:write'] });
    expect(await opens(secret, after(23.99))).toMatchObject({ keyId });
    expect(await opens(secret, after(24))).toBeUndefined();
    expect(await opens(next.secret, after(24 * 365))).toBeDefined();
    const keys = await listKeys(world.connection.acrossWorkspaces, { workspaceId: 'wks_ours' });
    expect(keys.find(({ id }) => id === keyId)).toMatchObject({ replacedBy: next.keyId });
    expect(JSON.stringify(keys)).not.toContain('hash');
  });

  test('without an overlap closes the old one at once', async () => {
    const next = await rotate({ overlapMs: 0 });
    expect(await opens(secret, START)).toBeUndefined();
    expect(await opens(next.secret, START)).toBeDefined();
  });

  test('lets neither key live longer than the old one was meant to', async () => {
    const short = await createKey(world.connection.acrossWorkspaces, { ...ours, expiresAt: after(2) });
    const next = await rotate({ keyId: short.keyId });
    expect(next.oldExpiresAt).toEqual(after(2));
    expect(await opens(next.secret, after(2))).toBeUndefined();
  });

  test('of one key by two at once makes one successor', async () => {
    const both = await Promise.allSettled([rotate(), rotate()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test.each([
    ['rotated', () => rotate()],
    [
      'revoked',
      () => revokeKey(world.connection.acrossWorkspaces, { workspaceId: 'wks_ours', keyId, now: START }),
    ],
  ])('is refused for a key that was %s', async (word, before) => {
    await before();
    await expect(rotate()).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(word),
    });
  });

  test('is refused for a key that expired, for one that is not there, and for a neighbour’s', async () => {
    const short = await createKey(world.connection.acrossWorkspaces, { ...ours, expiresAt: after(1) });
    await expect(rotate({ keyId: short.keyId, now: after(1) })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(rotate({ keyId: 'key_none' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(rotate({ workspaceId: 'wks_neighbour' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('a revoked key opens nothing, and revoking says whether there was something to revoke', async () => {
  const { acrossWorkspaces: db } = world.connection;
  const { keyId, secret } = await createKey(db, ours);
  expect(await revokeKey(db, { workspaceId: 'wks_neighbour', keyId, now: START })).toBe(false);
  expect(await opens(secret, START)).toBeDefined();
  expect(await revokeKey(db, { workspaceId: 'wks_ours', keyId, now: START })).toBe(true);
  expect(await opens(secret, START)).toBeUndefined();
  expect(await revokeKey(db, { workspaceId: 'wks_ours', keyId, now: START })).toBe(false);
});

test('a key is found by its id, and a neighbour’s list does not show it', async () => {
  const { acrossWorkspaces: db } = world.connection;
  const { keyId } = await createKey(db, ours);
  expect(await workspaceOfKey(db, { keyId })).toBe('wks_ours');
  await expect(workspaceOfKey(db, { keyId: 'key_none' })).rejects.toMatchObject({ code: 'not_found' });
  expect(await listKeys(db, { workspaceId: 'wks_neighbour' })).toEqual([]);
});
