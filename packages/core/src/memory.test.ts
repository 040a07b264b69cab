import { consolidations } from '@pact/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consolidate } from './consolidation/index.ts';
import { GetContext, getContext } from './context/index.ts';
import type { Ctx } from './ctx.ts';
import { getEmotionalState } from './emotions/index.ts';
import { eraseSession, getErasure } from './erasure.ts';
import { GetGraph, getGraph } from './graph/index.ts';
import { SaveInteraction, SaveMessages, saveInteraction, saveMessages } from './interactions.ts';
import { runDueJobs } from './jobs.ts';
import { ListMessages, listMessages } from './messages.ts';
import { setPriority } from './priorities.ts';
import { Recall, recall } from './recall/index.ts';
import { CreateSession, createSession, getSession, ListSessions, listSessions } from './sessions.ts';
import { models, type TestWorld, testWorld } from './testing.ts';

let world: TestWorld;
let ctx: Ctx;
beforeAll(async () => {
  world = await testWorld();
  ctx = world.ctx;
});
afterAll(() => world.connection.close());

const open = async (input: object = {}) => (await createSession(ctx, CreateSession.parse(input))).sessionId;
const say = (sessionId: string, userMessage: string, aiMessage = 'I see.', more: object = {}) =>
  saveInteraction(ctx, SaveInteraction.parse({ sessionId, userMessage, aiMessage, ...more }));
const bring = (sessionId: string, messages: object[]) =>
  saveMessages(ctx, SaveMessages.parse({ sessionId, messages }));
const list = (sessionId: string, more: object = {}) =>
  listMessages(ctx, ListMessages.parse({ sessionId, ...more }));
const contextOf = (sessionId: string, more: object = {}) =>
  getContext(ctx, GetContext.parse({ sessionId, ...more }));
const graphOf = (sessionId: string, more: object = {}) =>
  getGraph(ctx, GetGraph.parse({ sessionId, ...more }));
const find = (query: string, more: object = {}) => recall(ctx, Recall.parse({ query, ...more }));

