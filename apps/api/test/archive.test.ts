import { gunzipSync } from 'node:zlib';
import { type Ctx, createTextCache, type Job, type ObjectStore, runJob } from '@pact/core';
import { archives, erasures, messages } from '@pact/db';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEventStream, until } from './event-stream.ts';
import { PLACES, type Place } from './places.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

const DAY_MS = 24 * 60 * 60_000;

describe.each(PLACES)('the archive in %s', (_, open) => {
  let world: ApiWorld;
  let place: Place;
  let key: string;
  let archive: NonNullable<Ctx['archive']>;
  beforeAll(async () => {
    place = await open();
    archive = { objects: place.objects, afterMs: 30 * DAY_MS, texts: createTextCache() };
    world = await apiWorld(undefined, { archive, withQueue: true });
    ({ secret: key } = await world.key('wks_archive'));
  });
  afterAll(async () => {
    await world.close();
    await place.close();
  });
  afterEach(() => archive.texts.entries.clear());

  const get = (path: string) => send(world, 'GET', path, { key });
  const post = (path: string, body?: object) => send(world, 'POST', path, { key, body });
  const passDays = (days: number) => {
    world.clock.now = new Date(world.clock.now.getTime() + days * DAY_MS);
  };
  const run = (sessionId: string, kind: 'archive' | 'archive-sweep' = 'archive') =>
    runJob(world.services.jobCtx, { kind, workspaceId: 'wks_archive', sessionId });

  const said = (at: number) =>
    `Part ${at}: Priya moved the meeting about the ferry “Líndos” to room ${at * 7} 🛳️.`;
  /** A session of forty turns that folded, so long ago that their texts may move. */
  const oldSession = async (userId = 'somebody') => {
    const { body } = await post('/sessions', { metadata: { user_id: userId } });
    const path = `/sessions/${body.session_id}`;
    for (let at = 0; at < 20; at++) {
      await post(`${path}/interactions`, { user_message: said(at), ai_message: `Noted as number ${at}.` });
    }
    passDays(31);
    return { sessionId: body.session_id as string, path };
  };
  const stateOf = async (sessionId: string) => {
    const all = await world.connection.acrossWorkspaces.select().from(messages);
    const own = all.filter((row) => row.sessionId === sessionId);
    const objects = (await world.connection.acrossWorkspaces.select().from(archives)).filter(
      (row) => row.sessionId === sessionId,
    );
    return {
      moved: own.filter(({ archiveId }) => archiveId !== null),
      inRows: own.filter(({ content }) => content !== ''),
      objects,
    };
  };
  const everything = async (path: string) => (await get(`${path}/messages?limit=200`)).body.data;

  test('takes the texts of folded turns when they are old enough, and no answer changes', async () => {
    const { sessionId, path } = await oldSession('reader');
    passDays(-20);
    expect(await run(sessionId)).toBe('done');
    expect((await stateOf(sessionId)).moved).toEqual([]);
    passDays(20);
    const recallFirst = async () =>
      (await post('/recall', { query: 'Líndos room 14', session_id: sessionId })).body;
    const before = {
      messages: await everything(path),
      recall: await recallFirst(),
      context: (await get(`${path}/context?query=${encodeURIComponent('room 14 ferry')}`)).body,
      graph: (await get(`${path}/graph`)).body,
      export: (await get('/users/reader/export')).body.sessions,
    };
    expect(await run(sessionId)).toBe('done');
    const { moved, objects } = await stateOf(sessionId);
    expect(moved.length).toBeGreaterThan(10);
    for (const { content, placement } of moved) expect([content, placement]).toEqual(['', 'folded']);
    expect(objects).toMatchObject([{ state: 'stored', messages: moved.length }]);
    const [bytes] = await place.contents();
    const lines = gunzipSync(bytes!)
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({
      id: before.messages[0].id,
      role: 'user',
      name: null,
      content: said(0),
      occurred_at: before.messages[0].timestamp,
    });
    const sourceIds = before.messages.slice(0, 3).map(({ id }: { id: string }) => id);
    const expanded = (await post(`${path}/expand`, { source_ids: sourceIds })).body.data;
    expect(expanded).toEqual(before.messages.slice(0, 3));
    expect({
      messages: await everything(path),
      recall: await recallFirst(),
      context: (await get(`${path}/context?query=${encodeURIComponent('room 14 ferry')}`)).body,
      graph: (await get(`${path}/graph`)).body,
      export: (await get('/users/reader/export')).body.sessions,
    }).toEqual(before);
    // Done again it finds nothing to do.
    await run(sessionId);
    expect((await stateOf(sessionId)).objects).toHaveLength(1);
  });

  test('that is away leaves every text in the database, and catches up when it is back', async () => {
    const { sessionId, path } = await oldSession();
    const before = await everything(path);
    await place.takeAway();
    expect(await run(sessionId)).toBe('postponed');
    expect((await stateOf(sessionId)).inRows).toHaveLength(40);
    expect(await everything(path)).toEqual(before);
    await place.bringBack();
    passDays(1);
    expect(await run(sessionId)).toBe('done');
    const { moved, objects } = await stateOf(sessionId);
    expect(moved.length).toBeGreaterThan(10);
    expect(objects.map(({ state }) => state)).toEqual(['stored']);
    expect(await everything(path)).toEqual(before);
  });

  test('that is away is named where a text is asked for, and left out where an answer can do without', async () => {
    const { sessionId, path } = await oldSession();
    const all = await everything(path);
    await run(sessionId);
    archive.texts.entries.clear();
    await place.takeAway();
    const refusals = [
      await get(`${path}/messages`),
      await post(`${path}/expand`, { source_ids: [all[0].id] }),
      await get('/users/somebody/export'),
      await post(`${path}/priority`, { topic: 'meeting', priority: 'high' }),
    ];
    for (const { status, body, headers } of refusals) {
      expect(status).toBe(503);
      expect(body.error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('archive') });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const recalled = await post('/recall', { query: 'ferry Líndos room', session_id: sessionId, limit: 40 });
    expect(recalled.status).toBe(200);
    expect(recalled.body.omitted.length).toBeGreaterThan(10);
    expect(recalled.body.omitted[0]).toEqual({ id: expect.any(String), reason: 'archive_unavailable' });
    for (const { message } of recalled.body.results) expect(message.content).not.toBe('');
    const context = (await get(`${path}/context?query=${encodeURIComponent(said(2))}`)).body;
    expect(context.dropped).toContainEqual({ id: expect.any(String), reason: 'archive_unavailable' });
    for (const message of context.messages) expect(message.content).not.toBe('');
    expect((await get(`${path}/graph`)).status).toBe(200);
    const stream = await openEventStream(world, sessionId, { key, from: 'start' });
    // A save and its fold go on.
    for (let at = 0; at < 6; at++) {
      const saved = await post(`${path}/interactions`, { user_message: said(90 + at), ai_message: 'Yes.' });
      expect(saved.status).toBe(201);
    }
    await place.bringBack();
    expect((await everything(path)).slice(0, 40)).toEqual(all);
    // It waited for the archive: nothing is told without its text, and nothing is left out.
    const told = () => stream.events.flatMap(({ data }) => (data.message ? [data.message] : []));
    await until(() => told().length >= 52);
    expect(told().slice(0, 40)).toEqual(all);
    stream.leave();
    const again = await post('/recall', { query: 'ferry Líndos room', session_id: sessionId, limit: 40 });
    expect(again.body).not.toHaveProperty('omitted');
  });

  test('brings the turns of a topic back into their rows when it is ranked high', async () => {
    const { sessionId, path } = await oldSession();
    await run(sessionId);
    const before = await everything(path);
    expect((await post(`${path}/priority`, { topic: 'ferry', priority: 'high' })).status).toBe(200);
    const rowsNow = await world.connection.acrossWorkspaces.select().from(messages);
    const kept = rowsNow.filter((row) => row.sessionId === sessionId && row.keptReason === 'priority');
    expect(kept.length).toBeGreaterThan(0);
    for (const row of kept) {
      expect(row.archiveId).toBeNull();
      expect(row.content).toContain('Líndos');
    }
    expect(await everything(path)).toEqual(before);
    // Folded again they move again, when their time has come.
    await post(`${path}/priority`, { topic: 'ferry', priority: 'low' });
    passDays(31);
    await run(sessionId);
    expect(await everything(path)).toEqual(before);
  });

  test('refuses an object that is not what was written', async () => {
    const { sessionId, path } = await oldSession();
    await run(sessionId);
    const { objects } = await stateOf(sessionId);
    await place.objects.put(objects[0]!.objectKey, Buffer.from('not it'));
    archive.texts.entries.clear();
    expect((await get(`${path}/messages`)).status).toBe(503);
    const recalled = await post('/recall', { query: 'ferry Líndos', session_id: sessionId });
    expect(recalled.body.omitted.length).toBeGreaterThan(0);
  });

  test('clears away what an upload that died left, and moves its texts all the same', async () => {
    const { sessionId, path } = await oldSession();
    const before = await everything(path);
    const dying: ObjectStore = {
      ...place.objects,
      get: () => Promise.reject(new Error('the process dies here')),
    };
    const domain = { ...world.services.jobCtx, archive: { ...archive, objects: dying } };
    const job: Job = { kind: 'archive', workspaceId: 'wks_archive', sessionId };
    expect(await runJob(domain, job)).toBe('postponed');
    const [left] = (await stateOf(sessionId)).objects;
    expect(left).toMatchObject({ state: 'writing' });
    expect((await stateOf(sessionId)).inRows).toHaveLength(40);
    world.clock.now = new Date(world.clock.now.getTime() + 11 * 60_000);
    await runJob(world.services.jobCtx, { kind: 'sweep' });
    await run(sessionId);
    const { objects } = await stateOf(sessionId);
    expect(objects).toHaveLength(1);
    expect(objects[0]!.id).not.toBe(left!.id);
    expect(await place.objects.get(left!.objectKey)).toBeUndefined();
    expect(await everything(path)).toEqual(before);
  });

  test('takes each text once when two work at the same session', async () => {
    const { sessionId, path } = await oldSession();
    const before = await everything(path);
    await Promise.all([run(sessionId), run(sessionId), run(sessionId)]);
    const { objects, moved } = await stateOf(sessionId);
    expect(objects.reduce((sum, object) => sum + object.messages, 0)).toBe(moved.length);
    for (const { state, objectKey } of objects) {
      expect(state).toBe('stored');
      expect(await place.objects.get(objectKey)).toBeDefined();
    }
    expect(await everything(path)).toEqual(before);
  });

  test('holds nothing of an erased session, in any version, and the receipt counts its objects', async () => {
    const { sessionId, path } = await oldSession();
    await run(sessionId);
    await place.clutter?.();
    const erased = await send(world, 'DELETE', path, { key });
    expect(erased.status).toBe(204);
    const receipt = (await get(`/erasures/${erased.headers.get('x-pact-erasure')}`)).body;
    expect(receipt.completed_at).not.toBeNull();
    expect(receipt.stores).toContainEqual({ store: 'archive_objects', removed: 1 });
    expect(await place.objects.removeBelow(`wks_archive/${sessionId}/`)).toBe(0);
  });

  test('that is away keeps an erasure from claiming to be done: all is there, and the next try finishes it', async () => {
    const { sessionId, path } = await oldSession();
    await run(sessionId);
    await place.takeAway();
    const refused = await send(world, 'DELETE', path, { key });
    expect(refused.status).toBe(503);
    expect(refused.body.error.message).toContain('archive');
    expect((await get(path)).body.message_count).toBe(40);
    await place.bringBack();
    expect(await everything(path)).toHaveLength(40);
    const erased = await send(world, 'DELETE', path, { key });
    expect(erased.status).toBe(204);
    expect((await get(path)).status).toBe(404);
    const receipts = await world.connection.acrossWorkspaces.select().from(erasures);
    expect(receipts.filter(({ completedAt }) => completedAt === null)).toEqual([]);
  });

  test('loses an upload to the erasure that overtook it', async () => {
    const { sessionId, path } = await oldSession();
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let arrived: () => void = () => {};
    const isUnderWay = new Promise<void>((resolve) => (arrived = resolve));
    const slow: ObjectStore = {
      ...place.objects,
      put: async (objectKey, bytes) => {
        arrived();
        await held;
        await place.objects.put(objectKey, bytes);
      },
    };
    const domain = { ...world.services.jobCtx, archive: { ...archive, objects: slow } };
    const moving = runJob(domain, { kind: 'archive', workspaceId: 'wks_archive', sessionId });
    await isUnderWay;
    expect((await send(world, 'DELETE', path, { key })).status).toBe(204);
    letGo();
    await moving;
    // Its process removed the object itself; had it died, the sweep that the erasure left would have.
    expect(await place.objects.removeBelow(`wks_archive/${sessionId}/`)).toBe(0);
    await place.objects.put(`wks_archive/${sessionId}/late.jsonl.gz`, Buffer.from('late'));
    await run(sessionId, 'archive-sweep');
    expect(await place.objects.get(`wks_archive/${sessionId}/late.jsonl.gz`)).toBeUndefined();
  });
});

test('texts that moved are refused, not forgotten, by a process without the archive', async () => {
  const place = await PLACES[0]![1]();
  const archive = { objects: place.objects, afterMs: 0, texts: createTextCache() };
  const world = await apiWorld(undefined, { archive, withQueue: true });
  const { secret: key } = await world.key('wks_without');
  const { body } = await send(world, 'POST', '/sessions', { key });
  const path = `/sessions/${body.session_id}`;
  for (let at = 0; at < 12; at++) {
    const turn = { user_message: `The harbour number ${at} is closed.`, ai_message: 'Noted.' };
    await send(world, 'POST', `${path}/interactions`, { key, body: turn });
  }
  await runJob(world.services.jobCtx, {
    kind: 'archive',
    workspaceId: 'wks_without',
    sessionId: body.session_id,
  });
  Object.assign(world.services.domain, { archive: undefined });
  expect((await send(world, 'GET', `${path}/messages`, { key })).status).toBe(503);
  expect((await send(world, 'DELETE', path, { key })).status).toBe(503);
  expect((await send(world, 'GET', path, { key })).body.message_count).toBe(24);
  await world.close();
  await place.close();
});
