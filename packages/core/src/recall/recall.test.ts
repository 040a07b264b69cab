import { messages } from '@pact/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseSession } from '../erasure.ts';
import { driverOf, type TestWorld, testWorld } from '../testing.ts';
import { Recall, recall } from './index.ts';
import { indexOf as indexOfSession } from './index-cache.ts';

let world: TestWorld;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

const contents = (answer: Awaited<ReturnType<typeof recall>>) =>
  answer.results.map(({ message }) => message.content);

async function chat(more: object = {}) {
  const sessionId = await driver.open(more);
  await driver.bring(sessionId, [
    {
      role: 'user',
      name: 'Nora',
      content: 'Hey Amir, did you take the kayak out?',
      occurredAt: '2024-03-04T18:00:00Z',
    },
    {
      role: 'user',
      name: 'Amir',
      content: 'Yes, on the lake near Bled.',
      occurredAt: '2024-03-04T18:01:00Z',
    },
    {
      role: 'user',
      name: 'Nora',
      content: 'I bought a cello for 900 euros.',
      occurredAt: '2024-05-11T09:00:00Z',
    },
    {
      role: 'user',
      name: 'Amir',
      content: 'I am furious about the noise, honestly.',
      occurredAt: '2024-05-11T09:01:00Z',
    },
  ]);
  return sessionId;
}

