import { rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { consolidate } from './consolidation/index.ts';
import { GetContext, getContext } from './context/index.ts';
import type { Ctx } from './ctx.ts';
import { getEmotionalState } from './emotions/index.ts';
import { eraseSession, getErasure } from './erasure.ts';
import { SaveInteraction, saveInteraction } from './interactions.ts';
import { ensureWorkspace } from './keys.ts';
import { setPriority } from './priorities.ts';
import { Recall, recall } from './recall/index.ts';
import { getSession, ListSessions, listSessions } from './sessions.ts';
import { driverOf, runDueJobs, type TestWorld, testWorld } from './testing.ts';

let world: TestWorld;
let ctx: Ctx;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  ctx = world.ctx;
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

describe('saving', () => {
  test('is readable by everything as soon as it has answered', async () => {
    const sessionId = await driver.open();
    const saved = await driver.say(
      sessionId,
      'I am so frustrated, the printer in Lisbon is broken again!',
      'Let me help.',
    );
    expect(saved.emotionalAnalysis?.userEmotion).toBe('frustrated');
    expect((await driver.list(sessionId)).data.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect((await driver.contextOf(sessionId)).messages).toHaveLength(2);
    expect((await getEmotionalState(ctx, { sessionId })).emotionalHistory).toHaveLength(1);
    expect((await driver.graphOf(sessionId)).nodes.map(({ content }) => content)).toContain('Lisbon');
    expect((await driver.find('broken printer', { sessionId })).results[0]?.message.content).toContain(
      'printer',
    );
    expect(await getSession(ctx, { sessionId })).toMatchObject({ messageCount: 2, foldedCount: 0 });
  });

  test.each([
    ['emoji and combining signs', 'naïve 👩‍👩‍👧 e\u0301 🇵🇹'],
    ['control characters', 'a\u0001\u0007\u200b\u202eb\r\n\t'],
    ['quotes, backslashes and braces', `"'\\{}[]$1 %s {"a": 1} '); drop table messages; --`],
    ['a lone null word', 'null'],
  ])('returns %s as they came', async (_, content) => {
    const sessionId = await driver.open();
    await driver.say(sessionId, content);
    expect((await driver.list(sessionId)).data[0]?.content).toBe(content);
  });

  test('stores empty messages, without an emotion of their own', async () => {
    const sessionId = await driver.open();
    const saved = await driver.say(sessionId, '', '');
    expect(saved.emotionalAnalysis).toMatchObject({ userEmotion: 'neutral', confidence: 0 });
    expect((await driver.list(sessionId)).data).toHaveLength(2);
  });

  test('reads and stores nothing about emotion when told not to', async () => {
    const sessionId = await driver.open();
    const saved = await driver.say(sessionId, 'I am furious!', 'Oh.', { trackEmotion: false });
    expect(saved.emotionalAnalysis).toBeNull();
    const state = await getEmotionalState(ctx, { sessionId });
    expect(state).toMatchObject({ currentEmotion: 'neutral', valence: 0.5, emotionalHistory: [] });
    expect((await driver.graphOf(sessionId)).nodes.filter(({ type }) => type === 'emotion')).toEqual([]);
  });

  test('reads and stores nothing about emotion in a session opened without it', async () => {
    const sessionId = await driver.open({ trackEmotion: false });
    expect(await getSession(ctx, { sessionId })).toMatchObject({ trackEmotion: false });
    const saved = await driver.say(sessionId, 'I am furious about the kettle!', 'Oh.', {
      trackEmotion: true,
    });
    expect(saved.emotionalAnalysis).toBeNull();
    await driver.bring(sessionId, [{ role: 'user', content: 'I am so happy!', externalId: 'h1' }]);
    await expectNoEmotion(sessionId);
    expect((await driver.graphOf(sessionId)).nodes.map(({ content }) => content)).toContain('kettle');
    expect((await driver.list(sessionId)).data.some((message) => 'emotionalMetadata' in message)).toBe(false);
  });

  test('reads and stores nothing about emotion in a workspace that turned it off, and again once it is on', async () => {
    const settings = { id: ctx.actor.workspaceId, name: 'ours', plan: 'team' as const, now: ctx.now() };
    const sessionId = await driver.open();
    await ensureWorkspace(ctx.db, { ...settings, trackEmotion: false });
    const readings = vi.fn(ctx.models.readEmotion);
    const quiet = { ...ctx, models: { ...ctx.models, readEmotion: readings } };
    const turn = SaveInteraction.parse({ sessionId, userMessage: 'I am furious!', aiMessage: 'Oh.' });
    expect((await saveInteraction(quiet, turn)).emotionalAnalysis).toBeNull();
    expect(readings).not.toHaveBeenCalled();
    await expectNoEmotion(sessionId);
    // A setting that is not named stays: a plan may change without emotion coming back.
    await ensureWorkspace(ctx.db, settings);
    expect((await driver.say(sessionId, 'I am furious!')).emotionalAnalysis).toBeNull();
    await ensureWorkspace(ctx.db, { ...settings, trackEmotion: true });
    expect((await driver.say(sessionId, 'I am furious!')).emotionalAnalysis?.userEmotion).toBe('angry');
  });

  test('says that a session is missing, and reads nothing of what was said to it', async () => {
    await expect(driver.say('sess_never', 'I am furious!')).rejects.toMatchObject({ code: 'not_found' });
    await expect(driver.say('\0', 'I am furious!')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('keeps the time that the client gave, from 1970 and from 2100', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'Long ago', 'Yes', { occurredAt: '1970-01-01T00:00:00Z' });
    await driver.say(sessionId, 'Some day', 'Yes', { occurredAt: '2100-06-01T12:00:00+02:00' });
    const timestamps = (await driver.list(sessionId)).data.map(({ timestamp }) => timestamp);
    expect(timestamps[0]).toBe('1970-01-01T00:00:00.000Z');
    expect(timestamps[2]).toBe('2100-06-01T10:00:00.000Z');
    expect((await driver.contextOf(sessionId)).messages).toHaveLength(4);
  });

  test('takes an import that is sent twice once', async () => {
    const sessionId = await driver.open();
    const messages = [
      { role: 'user', name: 'Ana', content: 'Who has the keys?', externalId: 'm1' },
      { role: 'user', name: 'Ben', content: 'Sofia has them.', externalId: 'm2' },
      { role: 'user', name: 'Ana', content: 'Who has the keys?', externalId: 'm1' },
    ];
    const first = await driver.bring(sessionId, messages);
    const second = await driver.bring(sessionId, messages);
    expect(first.messageIds[0]).toBe(first.messageIds[2]);
    expect(second.messageIds).toEqual(first.messageIds);
    expect(second.tokenCount).toBe(0);
    const stored = (await driver.list(sessionId)).data;
    expect(stored.map(({ name }) => name)).toEqual(['Ana', 'Ben']);
    expect((await driver.graphOf(sessionId)).metadata.totalNodes).toBe(
      (await driver.graphOf(sessionId)).nodes.length,
    );
  });

  test('holds a thousand messages in one call', async () => {
    const sessionId = await driver.open({ consolidationThreshold: 1_000, tokenThreshold: 1_000_000 });
    const messages = Array.from({ length: 1_000 }, (_, at) => ({
      role: 'user',
      content: `Note ${at} about topic ${at % 7}`,
    }));
    expect((await driver.bring(sessionId, messages)).messageIds).toHaveLength(1_000);
    expect((await getSession(ctx, { sessionId })).messageCount).toBe(1_000);
  });
});

/** No table knows how anybody felt in this session, and the answers say so. */
async function expectNoEmotion(sessionId: string): Promise<void> {
  const { connection } = world;
  const stored = await rows<{ states: number; nodes: number; felt: number; filter: unknown }>(
    connection.asOwner,
    sql`select (select count(*)::int from emotional_states where session_id = ${sessionId}) as states,
      (select count(*)::int from memory_nodes where session_id = ${sessionId} and type = 'emotion') as nodes,
      (select coalesce(sum(felt), 0)::int from memory_nodes where session_id = ${sessionId}) as felt,
      (select emotional_state from sessions where id = ${sessionId}) as filter`,
  );
  expect(stored).toEqual([{ states: 0, nodes: 0, felt: 0, filter: null }]);
  expect(await getEmotionalState(ctx, { sessionId })).toMatchObject({
    currentEmotion: 'neutral',
    valence: 0.5,
    arousal: 0.5,
    trend: 'stable',
    keyEmotions: [],
    emotionalHistory: [],
    changePoints: [],
    escalation: { active: false, turns: 0, since: null },
  });
}

describe('sessions', () => {
  test('are found again by the client’s own id', async () => {
    const first = await driver.open({ externalId: 'thread-7' });
    expect(await driver.open({ externalId: 'thread-7' })).toBe(first);
  });

  test('give their metadata back as it came', async () => {
    const metadata = { user_id: 'u1', camelCase: 1, snake_case: { deepKey: [null, 'x'] } };
    const sessionId = await driver.open({ metadata });
    expect((await getSession(ctx, { sessionId })).metadata).toEqual(metadata);
  });

  test('are listed newest first, page by page, each once', async () => {
    const application = 'paging';
    const ids: string[] = [];
    for (let at = 0; at < 7; at++) ids.push(await driver.open({ metadata: { application } }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listSessions(ctx, ListSessions.parse({ application, limit: 3, cursor }));
      seen.push(...page.data.map(({ sessionId }) => sessionId));
      expect(page.hasMore).toBe(page.nextCursor !== null);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen).toHaveLength(7);
  });

  test.each([
    '',
    'x',
    '!!!',
    Buffer.from('["a"]').toString('base64url'),
    Buffer.from('[1,2]').toString('base64url'),
  ])('refuse a cursor that they did not hand out: %j', async (cursor) => {
    if (cursor === '')
      return expect((await listSessions(ctx, ListSessions.parse({ cursor }))).data).toBeDefined();
    await expect(listSessions(ctx, ListSessions.parse({ cursor }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('a tenant', () => {
  test('cannot tell a neighbour’s session from one that never was', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'The secret is saffron.');
    const { neighbour } = world;
    for (const id of [sessionId, 'sess_never', '', '\0', 'x'.repeat(5_000)]) {
      const refused = { code: 'not_found', message: 'There is no such session.' };
      await expect(getSession(neighbour, { sessionId: id })).rejects.toMatchObject(refused);
      await expect(getContext(neighbour, GetContext.parse({ sessionId: id }))).rejects.toMatchObject(refused);
      await expect(eraseSession(neighbour, { sessionId: id })).rejects.toMatchObject(refused);
      await expect(consolidate(neighbour, { sessionId: id })).rejects.toMatchObject(refused);
      await expect(
        recall(neighbour, Recall.parse({ query: 'saffron', sessionId: id })),
      ).rejects.toMatchObject(refused);
    }
    expect((await recall(neighbour, Recall.parse({ query: 'saffron' }))).results).toEqual([]);
    expect((await driver.find('saffron')).results).not.toEqual([]);
  });
});

describe('recall', () => {
  test('filters by role, emotion, time and topic', async () => {
    const sessionId = await driver.open({ metadata: { user_id: 'filtering' } });
    await driver.say(sessionId, 'I am furious about the kettle!', 'The kettle will be replaced.', {
      occurredAt: '2026-01-01T00:00:00Z',
    });
    await driver.say(sessionId, 'I am so happy, the kettle works!', 'Great kettle.', {
      occurredAt: '2026-02-01T00:00:00Z',
    });
    const contents = async (filters: object) =>
      (await driver.find('kettle', { userId: 'filtering', filters })).results.map(
        ({ message }) => message.content,
      );
    expect(await contents({ roles: ['assistant'] })).toHaveLength(2);
    expect(await contents({ emotions: ['angry'] })).toEqual(['I am furious about the kettle!']);
    expect(await contents({ from: '2026-01-15T00:00:00Z', roles: ['user'] })).toEqual([
      'I am so happy, the kettle works!',
    ]);
    expect(await contents({ to: '2026-01-15T00:00:00Z', roles: ['user'] })).toEqual([
      'I am furious about the kettle!',
    ]);
    expect((await contents({ topics: ['kettles'] })).length).toBeGreaterThan(0);
    expect(await contents({ topics: ['submarine'] })).toEqual([]);
  });

  test('finds by meaning where no word is shared', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'My dog is a golden retriever called Bruno.');
    await driver.say(sessionId, 'The invoice for March is still unpaid.');
    const { results } = await driver.find('What kind of pet does she own?', { sessionId });
    expect(results[0]?.message.content).toContain('golden retriever');
  });

  test('takes its scores apart when asked', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'The train to Porto leaves at noon.');
    const [best] = (await driver.find('train to Porto', { sessionId, explain: true })).results;
    const sum = Object.values(best!.scores!).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(best!.score, 3);
    expect(best!.why!.join(' ')).toContain('train');
  });

  test('stops before its token limit', async () => {
    const sessionId = await driver.open();
    for (let at = 0; at < 5; at++) await driver.say(sessionId, `The violin lesson number ${at} was long.`);
    const { results, tokenCount } = await driver.find('violin lesson', { sessionId, maxTokens: 20 });
    expect(tokenCount).toBeLessThanOrEqual(20);
    expect(results.length).toBeGreaterThan(0);
  });

  test.each(['2020-01-01T00:00:00+18:00', `2020-01-01T00:00:00.${'1'.repeat(200)}Z`])(
    'reads the time %s',
    async (from) => {
      expect((await driver.find('kettle', { filters: { from } })).results).toBeInstanceOf(Array);
    },
  );

  test.each(['the of and', '!!!', '🙂', 'a & b | (c) <-> !d', "it's 'quoted' \\ :*"])(
    'answers a query of no telling word: %s',
    async (query) => {
      expect((await driver.find(query)).results).toBeInstanceOf(Array);
    },
  );
});

describe('erasure', () => {
  test('leaves the phrase in no table, and a receipt that says what was removed', async () => {
    const phrase = 'xylophone-quartz';
    const sessionId = await driver.open({ metadata: { note: phrase } });
    const once = { ...ctx, idempotency: { key: 'erase-me', requestHash: 'h' } };
    await recall(once, Recall.parse({ query: phrase, sessionId }));
    for (let at = 0; at < 8; at++)
      await driver.say(sessionId, `I keep the ${phrase} number ${at} in Berlin.`, `A ${phrase}!`);
    await recall(
      { ...ctx, idempotency: { key: 'quotes-it', requestHash: 'h' } },
      Recall.parse({ query: phrase }),
    );
    await setPriority(ctx, { sessionId, topic: phrase, priority: 'high' });
    await runDueJobs(ctx);
    const receipt = await eraseSession(ctx, { sessionId });
    expect(receipt.stores).toContainEqual({ store: 'messages', removed: 16 });
    expect(receipt.stores.find(({ store }) => store === 'idempotency_records')?.removed).toBeGreaterThan(0);
    expect(await getErasure(ctx, { erasureId: receipt.erasureId })).toEqual(receipt);
    await expect(getErasure(world.neighbour, receipt)).rejects.toMatchObject({ code: 'not_found' });
    await expect(eraseSession(ctx, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
    expect(await tablesHolding(world, phrase)).toEqual([]);
  });
});

/** Every table of the schema that holds the phrase anywhere. */
async function tablesHolding({ connection }: TestWorld, phrase: string): Promise<string[]> {
  const tables = await rows<{ name: string }>(
    connection.asOwner,
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const holding: string[] = [];
  for (const { name } of tables) {
    const [found] = await rows<{ count: number }>(
      connection.asOwner,
      sql`select count(*)::int as count from ${sql.identifier(name)} t where t::text ilike ${`%${phrase}%`}`,
    );
    if (found!.count > 0) holding.push(name);
  }
  return holding;
}
