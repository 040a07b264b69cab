import { AIMessage, HumanMessage } from '@langchain/core/messages';
import type { PACTClient } from '@neurobloom/pact';
import { PACTChatMessageHistory, PACTRetriever, PACTStore, pactMiddleware } from '@neurobloom/pact-langchain';
import { createAgent, fakeModel } from 'langchain';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BROKEN, clientOf } from './broken-server.ts';

let stop = async () => {};
afterEach(() => stop());

const run = (client: PACTClient, onError?: NonNullable<Parameters<typeof pactMiddleware>[0]>['onError']) =>
  createAgent({
    model: fakeModel().respond(new AIMessage('Hello.')),
    tools: [],
    middleware: [pactMiddleware({ client, onError })],
  }).invoke({ messages: [new HumanMessage('Hi')] }, { configurable: { thread_id: 'one' } });

describe.each(BROKEN)('of %s', (_, answer, sentence) => {
  async function broken() {
    const { client, stop: stopThis } = await clientOf(answer);
    stop = stopThis;
    return client;
  }

  test('every caller is told, in one sentence', async () => {
    const client = await broken();
    const history = new PACTChatMessageHistory({ client, threadId: 'one' });
    const store = new PACTStore({ client });
    await expect(run(client)).rejects.toThrow(sentence);
    await expect(history.getMessages()).rejects.toThrow(sentence);
    await expect(history.addUserMessage('Hi')).rejects.toThrow(sentence);
    await expect(history.clear()).rejects.toThrow(sentence);
    await expect(store.get(['a'], 'b')).rejects.toThrow(sentence);
    await expect(store.put(['a'], 'b', {})).rejects.toThrow(sentence);
    await expect(store.delete(['a'], 'b')).rejects.toThrow(sentence);
    await expect(store.search(['a'])).rejects.toThrow(sentence);
    await expect(store.listNamespaces()).rejects.toThrow(sentence);
    await expect(new PACTRetriever({ client, threadId: 'one' }).invoke('Hi')).rejects.toThrow(sentence);
  });

  test('an agent that was told to continue answers, and says twice on the console what it went without', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { messages } = await run(await broken(), 'continue');
    expect(messages.at(-1)?.text).toBe('Hello.');
    expect(warn.mock.calls.map(([words]) => words)).toEqual([
      'PACT: nothing was recalled.',
      'PACT: a turn was not saved.',
    ]);
    warn.mockRestore();
  });

  test('a function in place of the console is told what failed, and when', async () => {
    const told: [string, string][] = [];
    await run(await broken(), (error, during) => told.push([during, (error as Error).message]));
    expect(told.map(([during]) => during)).toEqual(['recall', 'save']);
    for (const [, message] of told) expect(message).toMatch(sentence);
  });
});

test('a history without a conversation refuses to be made', () => {
  expect(() => new PACTChatMessageHistory({})).toThrow('needs a threadId or a sessionId');
});