describe('why not', () => {
  const explain = async (sessionId: string, query: string, more: object = {}) => {
    const { data } = await driver.list(sessionId);
    const ids = data.map(({ id }) => id);
    const answer = await driver.find(query, { sessionId, explainMessageIds: ids, explain: true, ...more });
    return { answer, explanations: answer.explanations!, ids };
  };

  test('tells a returned message from one that others outranked, by which part, and at which rank', async () => {
    const { answer, explanations } = await explain(await chat(), 'What instrument did Nora buy, a cello?', {
      limit: 1,
    });
    expect(contents(answer)).toEqual(['I bought a cello for 900 euros.']);
    expect(explanations[2]).toMatchObject({ outcome: 'returned', rank: 1, whyNot: [], keptOutBy: null });
    const kayak = explanations[3]!;
    expect(kayak).toMatchObject({ outcome: 'below_limit', keptOutBy: expect.any(String) });
    expect(kayak.rank).toBeGreaterThan(1);
    expect(kayak.whyNot[0]).toMatch(/where the last result has/);
    const sum = Object.values(kayak.scores!).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(kayak.score!, 2);
  });

  test('names the filter that kept it out', async () => {
    const { explanations } = await explain(await chat(), 'the kayak on the lake', {
      filters: { from: '2024-05-01T00:00:00Z' },
    });
    expect(explanations[0]).toMatchObject({ outcome: 'filtered_out', excludedBy: 'from', rank: null });
    const felt = await explain(await chat(), 'the kayak on the lake', {
      filters: { emotions: ['grateful'] },
    });
    expect(felt.explanations[0]).toMatchObject({ outcome: 'filtered_out', excludedBy: 'emotions' });
    expect(felt.answer.results).toEqual([]);
  });

  test('says when a text did not fit, and when it has nothing to do with the query', async () => {
    const { explanations } = await explain(await chat(), 'kayak', { maxTokens: 1 });
    expect(explanations[0]).toMatchObject({ outcome: 'over_budget', rank: expect.any(Number) });
    expect(explanations[2]).toMatchObject({ outcome: 'unrelated', rank: null });
  });

  test('says the same of a made-up id, of another session’s, and of a neighbour’s', async () => {
    const elsewhere = (await driver.list(await chat())).data[0]!.id;
    const theirs = driverOf({ ...world, ctx: world.neighbour });
    const theirSession = await theirs.open();
    await theirs.say(theirSession, 'kayak');
    const foreign = (await theirs.list(theirSession)).data[0]!.id;
    const sessionId = await chat();
    const { explanations } = await driver.find('kayak', {
      sessionId,
      explainMessageIds: [elsewhere, foreign, 'msg_made_up'],
    });
    const [first, ...others] = explanations!.map(({ messageId: _, ...rest }) => rest);
    expect(first).toMatchObject({ outcome: 'out_of_scope', score: null });
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('scope', () => {
  test('over a user sees all of the user’s sessions and nobody else’s', async () => {
    await chat({ metadata: { user_id: 'nora' } });
    const second = await driver.open({ metadata: { user_id: 'nora' } });
    await driver.say(second, 'The cello needs a new bow.');
    const other = await driver.open({ metadata: { user_id: 'amir' } });
    await driver.say(other, 'My cello is in the attic.');
    const found = contents(await driver.find('cello', { userId: 'nora' }));
    expect(found).toContain('The cello needs a new bow.');
    expect(found).toContain('I bought a cello for 900 euros.');
    expect(found).not.toContain('My cello is in the attic.');
    expect((await driver.find('cello', { userId: 'nobody' })).results).toEqual([]);
  });

  test('of more turns than are ranked at once is narrowed to the sessions that promise most', async () => {
    const far = testWorld();
    const large = await far;
    try {
      const big = driverOf(large);
      const seed = await big.open({ metadata: { user_id: 'crowd' } });
      await big.bring(
        seed,
        Array.from({ length: 100 }, (_, at) => ({
          role: 'user',
          content: `Tea number ${at} was fine today.`,
        })),
      );
      await copies(large, seed, 220);
      const hidden = await big.open({ metadata: { user_id: 'crowd' } });
      await big.say(hidden, 'The spare key lies under the blue pot behind the shed.');
      const answer = await big.find('Where is the spare key, under which pot?', {});
      expect(contents(answer)[0]).toContain('blue pot');
      const ofUser = await big.find('Where is the spare key, under which pot?', { userId: 'crowd' });
      expect(contents(ofUser)[0]).toContain('blue pot');
    } finally {
      await large.connection.close();
    }
  });
});

/** The same session again and again, under other ids. */
async function copies({ ctx }: TestWorld, sessionId: string, times: number): Promise<void> {
  await ctx.db.execute(sql`insert into sessions (workspace_id, id, user_id, metadata, consolidation_threshold,
      token_threshold, message_count, embedding_sum, embedding_name, created_at, updated_at)
    select workspace_id, id || n, user_id, metadata, 1000, 1000000, message_count, embedding_sum, embedding_name, created_at, updated_at
    from sessions, generate_series(1, ${times}::int) n where id = ${sessionId}`);
  await ctx.db.execute(sql`insert into messages (workspace_id, session_id, id, sequence, role, content, tokens, placement,
      occurred_at, created_at, features)
    select workspace_id, session_id || n, id || n, sequence, role, content, tokens, placement, occurred_at, created_at, features
    from messages, generate_series(1, ${times}::int) n where session_id = ${sessionId}`);
}

describe('through the graph', () => {
  test('finds a person by another name, and filters by it', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'Yesterday I met Priya Raman.');
    await driver.say(sessionId, 'Ms Raman wants the contract by Friday.');
    await driver.say(sessionId, 'The weather is fine in Porto.');
    const { data } = await driver.list(sessionId);
    const contract = data.find(({ content }) => content.includes('contract'))!.id;
    const found = await driver.find('What does Priya want?', { sessionId, explainMessageIds: [contract] });
    expect(found.explanations![0]!.scores!.entity).toBeGreaterThan(0);
    const filtered = await driver.find('contract', { sessionId, filters: { topics: ['Priya'] } });
    expect(contents(filtered)).toContain('Ms Raman wants the contract by Friday.');
    expect(contents(filtered)).not.toContain('The weather is fine in Porto.');
  });
});

describe('the index in memory', () => {
  test('takes in what any process saved before the question', async () => {
    const sessionId = await chat();
    await driver.find('kayak', { sessionId });
    const elsewhere = driverOf({
      ...world,
      ctx: { ...world.ctx, indexes: { entries: new Map(), maxBytes: 1 } },
    });
    await elsewhere.say(sessionId, 'My parcel code is zanzibar.');
    expect(contents(await driver.find('zanzibar', { sessionId }))).toContain('My parcel code is zanzibar.');
    expect(contents(await elsewhere.find('zanzibar', { sessionId }))).toContain(
      'My parcel code is zanzibar.',
    );
  });

  test('appends once what two questions read at the same time', async () => {
    const sessionId = await chat();
    await Promise.all(Array.from({ length: 8 }, () => driver.find('kayak', { sessionId })));
    const index = await indexOfSession(world.ctx, { id: sessionId, messageCount: 4 });
    expect(Array.from(index.sequences.slice(0, index.length))).toEqual([1, 2, 3, 4]);
  });

  test('reads the text of rows from before features were kept', async () => {
    const sessionId = await chat();
    await world.ctx.db.update(messages).set({ features: null }).where(eq(messages.sessionId, sessionId));
    world.ctx.indexes.entries.clear();
    expect(contents(await driver.find('cello', { sessionId }))[0]).toContain('cello');
  });

  test('forgets an erased session, and one that nobody asks for', async () => {
    const sessionId = await chat();
    const other = await chat();
    await driver.find('kayak', { sessionId });
    await eraseSession(world.ctx, { sessionId });
    const held = () => [...world.ctx.indexes.entries.keys()].join();
    expect(held()).not.toContain(sessionId);
    await driver.find('kayak', { sessionId: other });
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_000);
    await driver.find('kayak', { sessionId: await chat() });
    expect(held()).not.toContain(other);
  });

  test('holds no more than it may, and always the one in use', async () => {
    const ctx = { ...world.ctx, indexes: { entries: new Map(), maxBytes: 1 } };
    for (const sessionId of [await chat(), await chat()]) {
      const found = await recall(ctx, Recall.parse({ query: 'cello', sessionId }));
      expect(found.results).not.toHaveLength(0);
      expect(ctx.indexes.entries.size).toBe(1);
    }
  });
});

describe('any input', () => {
  const TEXTS = [
    '',
    'x',
    'tea '.repeat(50_000),
    '🙂🙂🥳',
    'const kill = (process) => process.abort("fatal");',
    'Смешанный текст 混合文本 mixed العربية text',
    '\u202eevil\u202c zero\u200bwidth',
    '我昨天在上海喝咖啡',
  ];
  test('is kept and found again', async () => {
    const sessionId = await driver.open();
    await driver.bring(
      sessionId,
      TEXTS.map((content) => ({ role: 'user', content })),
    );
    const first = async (query: string) => contents(await driver.find(query, { sessionId }))[0];
    expect(await first('🥳')).toBe('🙂🙂🥳');
    expect(await first('喝咖啡')).toBe('我昨天在上海喝咖啡');
    expect(await first('zerowidth')).toContain('zero\u200bwidth');
    expect(await first('process.abort')).toContain('abort');
    expect(await first('Смешанный')).toContain('Смешанный');
    expect((await driver.find('the of and', { sessionId })).results.length).toBeLessThanOrEqual(10);
  });
});
