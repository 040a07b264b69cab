import { connect } from '@pact/db';
import { createDatabase, onPostgres } from '@pact/db/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEventStream } from './event-stream.ts';
import { type Line, lineTo } from './line.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const SERVER_URL = process.env['PACT_TEST_DATABASE_URL'];

describe.skipIf(!onPostgres)('a database that is gone', () => {
  let world: ApiWorld;
  let line: Line;
  let key: string;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createDatabase(SERVER_URL!);
    drop = database.drop;
    const url = new URL(database.databaseUrl);
    line = await lineTo(new URL(url));
    url.port = String(line.port);
    world = await apiWorld(await connect({ databaseUrl: url.href, dataDir: '' }));
    ({ secret: key } = await world.key('wks_down'));
  });
  afterAll(async () => {
    await world.close();
    await line.cut();
    await drop();
  });

  test('is answered 503, to be tried again, and nothing else; when it is back, so is the service', async () => {
    const { body: session } = await send(world, 'POST', '/sessions', { key });
    const save = () =>
      send(world, 'POST', `/sessions/${session.session_id}/interactions`, {
        key,
        body: { user_message: 'Hello', ai_message: 'Hi' },
      });
    expect((await save()).status).toBe(201);
    await line.cut();
    // A key that was just believed, and one that has to be looked up.
    world.clock.now = new Date(world.clock.now.getTime() + 5_000);
    for (const answer of [await save(), await send(world, 'GET', '/sessions', { key })]) {
      expect(answer.status).toBe(503);
      expect(answer.body.error).toMatchObject({ code: 'unavailable', retry_after: 1 });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    const health = await send(world, 'GET', '/health');
    expect(health.status).toBe(503);
    expect(health.body).toMatchObject({ status: 'unavailable', services: { database: 'unavailable' } });
    await line.mend();
    expect((await save()).status).toBe(201);
    expect((await send(world, 'GET', '/health')).status).toBe(200);
    const stored = await send(world, 'GET', `/sessions/${session.session_id}`, { key });
    expect(stored.body.message_count).toBe(4);
  });

  test('leaves the streams that are open standing, and they go on when it is back', async () => {
    const { body: session } = await send(world, 'POST', '/sessions', { key });
    const save = () =>
      send(world, 'POST', `/sessions/${session.session_id}/interactions`, {
        key,
        body: { user_message: 'Hello', ai_message: 'Hi' },
      });
    const stream = await openEventStream(world, session.session_id, { key });
    await save();
    await stream.came(2);
    await line.cut();
    expect((await save()).status).toBe(503);
    await line.mend();
    expect((await save()).status).toBe(201);
    expect((await stream.came(4)).map(({ event }) => event)).toEqual(Array(4).fill('message_added'));
    stream.leave();
  });
});
