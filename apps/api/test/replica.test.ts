import { connect } from '@pact/db';
import { canStartPostgres, startPostgres, type TestServer } from '@pact/db/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEnv } from '../src/env.ts';
import { tellOfReplica } from '../src/services.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

describe('the environment', () => {
  test('names a replica that is no PostgreSQL, or of nothing', () => {
    const DATABASE_URL = 'postgres://localhost/pact';
    expect(() => parseEnv({ DATABASE_URL, DATABASE_REPLICA_URL: 'mysql://x' })).toThrow(
      /^DATABASE_REPLICA_URL/,
    );
    expect(() => parseEnv({ DATABASE_REPLICA_URL: DATABASE_URL })).toThrow(/^DATABASE_REPLICA_URL/);
    expect(() => parseEnv({ DATABASE_URL, DATABASE_POOL_SIZE: '0' })).toThrow(/^DATABASE_POOL_SIZE/);
    const env = parseEnv({
      DATABASE_URL,
      DATABASE_REPLICA_URL: 'postgres://other/pact',
      DATABASE_POOL_SIZE: '25',
    });
    expect(env).toMatchObject({
      databaseReplicaUrl: 'postgres://other/pact',
      databasePoolSize: 25,
    });
  });
});

describe.skipIf(!canStartPostgres)('the API with a replica', () => {
  let primary: TestServer;
  let standby: TestServer;
  let world: ApiWorld;
  const logged: string[] = [];
  beforeAll(async () => {
    primary = await startPostgres();
    // A first start brings tables and roles, so that the second finds them on the replica too.
    await (await connect({ databaseUrl: primary.url, dataDir: '' })).close();
    standby = await primary.standby();
    const log = pino({}, { write: (line: string) => void logged.push(line) });
    const connection = await connect({
      ...{ databaseUrl: primary.url, replicaUrl: standby.url, dataDir: '' },
      onReplica: tellOfReplica(log),
    });
    world = await apiWorld(connection);
  });
  afterAll(async () => {
    await world?.close();
    await standby?.remove();
    await primary?.remove();
  });

  test('shows a write at once, keeps serving without the replica, and says so once in the log and in health', async () => {
    const { secret: key } = await world.key('wks_replica');
    const roundTrip = async () => {
      const { body } = await send(world, 'POST', '/sessions', { key });
      expect((await send(world, 'GET', `/sessions/${body.session_id}`, { key })).status).toBe(200);
    };
    for (let at = 0; at < 10; at++) await roundTrip();
    const { lagging } = world.services.forWorkspace('wks_replica');
    expect(await lagging.execute('select pg_is_in_recovery() as replica')).toMatchObject({
      rows: [{ replica: true }],
    });
    expect((await send(world, 'GET', '/health')).body).toMatchObject({ services: { database: 'healthy' } });
    await standby.stop('fast');
    await Promise.all([1, 2, 3].map(() => lagging.execute('select 1')));
    await roundTrip();
    for (let at = 0; at < 3; at++) {
      const health = await send(world, 'GET', '/health');
      expect(health.status).toBe(200);
      expect(health.body).toMatchObject({ status: 'healthy', services: { database: 'degraded' } });
    }
    expect(logged.filter((line) => line.includes('the replica does not answer'))).toHaveLength(1);
  });
});