describe('saving', () => {
  test('is readable by everything as soon as it has answered', async () => {
    const sessionId = await open();
    const saved = await say(
      sessionId,
      'I am so frustrated, the printer in Lisbon is broken again!',
      'Let me help.',
    );
    expect(saved.emotionalAnalysis?.userEmotion).toBe('frustrated');
    expect((await list(sessionId)).data.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect((await contextOf(sessionId)).messages).toHaveLength(2);
    expect((await getEmotionalState(ctx, { sessionId })).emotionalHistory).toHaveLength(1);
    expect((await graphOf(sessionId)).nodes.map(({ content }) => content)).toContain('Lisbon');
    expect((await find('broken printer', { sessionId })).results[0]?.message.content).toContain('printer');
    expect(await getSession(ctx, { sessionId })).toMatchObject({ messageCount: 2, foldedCount: 0 });
  });

  test.each([
    ['emoji and combining signs', 'naïve 👩‍👩‍👧 e\u0301 🇵🇹'],
    ['control characters', 'a\u0001\u0007\u200b\u202eb\r\n\t'],
    ['quotes, backslashes and braces', `"'\\{}[]$1 %s {"a": 1} '); drop table messages; --`],
    ['a lone null word', 'null'],
  ])('returns %s as they came', async (_, content) => {
    const sessionId = await open();
    await say(sessionId, content);
    expect((await list(sessionId)).data[0]?.content).toBe(content);
  });

  test('stores empty messages, without an emotion of their own', async () => {
    const sessionId = await open();
    const saved = await say(sessionId, '', '');
    expect(saved.emotionalAnalysis).toMatchObject({ userEmotion: 'neutral', confidence: 0 });
    expect((await list(sessionId)).data).toHaveLength(2);
  });

  test('reads and stores nothing about emotion when told not to', async () => {
    const sessionId = await open();
    const saved = await say(sessionId, 'I am furious!', 'Oh.', { trackEmotion: false });
    expect(saved.emotionalAnalysis).toBeNull();
    const state = await getEmotionalState(ctx, { sessionId });
    expect(state).toMatchObject({ currentEmotion: 'neutral', valence: 0.5, emotionalHistory: [] });
    expect((await graphOf(sessionId)).nodes.filter(({ type }) => type === 'emotion')).toEqual([]);
  });

  test('keeps the time that the client gave, from 1970 and from 2100', async () => {
    const sessionId = await open();
    await say(sessionId, 'Long ago', 'Yes', { occurredAt: '1970-01-01T00:00:00Z' });
    await say(sessionId, 'Some day', 'Yes', { occurredAt: '2100-06-01T12:00:00+02:00' });
    const timestamps = (await list(sessionId)).data.map(({ timestamp }) => timestamp);
    expect(timestamps[0]).toBe('1970-01-01T00:00:00.000Z');
    expect(timestamps[2]).toBe('2100-06-01T10:00:00.000Z');
    expect((await contextOf(sessionId)).messages).toHaveLength(4);
  });

  test('takes an import that is sent twice once', async () => {
    const sessionId = await open();
    const messages = [
      { role: 'user', name: 'Ana', content: 'Who has the keys?', externalId: 'm1' },
      { role: 'user', name: 'Ben', content: 'Sofia has them.', externalId: 'm2' },
      { role: 'user', name: 'Ana', content: 'Who has the keys?', externalId: 'm1' },
    ];
    const first = await bring(sessionId, messages);
    const second = await bring(sessionId, messages);
    expect(first.messageIds[0]).toBe(first.messageIds[2]);
    expect(second.messageIds).toEqual(first.messageIds);
    expect(second.tokenCount).toBe(0);
    const stored = (await list(sessionId)).data;
    expect(stored.map(({ name }) => name)).toEqual(['Ana', 'Ben']);
    expect((await graphOf(sessionId)).metadata.totalNodes).toBe((await graphOf(sessionId)).nodes.length);
  });

  test('holds a thousand messages in one call', async () => {
    const sessionId = await open({ consolidationThreshold: 1_000, tokenThreshold: 1_000_000 });
    const messages = Array.from({ length: 1_000 }, (_, at) => ({
      role: 'user',
      content: `Note ${at} about topic ${at % 7}`,
    }));
    expect((await bring(sessionId, messages)).messageIds).toHaveLength(1_000);
    expect((await getSession(ctx, { sessionId })).messageCount).toBe(1_000);
  });
});

describe('sessions', () => {
  test('are found again by the client’s own id', async () => {
    const first = await open({ externalId: 'thread-7' });
    expect(await open({ externalId: 'thread-7' })).toBe(first);
  });

  test('give their metadata back as it came', async () => {
    const metadata = { user_id: 'u1', camelCase: 1, snake_case: { deepKey: [null, 'x'] } };
    const sessionId = await open({ metadata });
    expect((await getSession(ctx, { sessionId })).metadata).toEqual(metadata);
  });

  test('are listed newest first, page by page, each once', async () => {
    const application = 'paging';
    const ids: string[] = [];
    for (let at = 0; at < 7; at++) ids.push(await open({ metadata: { application } }));
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
    const sessionId = await open();
    await say(sessionId, 'The secret is saffron.');
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
    expect((await find('saffron')).results).not.toEqual([]);
  });
});

describe('consolidation', () => {
  const turns = [
    'My name is Priya Raman and I live in Lisbon.',
    'I ordered a blue kettle on order 4471 for my mother.',
    'It never arrived and I am absolutely furious about it!',
    'The courier said it was left at the station.',
    'I called them three times and nobody answered.',
    'Marek from the shop promised a replacement.',
    'I would like it before my mother’s birthday on 12 December.',
  ];
  const fill = async (sessionId: string) => {
    const answers = [];
    for (const turn of turns) answers.push(await say(sessionId, turn, 'Noted, thank you.'));
    return answers;
  };
  const runJobs = () => runDueJobs(ctx);

  test('is triggered by the save that passes the threshold, and folds the older turns', async () => {
    const sessionId = await open();
    const answers = await fill(sessionId);
    expect(answers.map(({ consolidationTriggered }) => consolidationTriggered)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(await runJobs()).toMatchObject({ failures: [] });
    const context = await contextOf(sessionId);
    expect(context.consolidatedSummary).toContain('Lisbon');
    expect(context.messages.at(-1)?.content).toBe('Noted, thank you.');
    expect(context.messages.map(({ content }) => content)).toContain(turns[2]);
    expect((await getSession(ctx, { sessionId })).foldedCount).toBeGreaterThan(0);
    expect((await list(sessionId)).data.map(({ content }) => content)).toContain(turns[0]);
  });

  test('does not happen when the save said so', async () => {
    const sessionId = await open();
    for (const turn of turns) {
      expect((await say(sessionId, turn, 'Ok.', { consolidate: false })).consolidationTriggered).toBe(false);
    }
    expect((await contextOf(sessionId)).consolidatedSummary).toBe('');
  });

  test('is triggered by tokens as well', async () => {
    const sessionId = await open({ consolidationThreshold: 1_000, tokenThreshold: 100 });
    const long = 'We talked about the house in Porto and its garden. '.repeat(8);
    expect((await say(sessionId, long, long)).consolidationTriggered).toBe(false);
    expect((await say(sessionId, long, long)).consolidationTriggered).toBe(true);
  });

  test('done twice changes nothing', async () => {
    const sessionId = await open();
    await fill(sessionId);
    const first = (await consolidate(ctx, { sessionId })).consolidationResult;
    const second = (await consolidate(ctx, { sessionId })).consolidationResult;
    expect(first.messagesAfter).toBeLessThan(first.messagesBefore);
    expect(first.tokensSaved).toBeGreaterThanOrEqual(0);
    expect(second.messagesBefore).toBe(first.messagesAfter);
    expect(second.messagesAfter).toBe(first.messagesAfter);
    expect(second.tokensSaved).toBe(0);
    expect(second.consolidatedSummary).toBe(first.consolidatedSummary);
  });

  test('gives every sentence sources that can still be read', async () => {
    const sessionId = await open();
    await fill(sessionId);
    const { consolidationResult } = await consolidate(ctx, { sessionId });
    const ids = (await list(sessionId)).data.map(({ id }) => id);
    expect(consolidationResult.summarySentences.length).toBeGreaterThan(0);
    for (const { sourceIds } of consolidationResult.summarySentences) {
      for (const id of sourceIds) expect(ids).toContain(id);
    }
    expect(consolidationResult.preservedHighlights.map(({ content }) => content)).toContain(turns[2]);
  });

  test('of a session without a message answers an empty summary', async () => {
    const { consolidationResult } = await consolidate(ctx, { sessionId: await open() });
    expect(consolidationResult).toMatchObject({
      messagesBefore: 0,
      messagesAfter: 0,
      consolidatedSummary: '',
    });
  });

  test('brings the turns of a topic back when it is ranked high, and folds them again when it is not', async () => {
    const sessionId = await open();
    await fill(sessionId);
    await consolidate(ctx, { sessionId });
    const served = async () => (await contextOf(sessionId)).messages.map(({ content }) => content);
    expect(await served()).not.toContain(turns[3]);
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'high' });
    expect(await served()).toContain(turns[3]);
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'low' });
    expect(await served()).not.toContain(turns[3]);
  });

  test('that waits is not lost to a change of priority', async () => {
    const sessionId = await open();
    const answers = await fill(sessionId);
    expect(answers.at(-1)?.consolidationTriggered).toBe(true);
    await setPriority(ctx, { sessionId, topic: 'Lisbon', priority: 'high' });
    await runJobs();
    expect((await getSession(ctx, { sessionId })).foldedCount).toBeGreaterThan(0);
  });

  test('is not written again when a topic is ranked as it was', async () => {
    const sessionId = await open();
    await fill(sessionId);
    await consolidate(ctx, { sessionId });
    const generations = async () => {
      const found = await ctx.db.select().from(consolidations).where(eq(consolidations.sessionId, sessionId));
      return found.length;
    };
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'high' });
    const before = await generations();
    await setPriority(ctx, { sessionId, topic: 'courier', priority: 'high' });
    expect(await generations()).toBe(before);
  });

  test('ranks a hundred topics at most', async () => {
    const sessionId = await open();
    for (let at = 0; at < 100; at++)
      await setPriority(ctx, { sessionId, topic: `subject${at}`, priority: 'low' });
    const refused = setPriority(ctx, { sessionId, topic: 'one more', priority: 'low' });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'topic' } });
    await setPriority(ctx, { sessionId, topic: 'subject7', priority: 'high' });
  });

  test('works off a backlog of thousands in one go', async () => {
    const sessionId = await open();
    for (let call = 0; call < 2; call++) {
      const messages = Array.from({ length: 600 }, (_, at) => ({
        role: at % 2 ? 'assistant' : 'user',
        content: `Entry ${call}-${at}: the meeting in room ${at} was moved to floor ${at % 9}.`,
      }));
      await bring(sessionId, messages);
    }
    await runJobs();
    const session = await getSession(ctx, { sessionId });
    expect(session.messageCount).toBe(1_200);
    expect(session.foldedCount).toBeGreaterThan(1_150);
    expect((await contextOf(sessionId)).tokenCount).toBeLessThanOrEqual(2_000);
  });
});

