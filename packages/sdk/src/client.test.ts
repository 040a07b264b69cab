import { afterEach, expect, test, vi } from 'vitest';
import { PACTClient, PACTError } from './index.ts';
import { json, serve } from './testing.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const SESSION = {
  session_id: 'sess_1',
  status: 'active',
  metadata: { user_id: 'u', deep_thing: { inner_key: [{ last_one: 1 }] }, camelCase: 1 },
  message_count: 2,
};

test('a client needs a key in the environment and nothing else', async () => {
  await using server = await serve(json(200, SESSION));
  vi.stubEnv('PACT_API_KEY', 'sk_test_env\n');
  expect(new PACTClient().baseUrl).toBe('https://api.neurobloom.ai/pact/v1');
  vi.stubEnv('PACT_BASE_URL', `${server.baseUrl}//`);
  await new PACTClient().getSession('sess_1');
  expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/pact/v1/sessions/sess_1' });
  expect(server.seen[0]?.headers.authorization).toBe('Bearer sk_test_env');
});

test('an option goes before the environment', async () => {
  await using server = await serve(json(200, SESSION));
  vi.stubEnv('PACT_API_KEY', 'sk_test_env');
  vi.stubEnv('PACT_BASE_URL', 'https://elsewhere.example/pact/v1');
  await new PACTClient({ apiKey: 'sk_test_mine', baseUrl: `${server.baseUrl}/` }).getSession('sess_1');
  expect(server.seen[0]?.headers.authorization).toBe('Bearer sk_test_mine');
});

test('a call without a key says what to set, and sends nothing', async () => {
  vi.stubEnv('PACT_API_KEY', undefined);
  await using server = await serve(json(200, SESSION));
  const pact = new PACTClient({ baseUrl: server.baseUrl });
  await expect(pact.getSession('sess_1')).rejects.toThrow(/^There is no API key: set PACT_API_KEY/);
  expect(server.seen).toHaveLength(0);
});

test('a key or a base URL that cannot be one is refused before anything is sent', () => {
  expect(() => new PACTClient({ apiKey: 'sk_test_ä' })).toThrow(PACTError);
  expect(() => new PACTClient({ apiKey: 'sk_test_1 sk_test_2' })).toThrow(PACTError);
  expect(() => new PACTClient({ baseUrl: 'api.neurobloom.ai' })).toThrow(/is not an http\(s\) URL/);
});

test('a browser holds a key only when told to, and a client without one in any case', () => {
  vi.stubEnv('PACT_API_KEY', undefined);
  vi.stubGlobal('window', {});
  vi.stubGlobal('document', {});
  expect(() => new PACTClient({ apiKey: 'sk_test_1' })).toThrow(/allowBrowserKey/);
  new PACTClient({ apiKey: 'sk_test_1', allowBrowserKey: true });
  new PACTClient();
});

test('with credentials cookies stand for the key: none is read, none is needed, both are refused', async () => {
  vi.stubEnv('PACT_API_KEY', 'sk_test_env');
  vi.stubGlobal('window', {});
  vi.stubGlobal('document', {});
  const sent: RequestInit[] = [];
  const answering: typeof fetch = async (_, init) => {
    sent.push(init!);
    return Response.json(SESSION);
  };
  const pact = new PACTClient({ credentials: 'include', fetch: answering });
  expect(await pact.getSession('sess_1')).toMatchObject({ sessionId: 'sess_1' });
  await expect(pact.stream('sess_1').next()).rejects.toThrow(/answered 200 with an answer of type/);
  expect(sent.map(({ credentials }) => credentials)).toEqual(['include', 'include']);
  expect(sent.map(({ headers }) => (headers as Headers).has('Authorization'))).toEqual([false, false]);
  expect(() => new PACTClient({ credentials: 'include', apiKey: 'sk_test_1' })).toThrow(/not both/);
});

test('with a key nothing is said of cookies, which not every runtime knows', async () => {
  const sent: RequestInit[] = [];
  const answering: typeof fetch = async (_, init) => {
    sent.push(init!);
    return Response.json(SESSION);
  };
  await new PACTClient({ apiKey: 'sk_test_1', fetch: answering }).getSession('sess_1');
  expect(sent[0]).not.toHaveProperty('credentials');
});

test('names are mapped both ways, and the keys of metadata in neither', async () => {
  await using server = await serve(json(200, SESSION));
  const pact = server.client();
  const metadata = { user_id: 'u', userName: 'n', deep_thing: { innerKey: { last_one: 1 } } };
  await pact.createSession({ externalId: 'e', tokenThreshold: 500, metadata });
  expect(JSON.parse(server.seen[0]!.body)).toEqual({ external_id: 'e', token_threshold: 500, metadata });
  expect(await pact.getSession('sess_1')).toEqual({
    sessionId: 'sess_1',
    status: 'active',
    metadata: SESSION.metadata,
    messageCount: 2,
  });
});

