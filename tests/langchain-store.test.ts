import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { type BaseStore, getStore, InMemoryStore } from '@langchain/langgraph';
import { PACTClient } from '@neurobloom/pact';
import { PACTStore } from '@neurobloom/pact-langchain';
import { createAgent, fakeModel, tool } from 'langchain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { losingAnswer } from './broken-server.ts';
import { type RunningServer, startServer } from './running-server.ts';

let server: RunningServer;
let client: PACTClient;
let stores = 0;
const newStore = () => new PACTStore({ client, application: `store-${stores++}` });
beforeAll(async () => {
  server = await startServer();
  client = new PACTClient({ baseUrl: server.apiUrl, apiKey: server.apiKey });
});
afterAll(() => server.stop());

/** What a store of LangGraph does, whichever it is: LangGraph's own is held against it too. */
describe.each([
  ['PACTStore', newStore],
  ['InMemoryStore', () => new InMemoryStore()],
] as [string, () => BaseStore][])('the contract of a store, by %s', (_, create) => {
  test('reads what was put, at once, and null for what was not', async () => {
    const store = create();
    const value = { text: 'ü😀\u0001', number: 1.5, list: [1, null, { deep: true }], none: null };
    await store.put(['docs', 'ada'], 'a', value);
    const item = await store.get(['docs', 'ada'], 'a');
    expect(item).toMatchObject({ namespace: ['docs', 'ada'], key: 'a', value });
    expect(item?.createdAt).toBeInstanceOf(Date);
    expect(item?.updatedAt).toBeInstanceOf(Date);
    expect(await store.get(['docs', 'ada'], 'b')).toBeNull();
    expect(await store.get(['docs'], 'a')).toBeNull();
    expect(await store.get(['docs', 'ada', 'x'], 'a')).toBeNull();
  });

  test('overwrites a value and keeps the time of its creation', async () => {
    const store = create();
    await store.put(['docs'], 'a', { version: 1 });
    const { createdAt } = (await store.get(['docs'], 'a'))!;
    const first = createdAt.getTime();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.put(['docs'], 'a', { version: 2 });
    const item = (await store.get(['docs'], 'a'))!;
    expect(item.value).toEqual({ version: 2 });
    expect(item.createdAt.getTime()).toBe(first);
    expect(item.updatedAt.getTime()).toBeGreaterThan(first);
    expect(await store.search(['docs'])).toHaveLength(1);
  });

  test('deletes, also what is not there, and puts again', async () => {
    const store = create();
    await store.put(['docs'], 'a', { version: 1 });
    await store.delete(['docs'], 'a');
    await store.delete(['docs'], 'never');
    expect(await store.get(['docs'], 'a')).toBeNull();
    expect(await store.search(['docs'])).toEqual([]);
    await store.put(['docs'], 'a', { version: 2 });
    expect((await store.get(['docs'], 'a'))?.value).toEqual({ version: 2 });
  });

  test('searches below a prefix of whole labels, in the order of putting, page by page', async () => {
    const store = create();
    const keys = async (prefix: string[], options = {}) =>
      (await store.search(prefix, options)).map(({ namespace, key }) => [...namespace, key].join('/'));
    for (const [namespace, key] of [
      [['docs', 'ada'], '1'],
      [['docs', 'ada', 'deep'], '2'],
      [['docs', 'adam'], '3'],
      [['other'], '4'],
    ] as const) {
      await store.put([...namespace], key, { key });
    }
    expect(await keys(['docs', 'ada'])).toEqual(['docs/ada/1', 'docs/ada/deep/2']);
    expect(await keys(['docs', 'ada', 'deep'])).toEqual(['docs/ada/deep/2']);
    expect(await keys(['docs'])).toEqual(['docs/ada/1', 'docs/ada/deep/2', 'docs/adam/3']);
    expect(await keys([])).toHaveLength(4);
    expect(await keys(['docs'], { limit: 1, offset: 1 })).toEqual(['docs/ada/deep/2']);
    expect(await keys(['docs'], { offset: 5 })).toEqual([]);
  });

  test('gives ten items when no limit is said', async () => {
    const store = create();
    await Promise.all(Array.from({ length: 12 }, (_, at) => store.put(['docs'], `${at}`, { at })));
    expect(await store.search(['docs'])).toHaveLength(10);
  });

  test('filters by equality and by each operator', async () => {
    const store = create();
    for (const [key, value] of Object.entries({
      a: { color: 'red', score: 1 },
      b: { color: 'red', score: 2 },
      c: { color: 'blue', score: 3 },
    })) {
      await store.put(['docs'], key, value);
    }
    const keys = async (filter: object) =>
      (await store.search(['docs'], { filter })).map(({ key }) => key).join('');
    expect(await keys({ color: 'red' })).toBe('ab');
    expect(await keys({ color: 'red', score: { $gt: 1 } })).toBe('b');
    expect(await keys({ score: { $gte: 2, $lt: 3 } })).toBe('b');
    expect(await keys({ score: { $lte: 2 } })).toBe('ab');
    expect(await keys({ color: { $ne: 'red' } })).toBe('c');
    expect(await keys({ color: { $eq: 'blue' } })).toBe('c');
    expect(await keys({ color: 'green' })).toBe('');
    expect(await keys({ missing: 1 })).toBe('');
  });

  test('lists namespaces by prefix, suffix, wildcard, depth and page, each once, sorted', async () => {
    const store = create();
    for (const namespace of [['a', 'b', 'c'], ['a', 'b', 'd'], ['a', 'x', 'c'], ['b']]) {
      await store.put(namespace, '1', {});
      await store.put(namespace, '2', {});
    }
    const list = async (options = {}) =>
      (await store.listNamespaces(options)).map((labels) => labels.join('/'));
    expect(await list()).toEqual(['a/b/c', 'a/b/d', 'a/x/c', 'b']);
    expect(await list({ prefix: ['a', 'b'] })).toEqual(['a/b/c', 'a/b/d']);
    expect(await list({ suffix: ['c'] })).toEqual(['a/b/c', 'a/x/c']);
    expect(await list({ prefix: ['a', '*', 'c'] })).toEqual(['a/b/c', 'a/x/c']);
    expect(await list({ prefix: ['a'], suffix: ['d'] })).toEqual(['a/b/d']);
    expect(await list({ maxDepth: 2 })).toEqual(['a/b', 'a/x', 'b']);
    expect(await list({ limit: 2, offset: 1 })).toEqual(['a/b/d', 'a/x/c']);
  });

  test('in a batch reads come before writes, the last put of an item counts, results stand in order', async () => {
    const store = create();
    await store.put(['docs'], 'a', { version: 1 });
    const results = await store.batch([
      { namespace: ['docs'], key: 'a', value: { version: 2 } },
      { namespace: ['docs'], key: 'a' },
      { namespace: ['docs'], key: 'a', value: { version: 3 } },
      { namespacePrefix: ['docs'] },
      { namespace: ['docs'], key: 'b', value: null },
    ]);
    expect(results).toHaveLength(5);
    expect(results[1]).toMatchObject({ key: 'a' });
    expect(results[3]).toHaveLength(1);
    expect((await store.get(['docs'], 'a'))?.value).toEqual({ version: 3 });
  });

  test('refuses to put under no label, an empty one, one with a period, and the reserved root', async () => {
    const store = create();
    for (const namespace of [[], [''], ['a.b'], ['langgraph', 'a']]) {
      await expect(store.put(namespace, 'a', {})).rejects.toThrow(/amespace/);
    }
  });
});

