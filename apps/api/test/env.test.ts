import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, workspaces } from '@pact/db';
import { testConnection } from '@pact/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EnvError, parseEnv } from '../src/env.ts';
import { provideLocalKey } from '../src/local-key.ts';

let connection: Connection;
let dataDir: string;
beforeAll(async () => {
  connection = await testConnection();
  dataDir = await mkdtemp(join(tmpdir(), 'pact-env-'));
});
afterAll(async () => {
  await connection.close();
  await rm(dataDir, { recursive: true });
});

describe('PACT_TRACK_EMOTION', () => {
  test('is on unless it says false, and refuses what is neither', () => {
    expect(parseEnv({}).trackEmotion).toBe(true);
    expect(parseEnv({ PACT_TRACK_EMOTION: 'true' }).trackEmotion).toBe(true);
    expect(parseEnv({ PACT_TRACK_EMOTION: 'false' }).trackEmotion).toBe(false);
    expect(() => parseEnv({ PACT_TRACK_EMOTION: 'off' })).toThrow(/^PACT_TRACK_EMOTION: /);
  });

  test('is refused where there is no local workspace that it could set', () => {
    const server = { DATABASE_URL: 'postgres://localhost/pact', PACT_TRACK_EMOTION: 'false' };
    expect(() => parseEnv(server)).toThrow(EnvError);
    expect(parseEnv({ ...server, PACT_API_KEY: 'sk_test_12345678' }).trackEmotion).toBe(false);
  });

  test('sets the local workspace at each start', async () => {
    const start = async (trackEmotion: boolean) => {
      const local = { dataDir, apiKey: undefined, plan: undefined, now: new Date() };
      await provideLocalKey(connection.acrossWorkspaces, { ...local, trackEmotion });
      return (await connection.acrossWorkspaces.select().from(workspaces)).map((row) => row.trackEmotion);
    };
    expect(await start(false)).toEqual([false]);
    expect(await start(true)).toEqual([true]);
  });
});

describe('PACT_ARCHIVE_URL', () => {
  const placeOf = (url: string, more = {}) => parseEnv({ PACT_ARCHIVE_URL: url, ...more }).archive?.place;

  test('names a bucket, with what comes before its keys, or a folder', () => {
    expect(parseEnv({}).archive).toBeUndefined();
    expect(placeOf('s3://my-bucket')).toEqual({ bucket: 'my-bucket', prefix: '', endpoint: undefined });
    expect(placeOf('s3://my-bucket/a/b/', { AWS_ENDPOINT_URL: 'http://localhost:9000' })).toEqual({
      bucket: 'my-bucket',
      prefix: 'a/b/',
      endpoint: 'http://localhost:9000',
    });
    expect(placeOf('file:///var/lib/pact%20archive')).toEqual({ folder: '/var/lib/pact archive' });
    expect(placeOf('./archive')).toEqual({ folder: './archive' });
  });

  test.each(['s3://', 's3://B', 'https://bucket.example', 'file://host/share'])('refuses %s', (url) => {
    expect(() => parseEnv({ PACT_ARCHIVE_URL: url })).toThrow(/^PACT_ARCHIVE_URL: /);
  });

  test('waits thirty days unless told otherwise, and never a time that cannot be', () => {
    const after = (days?: string) =>
      parseEnv({ PACT_ARCHIVE_URL: 'x', PACT_ARCHIVE_AFTER_DAYS: days }).archive?.afterDays;
    expect([after(), after('0'), after('0.5')]).toEqual([30, 0, 0.5]);
    expect(() => after('-1')).toThrow(/^PACT_ARCHIVE_AFTER_DAYS: /);
    expect(() => after('soon')).toThrow(/^PACT_ARCHIVE_AFTER_DAYS: /);
  });
});
