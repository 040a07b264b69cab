import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../src/openapi.ts';
import { type ApiWorld, apiWorld, send } from './world.ts';

let world: ApiWorld;
let key: string;
beforeAll(async () => {
  world = await apiWorld();
  ({ secret: key } = await world.key('wks_wire'));
});
afterAll(() => world.close());

const open = async (body?: object) =>
  (await send(world, 'POST', '/sessions', { key, ...(body ? { body } : {}) })).body.session_id as string;
const save = (sessionId: string, body: object) =>
  send(world, 'POST', `/sessions/${sessionId}/interactions`, { key, body });

describe('the published contract', () => {
  test('opens a session without a body, under a JSON content type', async () => {
    const answer = await send(world, 'POST', '/sessions', {
      key,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      session_id: expect.stringMatching(/^sess_/),
      created_at: '2026-11-23T09:00:00.000Z',
      status: 'active',
    });
  });

  test('saves an interaction and answers with its analysis', async () => {
    const answer = await save(await open(), {
      user_message: "I'm really frustrated with this bug",
      ai_message: "Let's find it.",
      track_emotion: true,
      consolidate: true,
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      interaction_id: expect.stringMatching(/^int_/),
      emotional_analysis: {
        user_emotion: 'frustrated',
        valence: expect.any(Number),
        arousal: expect.any(Number),
        trend: 'stable',
        confidence: expect.any(Number),
      },
      consolidation_triggered: false,
      token_count: expect.any(Number),
    });
    expect(answer.body.emotional_analysis.valence).toBeLessThan(0.5);
  });

  test('reads booleans as Python writes them', async () => {
    const id = await open();
    await save(id, { user_message: 'I am happy', ai_message: 'Good' });
    const context = (query: string) => send(world, 'GET', `/sessions/${id}/context?${query}`, { key });
    expect((await context('include_emotional=False&max_tokens=2000')).body.emotional_state).toBeNull();
    expect((await context('include_emotional=True')).body.emotional_state).toBe('happy');
    expect((await context('include_emotional=false')).body.emotional_state).toBeNull();
    expect((await context('include_emotional=maybe')).body.error).toMatchObject({
      code: 'invalid_request',
      details: { field: 'include_emotional', received: '"maybe"' },
    });
  });

  test('serves a context in the shape that agents read', async () => {
    const id = await open();
    await save(id, { user_message: 'I am so happy about Lisbon!', ai_message: 'Lovely.' });
    const { body } = await send(world, 'GET', `/sessions/${id}/context`, { key });
    expect(body).toMatchObject({
      session_id: id,
      messages: [
        {
          id: expect.stringMatching(/^msg_/),
          role: 'user',
          content: 'I am so happy about Lisbon!',
          timestamp: expect.stringMatching(/Z$/),
          emotional_metadata: { detected_emotion: 'happy', confidence: expect.any(Number) },
        },
        { role: 'assistant', content: 'Lovely.' },
      ],
      emotional_state: 'happy',
      consolidated_summary: '',
      token_count: expect.any(Number),
      truncated: false,
      dropped: [],
    });
  });

  test('answers state, graph, consolidation and priority in their shapes', async () => {
    const id = await open();
    for (let at = 0; at < 4; at++)
      await save(id, {
        user_message: `Order ${at} to Porto is late again, this is so frustrating!`,
        ai_message: 'Sorry.',
      });
    const state = await send(world, 'GET', `/sessions/${id}/emotional_state`, { key });
    expect(state.body).toMatchObject({
      session_id: id,
      current_emotion: expect.any(String),
      key_emotions: expect.arrayContaining([{ emotion: expect.any(String), intensity: expect.any(Number) }]),
    });
    expect(state.body.emotional_history[0]).toMatchObject({
      timestamp: expect.any(String),
      emotion: expect.any(String),
    });
    const graph = await send(world, 'GET', `/sessions/${id}/graph?limit=50`, { key });
    expect(graph.body.metadata).toEqual({
      total_nodes: expect.any(Number),
      total_edges: expect.any(Number),
      depth: expect.any(Number),
    });
    const ends = new Set(graph.body.nodes.map((node: { id: string }) => node.id));
    expect(graph.body.edges.length).toBeGreaterThan(0);
    for (const { from, to } of graph.body.edges) expect(ends.has(from) && ends.has(to)).toBe(true);
    const fold = await send(world, 'POST', `/sessions/${id}/consolidate`, { key });
    expect(fold.status).toBe(200);
    expect(fold.body.consolidation_result).toMatchObject({
      messages_before: 8,
      consolidated_summary: expect.stringContaining('Porto'),
    });
    const priority = await send(world, 'POST', `/sessions/${id}/priority`, {
      key,
      body: { topic: 'Porto', priority: 'high' },
    });
    expect(priority.body).toEqual({
      session_id: id,
      topic: 'Porto',
      priority: 'high',
      updated_at: expect.any(String),
    });
  });

  test('has the summary ready when the save that triggered it has answered', async () => {
    const id = await open({ consolidation_threshold: 4 });
    const triggered = [];
    for (let at = 0; at < 4; at++) {
      const saved = await save(id, {
        user_message: `My sister Ana flies to Vienna on day ${at}.`,
        ai_message: 'Noted.',
      });
      triggered.push(saved.body.consolidation_triggered);
    }
    expect(triggered).toContain(true);
    const { body } = await send(world, 'GET', `/sessions/${id}/context`, { key });
    expect(body.consolidated_summary).toContain('Vienna');
  });

  test('erases with 204 and a receipt', async () => {
    const id = await open();
    await save(id, { user_message: 'Forget me', ai_message: 'Yes' });
    const gone = await send(world, 'DELETE', `/sessions/${id}`, { key });
    expect(gone.status).toBe(204);
    expect(gone.body).toBe('');
    const receipt = await send(world, 'GET', `/erasures/${gone.headers.get('x-pact-erasure')}`, { key });
    expect(receipt.body).toMatchObject({ subject: 'session', subject_id: id });
    expect((await send(world, 'GET', `/sessions/${id}/context`, { key })).status).toBe(404);
  });

  test('keeps the client’s metadata as it came', async () => {
    const metadata = { user_id: 'u7', someKey: { innerKey: [1] }, snake_key: null };
    const id = await open({ metadata });
    expect((await send(world, 'GET', `/sessions/${id}`, { key })).body.metadata).toEqual(metadata);
    const page = await send(world, 'GET', '/sessions?user_id=u7', { key });
    expect(page.body).toMatchObject({
      data: [{ session_id: id, message_count: 0 }],
      next_cursor: null,
      has_more: false,
    });
  });
});