describe('a context', () => {
  test.each([1, 5, 20, 60, 150, 400, 2_000])(
    'of at most %i tokens is never larger, in any format',
    async (maxTokens) => {
      const sessionId = await open();
      for (let at = 0; at < 9; at++) {
        await say(
          sessionId,
          `Message ${at}: I love the mountains 🏔️ near Innsbruck, number ${at * 37}.`,
          'Nice! '.repeat(at + 1),
        );
      }
      await runDueJobs(ctx);
      for (const format of ['json', 'text', 'openai', 'anthropic']) {
        const context = await contextOf(sessionId, { maxTokens, format });
        expect(context.tokenCount).toBeLessThanOrEqual(maxTokens);
        const contents = context.messages.map(({ content }) => content).join('\n');
        expect(models.countTokens(`${context.consolidatedSummary}\n${contents}`)).toBeLessThanOrEqual(
          maxTokens + 1,
        );
        const prompt =
          typeof context.prompt === 'string' ? context.prompt : JSON.stringify(context.prompt ?? '');
        if (context.messages.length > 0 && format !== 'json')
          expect(models.countTokens(prompt)).toBe(context.tokenCount);
        expect(context.truncated).toBe(
          context.tokenCount < (await contextOf(sessionId, { maxTokens: 5_000, format })).tokenCount,
        );
      }
    },
  );

  test.each(['json', 'text', 'openai', 'anthropic'])(
    'keeps what was ranked high in a tight budget, in %s',
    async (format) => {
      const sessionId = await open();
      await say(sessionId, 'I have a severe peanut allergy.', 'I will remember it.');
      await setPriority(ctx, { sessionId, topic: 'allergy', priority: 'high' });
      for (let at = 0; at < 7; at++)
        await say(sessionId, `We went to the "market" number ${at} with Marek.`, 'Sounds nice.');
      await runDueJobs(ctx);
      for (const maxTokens of [160, 200, 240, 300]) {
        const { messages, tokenCount } = await contextOf(sessionId, { format, maxTokens });
        expect(tokenCount).toBeLessThanOrEqual(maxTokens);
        expect(messages.map(({ content }) => content)).toContain('I have a severe peanut allergy.');
      }
    },
  );

  test('leaves emotion out when it is not wanted', async () => {
    const sessionId = await open();
    await say(sessionId, 'I am so happy today!');
    const context = await contextOf(sessionId, { includeEmotional: false });
    expect(context.emotionalState).toBeNull();
    expect(context.messages[0]).not.toHaveProperty('emotionalMetadata');
    expect((await contextOf(sessionId)).emotionalState).toBe('happy');
  });

  test('serves a folded turn again when the query is about it', async () => {
    const sessionId = await open();
    await say(sessionId, 'The door code of the studio is 9317.', 'Saved.');
    for (let at = 0; at < 12; at++) await say(sessionId, `Let us talk about holiday number ${at}.`, 'Sure.');
    await runDueJobs(ctx);
    const context = await contextOf(sessionId, { query: 'What is the door code of the studio?' });
    expect(context.messages.map(({ content }) => content)).toContain('The door code of the studio is 9317.');
  });

  test('says what it left out', async () => {
    const sessionId = await open();
    await say(sessionId, 'word '.repeat(300), 'short');
    const context = await contextOf(sessionId, { maxTokens: 100 });
    expect(context).toMatchObject({ truncated: true, dropped: [{ reason: 'longer_than_budget' }] });
  });
});

