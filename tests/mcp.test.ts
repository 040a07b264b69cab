import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PACTClient } from '@neurobloom/pact';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overStdio, turn, wordsOf } from './mcp-agent.ts';
import { type RunningServer, startServer } from './running-server.ts';

const ANGRY = 'Where is my espresso machine? It still has not arrived, I am furious!';

let server: RunningServer;
let pact: PACTClient;
beforeAll(async () => {
  server = await startServer();
  pact = new PACTClient({ baseUrl: server.apiUrl, apiKey: server.apiKey });
});
afterAll(() => server.stop());

/** One on which nobody listens. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('an agent over stdio', () => {
  test('saves a turn without opening a session, and finds context, feeling and words again', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'ana' });
    const saved = await mcp.ask('save_turn', turn(ANGRY, 'I am sorry. It comes tomorrow.'));
    expect(saved.emotion.user_emotion).toBe('angry');
    const context = await mcp.call('get_context', { query: 'the delivery' });
    expect(wordsOf(context)).toContain('The user seems angry');
    expect(wordsOf(context)).toContain(ANGRY);
    expect(context.structuredContent).toMatchObject({
      session_id: saved.session_id,
      emotional_state: 'angry',
      messages: [{ role: 'user', content: ANGRY, emotion: 'angry' }, { role: 'assistant' }],
    });
    expect(await mcp.ask('get_emotional_state')).toMatchObject({
      current_emotion: 'angry',
      escalating: false,
      recent: [{ emotion: 'angry' }],
    });
    const found = await mcp.ask('recall', { query: 'Which machine did I order?', limit: 1 });
    expect(found.results).toMatchObject([{ session_id: saved.session_id, content: ANGRY }]);
    expect(await mcp.ask('list_sessions')).toMatchObject({
      sessions: [{ session_id: saved.session_id, is_ongoing: true, message_count: 2 }],
      next_cursor: null,
    });
  });

  test('speaks the protocol of 2026 as well', async () => {
    const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
    await using mcp = await overStdio(server, { PACT_USER_ID: 'modern' }, [], options);
    expect((await mcp.client.listTools()).tools).toHaveLength(6);
    await mcp.ask('save_turn', turn(ANGRY));
    expect(await mcp.ask('get_emotional_state')).toMatchObject({ current_emotion: 'angry' });
  });

  test('goes on in the next process where the last one ended', async () => {
    const first = await overStdio(server, {}, ['--user', 'ben']);
    const before = await first.ask('save_turn', turn('My cat is called Mizzi.'));
    await first.client.close();
    await using next = await overStdio(server, {}, ['--user', 'ben']);
    expect((await next.ask('get_context')).messages[0].content).toBe('My cat is called Mizzi.');
    expect((await next.ask('save_turn', turn('She is three.'))).session_id).toBe(before.session_id);
  });

  test('two that save for the first time at once save into one session', async () => {
    await using one = await overStdio(server, { PACT_USER_ID: 'twins' });
    await using other = await overStdio(server, { PACT_USER_ID: 'twins' });
    const saved = await Promise.all([
      one.ask('save_turn', turn('One.')),
      other.ask('save_turn', turn('Two.')),
    ]);
    expect(saved[0].session_id).toBe(saved[1].session_id);
  });

  test('a named session is a memory of its own, searched with all the others', async () => {
    await using home = await overStdio(server, { PACT_USER_ID: 'cleo' });
    await using work = await overStdio(server, { PACT_USER_ID: 'cleo', PACT_SESSION: 'work' });
    await home.ask('save_turn', turn('The garden needs a new gate.'));
    expect((await work.ask('get_context')).messages).toEqual([]);
    await work.ask('save_turn', turn('The release is on Friday.'));
    expect((await work.ask('get_context')).messages[0].content).toBe('The release is on Friday.');
    const { results } = await work.ask('recall', { query: 'garden gate', limit: 1 });
    expect(results[0].content).toBe('The garden needs a new gate.');
    expect((await home.ask('list_sessions')).sessions).toHaveLength(2);
  });

  test('works on a session that its application opened, when told which', async () => {
    const { sessionId } = await pact.createSession({ metadata: { user_id: 'dora', application: 'shop' } });
    await using mcp = await overStdio(server, { PACT_USER_ID: 'dora' });
    await mcp.ask('save_turn', { ...turn('I would like tea.'), session_id: sessionId });
    expect((await pact.getSession(sessionId)).messageCount).toBe(2);
    expect((await mcp.ask('get_context', { session_id: sessionId })).messages).toHaveLength(2);
    expect((await mcp.ask('recall', { query: 'tea', session_id: sessionId })).results[0].content).toContain(
      'tea',
    );
    expect((await mcp.ask('list_sessions')).sessions).toMatchObject([
      { application: 'shop', is_ongoing: false },
    ]);
  });

  test('reads nothing of, adds nothing to and erases nothing of another user', async () => {
    const { sessionId } = await pact.createSession({ metadata: { user_id: 'somebody else' } });
    const { sessionId: nobodys } = await pact.createSession();
    await pact.saveInteraction(sessionId, { userMessage: 'The vault code is 1234.', aiMessage: 'Noted.' });
    await using mcp = await overStdio(server, { PACT_USER_ID: 'eve' });
    for (const session_id of [sessionId, nobodys, 'sess_gone', '..']) {
      for (const [name, input] of [
        ['get_context', {}],
        ['get_emotional_state', {}],
        ['recall', { query: 'vault' }],
        ['save_turn', turn('Hello')],
        ['forget', { what: 'session' }],
      ] as const) {
        const sentence = await mcp.refusal(name, { ...input, session_id });
        expect(sentence).toMatch(
          session_id === '..'
            ? /^session_id must be/
            : /^There is no session "sess_\w+" of the user "eve"\.$/,
        );
      }
    }
    expect((await mcp.ask('recall', { query: 'vault code' })).results).toEqual([]);
    await mcp.ask('forget', { what: 'user' });
    expect((await pact.getSession(sessionId)).messageCount).toBe(2);
  });

  test('reading before anything was saved says so and opens nothing', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'new' });
    expect(wordsOf(await mcp.call('get_context'))).toBe(
      'Nothing is remembered yet: this is the first conversation.',
    );
    expect(await mcp.ask('get_emotional_state')).toMatchObject({
      session_id: null,
      current_emotion: 'neutral',
    });
    expect((await mcp.ask('recall', { query: 'anything' })).results).toEqual([]);
    expect(await mcp.ask('forget', { what: 'session' })).toMatchObject({ erasure_id: null, removed: [] });
    expect((await pact.listSessions({ userId: 'new' })).data).toEqual([]);
  });

  test('forgets one session or all of a user, with the receipt, and can begin anew', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'fay' });
    const { session_id } = await mcp.ask('save_turn', turn('Forget that I like jazz.'));
    const receipt = await mcp.ask('forget', { what: 'session' });
    expect(receipt).toMatchObject({ subject: 'session', subject_id: session_id });
    expect(receipt.removed).toContainEqual({ store: 'messages', removed: 2 });
    expect((await pact.getErasure({ erasureId: receipt.erasure_id })).subjectId).toBe(session_id);
    expect((await mcp.ask('recall', { query: 'jazz' })).results).toEqual([]);
    expect((await mcp.ask('save_turn', turn('Hello again.'))).session_id).not.toBe(session_id);
    expect(await mcp.refusal('forget', { what: 'user', session_id })).toMatch(/^Give session_id only/);
    expect(await mcp.ask('forget', { what: 'user' })).toMatchObject({ subject: 'user', subject_id: 'fay' });
    expect((await pact.listSessions({ userId: 'fay' })).data).toEqual([]);
  });

  test('a session that was erased elsewhere is opened anew for the next turn', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'gus' });
    const { session_id } = await mcp.ask('save_turn', turn('One.'));
    await pact.deleteSession(session_id);
    expect((await mcp.ask('get_context')).session_id).toBeNull();
    expect((await mcp.ask('save_turn', turn('Two.'))).session_id).not.toBe(session_id);
  });

  test('narrows a recall by emotion and time, and says which word of emotion PACT does not know', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'hal' });
    await mcp.ask('save_turn', turn(ANGRY));
    await mcp.ask('save_turn', turn('The espresso machine is here, thank you so much!'));
    const query = 'espresso machine';
    const found = await mcp.ask('recall', { query, emotions: ['angry'] });
    expect(found.results.map(({ content }: { content: string }) => content)).toEqual([ANGRY]);
    expect((await mcp.ask('recall', { query, to: '2020-01-01T00:00:00Z' })).results).toEqual([]);
    expect(await mcp.refusal('recall', { query, emotions: ['hangry'] })).toMatch(/emotions/);
    expect(await mcp.refusal('recall', { query, from: 'yesterday' })).toMatch(/from/);
  });

  test('a malformed call is told what is wrong, and erases or saves nothing', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'ida' });
    await mcp.ask('save_turn', turn('Keep this.'));
    expect(await mcp.refusal('save_turn', { user_message: 'Hello' })).toMatch(/assistant_message/);
    expect(await mcp.refusal('forget', {})).toMatch(/what/);
    expect(await mcp.refusal('forget', { what: 'session', session: 'sess_1' })).toMatch(/Unrecognized key/);
    expect(await mcp.refusal('get_context', { max_tokens: 0 })).toMatch(/max_tokens/);
    await expect(mcp.call('no_such_tool')).rejects.toThrow(/no_such_tool/);
    expect((await mcp.ask('list_sessions')).sessions).toMatchObject([{ message_count: 2 }]);
  });

  test('tools say what they do to the memory, and the context is a resource too', async () => {
    await using mcp = await overStdio(server, { PACT_USER_ID: 'joe' });
    const { tools } = await mcp.client.listTools();
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
    expect(Object.keys(hints).sort()).toEqual([
      'forget',
      'get_context',
      'get_emotional_state',
      'list_sessions',
      'recall',
      'save_turn',
    ]);
    expect(hints['forget']).toMatchObject({ destructiveHint: true, readOnlyHint: false });
    expect(hints['save_turn']).toMatchObject({ destructiveHint: false, readOnlyHint: false });
    for (const name of ['get_context', 'get_emotional_state', 'list_sessions', 'recall']) {
      expect(hints[name]).toMatchObject({ readOnlyHint: true, openWorldHint: false });
    }
    expect(tools.every(({ outputSchema, description }) => outputSchema && description)).toBe(true);
    expect(mcp.client.getInstructions()).toMatch(/long-term memory/);
    await mcp.ask('save_turn', turn('I moved to Graz.'));
    const { contents } = await mcp.client.readResource({ uri: 'pact://context' });
    expect(contents).toMatchObject([{ mimeType: 'text/plain', text: expect.stringContaining('Graz') }]);
  });
});

describe('an agent is told in one sentence', () => {
  test('that the key is wrong', async () => {
    await using mcp = await overStdio(server, { PACT_API_KEY: 'sk_test_wrong' });
    expect(await mcp.refusal('save_turn', turn('Hello'))).toMatch(
      /^PACT does not know the API key: .* PACT_API_KEY/,
    );
  });

  test('that the host is dead, and that the turn is not saved', async () => {
    await using mcp = await overStdio(server, {
      PACT_BASE_URL: `http://127.0.0.1:${await freePort()}/pact/v1`,
    });
    expect(await mcp.refusal('save_turn', turn('Hello'))).toMatch(/^Cannot reach http:.*ECONNREFUSED.*\.$/);
    await expect(mcp.client.readResource({ uri: 'pact://context' })).rejects.toThrow(/Cannot reach/);
  });

  test.each<[string, RequestListener, RegExp]>([
    [
      "that a proxy's page came",
      (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in</html>'),
      /answered 200 with an HTML page that PACT does not give/,
    ],
    [
      'that half an answer came',
      (_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"session_id":'),
      /is cut short/,
    ],
  ])('%s', async (_, listener, sentence) => {
    const proxy = createServer(listener);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await using mcp = await overStdio(server, {
      PACT_BASE_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/pact/v1`,
    });
    expect(await mcp.refusal('get_context')).toMatch(sentence);
    proxy.closeAllConnections();
    proxy.close();
  });
});
