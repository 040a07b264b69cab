import { AuthenticationError, NotFoundError, PACTClient, type StreamEvent } from '@neurobloom/pact';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCuttingProxy } from './cutting-proxy.ts';
import { type RunningServer, startServer } from './running-server.ts';

let server: RunningServer;
let pact: PACTClient;
beforeAll(async () => {
  server = await startServer();
  pact = new PACTClient({ baseUrl: server.apiUrl, apiKey: server.apiKey });
});
afterAll(() => server.stop());

describe('the TypeScript client against the real server', () => {
  test('saves, reads, recalls, folds, ranks and erases', async () => {
    const { sessionId } = await pact.createSession({
      metadata: { user_id: 'ana', someKey: { innerKey: 1 } },
    });
    const saved = await pact.saveInteraction(sessionId, {
      userMessage: 'I am so frustrated, the ferry to Rhodes was cancelled again!',
      aiMessage: 'That is annoying. Let me look for another one.',
    });
    expect(saved.emotionalAnalysis?.userEmotion).toBe('frustrated');
    const context = await pact.getContext(sessionId, { maxTokens: 500 });
    expect(context.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect((await pact.getEmotionalState(sessionId)).currentEmotion).toBe('frustrated');
    expect((await pact.getMemoryGraph(sessionId)).nodes.map(({ content }) => content)).toContain('Rhodes');
    const { results } = await pact.recall({ query: 'Which ferry was cancelled?', sessionId, explain: true });
    expect(results[0]?.message.content).toContain('Rhodes');
    expect((await pact.setPriority(sessionId, { topic: 'ferry', priority: 'high' })).priority).toBe('high');
    expect((await pact.consolidate(sessionId)).consolidationResult.messagesBefore).toBe(2);
    expect((await pact.getSession(sessionId)).metadata).toEqual({ user_id: 'ana', someKey: { innerKey: 1 } });
    const { erasureId } = await pact.deleteSession(sessionId);
    expect((await pact.getErasure({ erasureId })).subjectId).toBe(sessionId);
    await expect(pact.getContext(sessionId)).rejects.toBeInstanceOf(NotFoundError);
  });

  test('walks pages', async () => {
    const { sessionId } = await pact.createSession();
    await pact.saveMessages(sessionId, {
      messages: Array.from({ length: 25 }, (_, at) => ({ role: 'user' as const, content: `Note ${at}` })),
    });
    const contents: string[] = [];
    for await (const { content } of await pact.listMessages(sessionId, { limit: 10 })) contents.push(content);
    expect(contents).toEqual(Array.from({ length: 25 }, (_, at) => `Note ${at}`));
  });

  test('a save whose answer was lost is stored once', async () => {
    const proxy = await startCuttingProxy(server.apiUrl);
    const behind = new PACTClient({ baseUrl: proxy.apiUrl, apiKey: server.apiKey });
    const { sessionId } = await behind.createSession();
    proxy.cut(1);
    const saved = await behind.saveInteraction(sessionId, { userMessage: 'Once.', aiMessage: 'Only once.' });
    expect(proxy.answered.filter((line) => line.endsWith('/interactions'))).toHaveLength(2);
    expect(saved.interactionId).toMatch(/^int_/);
    const { data } = await pact.listMessages(sessionId);
    expect(data.map(({ content }) => content)).toEqual(['Once.', 'Only once.']);
    await proxy.stop();
  });

  test('tells of the answer behind a result', async () => {
    const { sessionId } = await pact.createSession();
    const first = await pact.getContext(sessionId).withResponse();
    const second = await pact.getContext(sessionId).withResponse();
    expect(first.response).toMatchObject({ status: 200, requestId: expect.stringMatching(/^req_/) });
    expect([first, second].map(({ response }) => response.headers.get('X-Cache'))).toEqual(['miss', 'hit']);
    expect(second.response.requestId).not.toBe(first.response.requestId);
  });

  test('follows a session live, over a connection that breaks, until it is deleted', async () => {
    const proxy = await startCuttingProxy(server.apiUrl);
    const behind = new PACTClient({ baseUrl: proxy.apiUrl, apiKey: server.apiKey });
    const { sessionId } = await pact.createSession();
    const events = behind.stream(sessionId);
    await events.opened();
    await pact.saveInteraction(sessionId, { userMessage: 'I am so happy!', aiMessage: 'Good.' });
    const seen: StreamEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 1) {
        await proxy.stop();
        await pact.saveInteraction(sessionId, { userMessage: 'And now I am sad.', aiMessage: 'Oh.' });
        await proxy.start();
      }
      if (event.type === 'message_added' && event.data.message.content === 'Oh.') {
        await pact.deleteSession(sessionId);
      }
    }
    const said = seen.flatMap((event) =>
      event.type === 'message_added' ? [event.data.message.content] : [],
    );
    expect(said).toEqual(['I am so happy!', 'Good.', 'And now I am sad.', 'Oh.']);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length - 1);
    expect(seen.at(-1)).toEqual({ type: 'session_deleted', id: expect.any(String), data: { sessionId } });
    await proxy.stop();
  });

  test('a stream of nothing, or for nobody, is refused as any other call', async () => {
    await expect(pact.stream('sess_none').next()).rejects.toBeInstanceOf(NotFoundError);
    const stranger = new PACTClient({ baseUrl: server.apiUrl, apiKey: 'sk_test_wrong' });
    await expect(stranger.stream('sess_none').opened()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(stranger.listSessions()).rejects.toThrow(
      'The API key is missing, unknown, expired or revoked.',
    );
  });

  test('erases an end user, and tells what the workspace used', async () => {
    const { sessionId } = await pact.createSession({ metadata: { user_id: 'bo' } });
    expect((await pact.exportUser({ userId: 'bo' })).sessions).toHaveLength(1);
    await pact.eraseUser({ userId: 'bo' });
    await expect(pact.getSession(sessionId)).rejects.toBeInstanceOf(NotFoundError);
    expect((await pact.usage({ groupBy: 'key' })).data.length).toBeGreaterThan(0);
  });
});