describe('recall', () => {
  test('filters by role, emotion, time and topic', async () => {
    const sessionId = await open({ metadata: { user_id: 'filtering' } });
    await say(sessionId, 'I am furious about the kettle!', 'The kettle will be replaced.', {
      occurredAt: '2026-01-01T00:00:00Z',
    });
    await say(sessionId, 'I am so happy, the kettle works!', 'Great kettle.', {
      occurredAt: '2026-02-01T00:00:00Z',
    });
    const contents = async (filters: object) =>
      (await find('kettle', { userId: 'filtering', filters })).results.map(({ message }) => message.content);
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
    const sessionId = await open();
    await say(sessionId, 'My dog is a golden retriever called Bruno.');
    await say(sessionId, 'The invoice for March is still unpaid.');
    const { results } = await find('What kind of pet does she own?', { sessionId });
    expect(results[0]?.message.content).toContain('golden retriever');
  });

  test('takes its scores apart when asked', async () => {
    const sessionId = await open();
    await say(sessionId, 'The train to Porto leaves at noon.');
    const [best] = (await find('train to Porto', { sessionId, explain: true })).results;
    expect(best!.scores!.lexical + best!.scores!.semantic).toBeCloseTo(best!.score, 3);
    expect(best!.why!.join(' ')).toContain('train');
  });

  test('stops before its token limit', async () => {
    const sessionId = await open();
    for (let at = 0; at < 5; at++) await say(sessionId, `The violin lesson number ${at} was long.`);
    const { results, tokenCount } = await find('violin lesson', { sessionId, maxTokens: 20 });
    expect(tokenCount).toBeLessThanOrEqual(20);
    expect(results.length).toBeGreaterThan(0);
  });

  test.each(['2020-01-01T00:00:00+18:00', `2020-01-01T00:00:00.${'1'.repeat(200)}Z`])(
    'reads the time %s',
    async (from) => {
      expect((await find('kettle', { filters: { from } })).results).toBeInstanceOf(Array);
    },
  );

  test.each(['the of and', '!!!', '🙂', 'a & b | (c) <-> !d', "it's 'quoted' \\ :*"])(
    'answers a query of no telling word: %s',
    async (query) => {
      expect((await find(query)).results).toBeInstanceOf(Array);
    },
  );
});

describe('erasure', () => {
  test('leaves the phrase in no table, and a receipt that says what was removed', async () => {
    const phrase = 'xylophone-quartz';
    const sessionId = await open({ metadata: { note: phrase } });
    const once = { ...ctx, idempotency: { key: 'erase-me', requestHash: 'h' } };
    await recall(once, Recall.parse({ query: phrase, sessionId }));
    for (let at = 0; at < 8; at++)
      await say(sessionId, `I keep the ${phrase} number ${at} in Berlin.`, `A ${phrase}!`);
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
  const { rows } = await import('@pact/db');
  const { sql } = await import('drizzle-orm');
  const tables = await rows<{ name: string }>(
    connection.db,
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const holding: string[] = [];
  for (const { name } of tables) {
    const [found] = await rows<{ count: number }>(
      connection.db,
      sql`select count(*)::int as count from ${sql.identifier(name)} t where t::text ilike ${`%${phrase}%`}`,
    );
    if (found!.count > 0) holding.push(name);
  }
  return holding;
}
