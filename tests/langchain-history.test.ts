import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { ChatPromptTemplate, MessagesPlaceholder } from '@langchain/core/prompts';
import { RunnableWithMessageHistory } from '@langchain/core/runnables';
import { PACTClient } from '@neurobloom/pact';
import { PACTChatMessageHistory, PACTRetriever } from '@neurobloom/pact-langchain';
import { fakeModel } from 'langchain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from './running-server.ts';

let server: RunningServer;
let client: PACTClient;
beforeAll(async () => {
  server = await startServer();
  client = new PACTClient({ baseUrl: server.apiUrl, apiKey: server.apiKey });
});
afterAll(() => server.stop());

const ANGRY = 'I am furious: the espresso machine I ordered has still not arrived!';
const SORRY = 'I am sorry. I will find out where it is.';

async function savedIn(threadId: string) {
  const { sessionId } = await client.createSession({ externalId: threadId });
  const { data } = await client.listMessages(sessionId);
  return data.map(({ role, content }) => `${role}: ${content}`);
}

describe('the chat history', () => {
  const messages = [
    new SystemMessage('Be kind.'),
    new HumanMessage({ content: ANGRY, id: 'h1', name: 'Ada' }),
    new AIMessage({
      content: 'I look.',
      tool_calls: [{ name: 'track', args: { id: 1 }, id: 'c1', type: 'tool_call' }],
    }),
    new AIMessage({ content: '', tool_calls: [{ name: 'track', args: {}, id: 'c2', type: 'tool_call' }] }),
    new ToolMessage({
      content: 'in Milan',
      tool_call_id: 'c1',
      name: 'track',
      status: 'success',
      artifact: { at: 1 },
    }),
    new HumanMessage({
      content: [
        { type: 'text', text: 'See:' },
        { type: 'image_url', image_url: { url: 'data:,' } },
      ],
    }),
    new AIMessage({ content: SORRY, id: 'a1', additional_kwargs: { kept: true } }),
  ];

  test('gives messages back as they were added, and PACT the words alone', async () => {
    const history = new PACTChatMessageHistory({ client, threadId: 'history' });
    await history.addMessages(messages);
    await history.addMessage(new HumanMessage('Thanks'));
    const back = await history.getMessages();
    expect(back.map((message) => message.toDict())).toEqual(
      [...messages, new HumanMessage('Thanks')].map((message) => message.toDict()),
    );
    expect((await savedIn('history')).filter((line) => line.startsWith('user'))).toEqual([
      `user: ${ANGRY}`,
      'user: See:',
      'user: Thanks',
    ]);
  });

  test('adds a message of the same id once', async () => {
    const history = new PACTChatMessageHistory({ client, threadId: 'again' });
    await history.addMessages(messages.slice(-1));
    await history.addMessages(messages.slice(-1));
    expect(await history.getMessages()).toHaveLength(1);
  });

  test('reads what others saved, and more than a page of it', async () => {
    const { sessionId } = await client.createSession();
    await client.saveMessages(sessionId, {
      messages: Array.from({ length: 250 }, (_, at) => ({ role: 'user' as const, content: `Note ${at}` })),
    });
    const history = new PACTChatMessageHistory({ client, sessionId });
    expect((await history.getMessages()).map(({ text }) => text)).toEqual(
      Array.from({ length: 250 }, (_, at) => `Note ${at}`),
    );
  });

  test('is gone from PACT when cleared, and begins anew', async () => {
    const history = new PACTChatMessageHistory({ client, threadId: 'cleared', userId: 'kim' });
    await history.addUserMessage('A secret');
    await history.clear();
    expect((await client.exportUser({ userId: 'kim' }).catch(() => ({ sessions: [] }))).sessions).toEqual([]);
    await history.addAIMessage('Hello');
    expect((await history.getMessages()).map(({ text }) => text)).toEqual(['Hello']);
  });

  test('serves a runnable with message history', async () => {
    const model = fakeModel().respond(new AIMessage(SORRY)).respond(new AIMessage('Today.'));
    const prompt = ChatPromptTemplate.fromMessages([
      new MessagesPlaceholder('history'),
      ['human', '{input}'],
    ]);
    const chat = new RunnableWithMessageHistory({
      runnable: prompt.pipe(model),
      getMessageHistory: (threadId) => new PACTChatMessageHistory({ client, threadId }),
      inputMessagesKey: 'input',
      historyMessagesKey: 'history',
    });
    await chat.invoke({ input: ANGRY }, { configurable: { sessionId: 'runnable' } });
    await chat.invoke({ input: 'When?' }, { configurable: { sessionId: 'runnable' } });
    expect(model.calls[1]?.messages.map(({ text }) => text)).toEqual([ANGRY, SORRY, 'When?']);
  });
});

test('the retriever gives the messages that bear on a question, with score, ids, emotion and why', async () => {
  const { sessionId } = await client.createSession({ metadata: { user_id: 'ret' } });
  await client.saveInteraction(sessionId, { userMessage: ANGRY, aiMessage: SORRY });
  await client.saveInteraction(sessionId, { userMessage: 'My cat sleeps all day.', aiMessage: 'How nice.' });
  const retriever = new PACTRetriever({ client, userId: 'ret', limit: 1, explain: true });
  const [document, ...others] = await retriever.invoke('What did they order?');
  expect(others).toEqual([]);
  expect(document?.pageContent).toBe(ANGRY);
  expect(document?.id).toMatch(/^msg_/);
  expect(document?.metadata).toMatchObject({
    messageId: document?.id,
    sessionId,
    role: 'user',
    score: expect.any(Number),
  });
  expect(document?.metadata.emotion).toMatch(/angry|frustrated/);
  expect(document?.metadata.why?.length).toBeGreaterThan(0);
  expect(Object.keys(document?.metadata.scores ?? {})).toContain('semantic');
});