test('names are mapped inside lists, and a date is sent as its ISO text', async () => {
  await using server = await serve(json(201, { message_ids: ['msg_1'], token_count: 1 }));
  const occurredAt = new Date('2025-03-01T10:00:00Z');
  const messages = [{ role: 'user', content: 'a_b', occurredAt, externalId: 'x' }] as const;
  expect(await server.client().saveMessages('sess_1', { messages })).toEqual({
    messageIds: ['msg_1'],
    tokenCount: 1,
  });
  expect(JSON.parse(server.seen[0]!.body)).toEqual({
    messages: [{ role: 'user', content: 'a_b', occurred_at: '2025-03-01T10:00:00.000Z', external_id: 'x' }],
  });
});

test('a field that a newer API answers with is handed on as it is', async () => {
  await using server = await serve(json(200, { ...SESSION, brand_new: { of_it: 1 }, constructor: 1 }));
  expect(await server.client().getSession('sess_1')).toMatchObject({
    brand_new: { of_it: 1 },
    constructor: 1,
  });
});

test('a query holds what is set alone, escaped', async () => {
  await using server = await serve(json(200, { session_id: 'sess_1', messages: [] }));
  const pact = server.client();
  await pact.getContext('a/b?c', { includeEmotional: false, query: 'tea & milk', maxTokens: undefined });
  await pact.getContext('sess_1');
  expect(server.seen.map(({ url }) => url)).toEqual([
    '/pact/v1/sessions/a%2Fb%3Fc/context?include_emotional=false&query=tea+%26+milk',
    '/pact/v1/sessions/sess_1/context',
  ]);
});

test('an operation without body fields sends no body', async () => {
  await using server = await serve(json(200, { session_id: 'sess_1', consolidation_result: {} }));
  await server.client().consolidate('sess_1');
  expect(server.seen[0]?.body).toBe('');
  expect(server.seen[0]?.headers['content-type']).toBeUndefined();
});

test.each(['', '.', '..', undefined])('%j is no id, and no request of another path', async (id) => {
  await using server = await serve(json(200, {}));
  await expect(server.client().deleteSession(id as string)).rejects.toThrow(/^session_id must be an id/);
  expect(server.seen).toHaveLength(0);
});

test('an erasure without its receipt says so', async () => {
  await using server = await serve((_, response) => void response.writeHead(204).end());
  await expect(server.client().deleteSession('sess_1')).rejects.toThrow(/^It is done, but .* X-Pact-Erasure/);
});

test('a list is read page by page, with the same filters, and only as far as it is read', async () => {
  const sessions = (ids: string[], next_cursor: string | null) =>
    json(200, {
      data: ids.map((session_id) => ({ session_id })),
      next_cursor,
      has_more: next_cursor !== null,
    });
  await using server = await serve(sessions(['a', 'b'], 'c2'), sessions(['c'], 'c3'), sessions([], null));
  const page = await server.client().listSessions({ userId: 'u', limit: 2 });
  expect(page).toMatchObject({
    data: [{ sessionId: 'a' }, { sessionId: 'b' }],
    nextCursor: 'c2',
    hasMore: true,
  });
  const ids: string[] = [];
  for await (const { sessionId } of page) {
    ids.push(sessionId);
    if (sessionId === 'a') expect(server.seen).toHaveLength(1);
  }
  expect(ids).toEqual(['a', 'b', 'c']);
  expect(server.seen.map(({ url }) => url.split('?')[1])).toEqual([
    'limit=2&user_id=u',
    'limit=2&cursor=c2&user_id=u',
    'limit=2&cursor=c3&user_id=u',
  ]);
});

test('a list that is not awaited is iterated over all the same', async () => {
  await using server = await serve(
    json(200, { data: [{ id: 'msg_1' }], next_cursor: 'c2', has_more: true }),
    json(200, { data: [{ id: 'msg_2' }], next_cursor: null, has_more: false }),
  );
  const ids: string[] = [];
  for await (const { id } of server.client().listMessages('sess_1')) ids.push(id);
  expect(ids).toEqual(['msg_1', 'msg_2']);
});

test('the last page has none after it', async () => {
  await using server = await serve(
    json(200, { data: [{ id: 'msg_1' }], next_cursor: null, has_more: false }),
  );
  const page = await server.client().listMessages('sess_1', { order: 'desc' });
  expect(await page.nextPage()).toBeNull();
  const ids: string[] = [];
  for await (const { id } of page) ids.push(id);
  expect(ids).toEqual(['msg_1']);
});