describe('PACTStore alone', () => {
  test('reads in a batch see the store as it was before it', async () => {
    const store = newStore();
    await store.put(['docs'], 'a', { version: 1 });
    const [, item] = await store.batch([
      { namespace: ['docs'], key: 'a', value: { version: 2 } },
      { namespace: ['docs'], key: 'a' },
    ]);
    expect(item).toMatchObject({ value: { version: 1 } });
  });

  test('searches by meaning, best first, with scores; what is not indexed comes last, without one', async () => {
    const store = newStore();
    const put = (key: string, text: string, index?: false | string[]) =>
      store.put(['facts', 'ada'], key, { text, more: 'x' }, index);
    await put('cat', 'Her cat sleeps on the sofa all day long.');
    await put('coffee', 'She drinks three cups of espresso every morning.', ['text']);
    await put('hidden', 'She drinks espresso in the evening too.', false);
    const found = await store.search(['facts', 'ada'], { query: 'How much espresso does she drink?' });
    expect(found[0]).toMatchObject({ key: 'coffee', score: expect.any(Number) });
    expect(found.at(-1)?.score).toBeUndefined();
    expect(found.map(({ key }) => key).sort()).toEqual(['cat', 'coffee', 'hidden']);
    const one = await store.search(['facts', 'ada'], { query: 'espresso', limit: 1, filter: { more: 'x' } });
    expect(one.map(({ key }) => key)).toEqual(['coffee']);
    const short = await store.search(['facts'], { query: 'espresso', limit: 1 });
    expect(short.map(({ key }) => key)).toEqual(['coffee']);
  });

  test('an overwritten and a deleted value are gone from PACT, from recall too', async () => {
    const store = newStore();
    await store.put(['gone', 'ada'], 'a', { text: 'The password is swordfish.' });
    await store.put(['gone', 'ada'], 'a', { text: 'The password is tulip.' });
    const held = async () => JSON.stringify(await client.exportUser({ userId: 'store:gone/ada' }));
    expect(await held()).toContain('tulip');
    expect(await held()).not.toContain('swordfish');
    await store.delete(['gone', 'ada'], 'a');
    await expect(held()).rejects.toThrow('There is no such user.');
    const { results } = await client.recall({ query: 'What is the password?' });
    expect(JSON.stringify(results)).not.toMatch(/swordfish|tulip/);
  });

  test('stores a value too large for one page of a list, up to its limit, and says so beyond it', async () => {
    const store = newStore();
    const value = { text: 'wörd '.repeat(20_000) };
    await store.put(['large'], 'a', value);
    await store.put(['large'], 'b', { small: true });
    expect((await store.get(['large'], 'a'))?.value).toEqual(value);
    expect(await store.search(['large'])).toHaveLength(2);
    await expect(store.put(['large'], 'a', { text: 'x'.repeat(200_001) })).rejects.toThrow(
      /The value of "a" has 2000\d\d characters as JSON; PACT stores 200000 at most/,
    );
    expect((await store.get(['large'], 'a'))?.value).toEqual(value);
  });

  test('keeps items of long and odd labels apart from their neighbours', async () => {
    const store = newStore();
    await store.put(['a/b', 'c'], 'k', { at: 1 });
    await store.put(['a', 'b/c'], 'k', { at: 2 });
    await store.put(['x'.repeat(300), 'y'], 'k', { at: 3 });
    expect((await store.get(['a/b', 'c'], 'k'))?.value).toEqual({ at: 1 });
    expect((await store.get(['a', 'b/c'], 'k'))?.value).toEqual({ at: 2 });
    expect((await store.get(['x'.repeat(300), 'y'], 'k'))?.value).toEqual({ at: 3 });
  });

  test('puts of one item at the same time leave one of their values', async () => {
    const store = newStore();
    await Promise.all([1, 2, 3].map((version) => store.put(['race'], 'a', { version })));
    await store.put(['race'], 'a', { version: 4 });
    expect((await store.search(['race'])).map(({ value }) => value)).toEqual([{ version: 4 }]);
    const { data } = await client.listSessions({ userId: 'store:race' });
    expect(data).toHaveLength(1);
  });

  test('a put whose first answer was lost is one item, with one version', async () => {
    const { apiUrl: baseUrl, apiKey } = server;
    const losing = new PACTClient({ baseUrl, apiKey, fetch: losingAnswer(/\/sessions$/) });
    await new PACTStore({ client: losing }).put(['lost'], 'a', { at: 1 });
    expect((await client.listSessions({ userId: 'store:lost' })).data).toHaveLength(1);
  });

  test('is mixed with nobody’s memory and with no other store', async () => {
    await client.createSession({ metadata: { user_id: 'store:mixed/ada', note: 'no item' } });
    const [one, other] = [newStore(), newStore()];
    await one.put(['mixed', 'ada'], 'a', { text: 'tea' });
    expect(await other.search([])).toEqual([]);
    expect(await one.search([])).toHaveLength(1);
    expect((await client.recall({ query: 'tea', userId: 'ada' })).results).toEqual([]);
  });

  test('serves an agent’s tools as the store of its graph', async () => {
    const store = newStore();
    const note = tool(
      async ({ text }) => {
        await getStore()?.put(['notes', 'ada'], 'n1', { text });
        return 'noted';
      },
      { name: 'note', description: 'Notes.', schema: z.object({ text: z.string() }) },
    );
    const model = fakeModel()
      .respondWithTools([{ name: 'note', args: { text: 'She likes tea.' }, id: 'c1' }])
      .respond(new AIMessage('Noted.'));
    await createAgent({ model, tools: [note], store }).invoke({
      messages: [new HumanMessage('I like tea.')],
    });
    expect((await store.get(['notes', 'ada'], 'n1'))?.value).toEqual({ text: 'She likes tea.' });
  });
});
