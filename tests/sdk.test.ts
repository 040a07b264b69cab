import { NotFoundError, PACTClient } from '@neurobloom/pact';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
});