describe('bad input', () => {
  test.each([
    ['a missing field', { user_message: 'x' }, 'ai_message'],
    ['a wrong type', { user_message: 7, ai_message: 'x' }, 'user_message'],
    ['null', { user_message: null, ai_message: 'x' }, 'user_message'],
    [
      'a message above 200,000 characters',
      { user_message: 'x'.repeat(200_001), ai_message: '' },
      'user_message',
    ],
    ['U+0000', { user_message: 'a\0b', ai_message: '' }, 'user_message'],
    ['a byte order mark', { user_message: '\ufeffHello', ai_message: '' }, 'user_message'],
    ['half a surrogate pair', { user_message: 'a\ud800b', ai_message: '' }, 'user_message'],
    ['a time that is none', { user_message: '', ai_message: '', occurred_at: 'yesterday' }, 'occurred_at'],
    [
      'a time without its offset',
      { user_message: '', ai_message: '', occurred_at: '2026-01-01T00:00:00' },
      'occurred_at',
    ],
    [
      'the year 9999',
      { user_message: '', ai_message: '', occurred_at: '9999-01-01T00:00:00Z' },
      'occurred_at',
    ],
  ])('is refused by name: %s', async (_, body, field) => {
    const id = await open();
    const answer = await save(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'invalid_request', details: { field } });
    expect((await send(world, 'GET', `/sessions/${id}`, { key })).body.message_count).toBe(0);
  });

  test('never quotes a message in a refusal or in the log', async () => {
    const secret = 'tangerine-dream';
    const answer = await save(await open(), { user_message: `${secret}\0`, ai_message: secret });
    await save(await open(), { user_message: `I said ${secret}`, ai_message: secret });
    await send(world, 'GET', `/sessions/${await open()}/context?query=${secret}`, { key });
    expect(JSON.stringify(answer.body)).not.toContain(secret);
    expect(world.logged.join('')).not.toContain(secret);
    expect(world.logged.join('')).toContain('/pact/v1/sessions/:session_id/interactions');
  });

  test.each([
    [
      'too many messages',
      { messages: Array.from({ length: 1_001 }, () => ({ role: 'user', content: '' })) },
      'messages',
    ],
    ['an unknown role', { messages: [{ role: 'wizard', content: '' }] }, 'messages.0.role'],
    ['a message without content', { messages: [{ role: 'user' }] }, 'messages.0.content'],
  ])('refuses an import with %s', async (_, body, field) => {
    const id = await open();
    const answer = await send(world, 'POST', `/sessions/${id}/messages`, { key, body });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.field).toBe(field);
    expect((await send(world, 'GET', `/sessions/${id}/messages`, { key })).body.data).toEqual([]);
  });

  test.each([
    '/sessions?limit=0',
    '/sessions?limit=201',
    '/sessions?limit=ten',
    '/sessions?cursor=nonsense',
    '/sessions?limit=1e9',
    '/sessions?limit=0x10',
  ])('refuses the query %s', async (path) => {
    expect((await send(world, 'GET', path, { key })).status).toBe(400);
  });

  test.each([
    ['nested a thousand deep', { metadata: JSON.parse(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`) }],
    ['above 16 KB', { metadata: { a: 'x'.repeat(17_000) } }],
    ['with U+0000 in a key', { metadata: { 'a\0': 1 } }],
    ['with a number without end', '{"metadata":{"a":1e999}}'],
    ['with a user id that is none', { metadata: { user_id: '' } }],
  ])('refuses metadata %s', async (_, body) => {
    const answer = await send(world, 'POST', '/sessions', { key, body });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.field).toMatch(/^metadata/);
  });

  test('answers an unknown route, and a known one with the wrong method, with 404', async () => {
    for (const [method, path] of [
      ['GET', '/nope'],
      ['PUT', '/sessions'],
      ['PATCH', '/recall'],
    ] as const) {
      const answer = await send(world, method, path, { key });
      expect(answer.status).toBe(404);
      expect(answer.body.error.code).toBe('not_found');
    }
  });

  test('takes a query of 4,000 characters of any script', async () => {
    const query = encodeURIComponent('記'.repeat(4_000));
    expect(
      (await send(world, 'GET', `/sessions/${await open()}/context?query=${query}`, { key })).status,
    ).toBe(200);
  });

  test.each([
    ['what is not HTTP', 'NONSENSE\r\n\r\n'],
    ['20,000 headers', `GET /pact/v1/health HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(20_000)}\r\n`],
  ])('answers %s with 400 and a request id', async (_, bytes) => {
    const answer = await raw(world.origin, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/X-Request-Id: req_/);
    expect(answer).toContain('"code":"invalid_request"');
  });

  test('refuses a body that is nested without end, with an idempotency key too', async () => {
    const body = `{"metadata":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`;
    const headers = { 'idempotency-key': 'deep' };
    expect((await send(world, 'POST', '/sessions', { key, body, headers })).status).toBe(400);
  });

  test.each([
    '/sessions/%E0%A4%A',
    '/sessions/%zz',
    `/sessions/${'x'.repeat(2_000)}`,
    '/sessions/%ED%A0%80/context',
  ])('answers %s, an id that cannot exist, with 404', async (path) => {
    const answer = await send(world, 'GET', path, { key });
    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatchObject({
      code: 'not_found',
      request_id: answer.headers.get('x-request-id'),
    });
  });
});

describe('the service', () => {
  test('says how it is, without a key', async () => {
    const { status, body } = await send(world, 'GET', '/health');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'healthy',
      version: expect.any(String),
      timestamp: expect.any(String),
      services: { database: 'healthy', cache: 'disabled', llm_api: 'disabled' },
    });
  });

  test('gives every answer a request id of its own', async () => {
    const seen = new Set<string | null>();
    for (const path of ['/health', '/sessions', '/nope', '/openapi.json', '/docs/']) {
      seen.add((await send(world, 'GET', path)).headers.get('x-request-id'));
    }
    expect(seen.size).toBe(5);
    expect(seen).not.toContain(null);
  });

  test('tells each keyed answer its rate limit', async () => {
    const { headers } = await send(world, 'GET', '/sessions', { key });
    expect(Number(headers.get('x-ratelimit-limit'))).toBe(1_000);
    expect(Number(headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(0);
  });

  test('serves its document and a page to try it', async () => {
    const document = await send(world, 'GET', '/openapi.json');
    expect(document.body.openapi).toBe('3.1.0');
    expect(document.body).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    const page = await send(world, 'GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.body).toContain('swagger-ui');
  });

  test('lets the dashboard’s origin read it, and no other', async () => {
    const from = (origin: string) => send(world, 'GET', '/health', { headers: { origin } });
    expect((await from('http://localhost:3000')).headers.get('access-control-allow-origin')).toBe(
      'http://localhost:3000',
    );
    expect((await from('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await send(world, 'OPTIONS', '/sessions/x', {
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'DELETE' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
  });
});

describe('the document', () => {
  const document = openApiDocument() as {
    paths: Record<string, Record<string, { responses: Record<string, unknown>; operationId: string }>>;
    components: { schemas: Record<string, unknown> };
  };

  test('refers to nothing that it does not hold', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(document.components.schemas).toHaveProperty(name!);
    }
    expect(text).not.toContain('$defs');
  });

  test('has no camelCase name on the wire', () => {
    const names = JSON.stringify(document).matchAll(/"properties":\{"([^"]+)"/g);
    for (const [, name] of names) expect(name).not.toMatch(/[A-Z]/);
  });

  test('states the status that each operation really answers', () => {
    expect(Object.keys(document.paths['/sessions']!['post']!.responses)).toContain('201');
    expect(Object.keys(document.paths['/sessions/{session_id}']!['delete']!.responses)).toContain('204');
  });
});

/** Sends bytes as they are and reads until the server closes. */
function raw(origin: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(Number(new URL(origin).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
  });
}
