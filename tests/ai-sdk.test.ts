import { PACTClient } from '@neurobloom/pact';
import { type PACTMiddlewareOptions, pactMiddleware, pactTools } from '@neurobloom/pact-ai-sdk';
import { generateText, type ModelMessage, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { MockLanguageModelV3, simulateReadableStream } from 'ai/test';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { BROKEN, clientOf, losingAnswer } from './broken-server.ts';
import { type RunningServer, startServer } from './running-server.ts';

let server: RunningServer;
let client: PACTClient;
let paths: string[];
beforeAll(async () => {
  server = await startServer();
  client = new PACTClient({
    baseUrl: server.apiUrl,
    apiKey: server.apiKey,
    fetch: (url, init) => {
      paths.push(String(url).replace(/.*\/pact\/v1|sess_\w+|\?.*/g, ''));
      return fetch(url, init);
    },
  });
  paths = [];
});
afterAll(() => server.stop());

const ANGRY = 'I am furious: the espresso machine I ordered has still not arrived!';
const SORRY = 'I am sorry. I will find out where it is.';
const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const says = (text: string) => ({
  content: text ? [{ type: 'text' as const, text }] : [],
  finishReason: { unified: 'stop' as const, raw: undefined },
  usage: USAGE,
  warnings: [],
});
const calls = (toolName: string, input: object = {}, text = '') => ({
  ...says(text),
  content: [
    ...says(text).content,
    {
      type: 'tool-call' as const,
      toolCallId: `call_${Math.random()}`,
      toolName,
      input: JSON.stringify(input),
    },
  ],
  finishReason: { unified: 'tool-calls' as const, raw: undefined },
});
const streams = (text: string, more: object[] = []) => ({
  stream: simulateReadableStream({
    chunks: [
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '1' },
      ...text.split(/(?<= )/).map((delta) => ({ type: 'text-delta', id: '1', delta })),
      { type: 'text-end', id: '1' },
      ...more,
      { type: 'finish', finishReason: { unified: 'stop', raw: undefined }, usage: USAGE },
    ] as never[],
  }),
});

const remembering = (mock: MockLanguageModelV3, options: PACTMiddlewareOptions = {}) =>
  wrapLanguageModel({ model: mock, middleware: pactMiddleware({ client, ...options }) });
const chat = (threadId: string, more = {}) => ({ providerOptions: { pact: { threadId, ...more } } });
const systemsOf = (prompt: MockLanguageModelV3['doGenerateCalls'][number]['prompt'] | undefined) =>
  (prompt ?? []).flatMap(({ role, content }) => (role === 'system' ? [content] : []));

async function savedIn(threadId: string) {
  const { sessionId } = await client.createSession({ externalId: threadId });
  const { data } = await client.listMessages(sessionId);
  return data.map(({ role, content }) => `${role}: ${content}`);
}

const track = tool({ description: 'Tracks.', inputSchema: z.object({}), execute: async () => 'in Milan' });

describe('the middleware', () => {
  test('tells the model behind its instructions what was said earlier and how the user feels, and its provider not who speaks', async () => {
    const mock = new MockLanguageModelV3({ doGenerate: [says(SORRY), says('It left Milan.')] });
    const model = remembering(mock);
    await generateText({ model, system: 'Be kind.', prompt: ANGRY, ...chat('told') });
    await generateText({ model, system: 'Be kind.', prompt: 'Any news?', ...chat('told') });
    expect(systemsOf(mock.doGenerateCalls[0]?.prompt)).toEqual(['Be kind.']);
    expect(mock.doGenerateCalls[0]?.providerOptions).toEqual({});
    const [instructions, memory, ...others] = systemsOf(mock.doGenerateCalls[1]?.prompt);
    expect([instructions, others]).toEqual(['Be kind.', []]);
    expect(memory).toContain(`user: ${ANGRY}`);
    expect(memory).toContain(`assistant: ${SORRY}`);
    expect(memory).toMatch(/The user seems (angry|frustrated) \(valence 0\.\d\d/);
  });

  test('recalls once and saves once a turn of many steps, and tells each step the same', async () => {
    await generateText({
      model: remembering(new MockLanguageModelV3({ doGenerate: says(SORRY) })),
      prompt: ANGRY,
      ...chat('steps'),
    });
    paths.length = 0;
    const mock = new MockLanguageModelV3({
      doGenerate: [calls('track'), calls('track', {}, 'Hm.'), says('In Milan.')],
    });
    const { text } = await generateText({
      model: remembering(mock),
      prompt: 'Where is it now?',
      tools: { track },
      stopWhen: stepCountIs(5),
      ...chat('steps'),
    });
    expect(text).toBe('In Milan.');
    expect(paths).toEqual(['/sessions', '/sessions//context', '/sessions', '/sessions//interactions']);
    const told = mock.doGenerateCalls.map(({ prompt }) => systemsOf(prompt).join());
    expect(told[0]).toContain(ANGRY);
    expect(new Set(told).size).toBe(1);
    expect((await savedIn('steps')).slice(2)).toEqual(['user: Where is it now?', 'assistant: In Milan.']);
  });

  test('saves what was streamed before the stream ends, once, over steps too', async () => {
    const call = { type: 'tool-call', toolCallId: 'c1', toolName: 'track', input: '{}' };
    const mock = new MockLanguageModelV3({ doStream: [streams('I look. ', [call]), streams(SORRY)] });
    const { textStream } = streamText({
      model: remembering(mock),
      prompt: ANGRY,
      tools: { track },
      stopWhen: stepCountIs(5),
      ...chat('streamed'),
    });
    let text = '';
    for await (const delta of textStream) text += delta;
    expect(text).toBe(`I look. ${SORRY}`);
    expect(await savedIn('streamed')).toEqual([`user: ${ANGRY}`, `assistant: ${SORRY}`]);
  });

  test('saves nothing of a stream that is aborted, nor of one that fails', async () => {
    const controller = new AbortController();
    const { textStream } = streamText({
      model: remembering(new MockLanguageModelV3({ doStream: streams(SORRY) })),
      prompt: ANGRY,
      abortSignal: controller.signal,
      ...chat('aborted'),
    });
    for await (const _ of textStream) controller.abort();
    const failing = streamText({
      model: remembering(
        new MockLanguageModelV3({ doStream: streams('I', [{ type: 'error', error: new Error('cut') }]) }),
      ),
      prompt: ANGRY,
      onError: () => {},
      ...chat('cut'),
    });
    await failing.consumeStream();
    expect(await savedIn('aborted')).toEqual([]);
    expect(await savedIn('cut')).toEqual([]);
  });

  test('in a chat that sends its history saves the last turn alone, and tells nothing twice', async () => {
    const mock = new MockLanguageModelV3({ doGenerate: [says(SORRY), says('Today.'), says('At nine.')] });
    const model = remembering(mock);
    const messages: ModelMessage[] = [];
    for (const content of [ANGRY, 'When?', 'At what time?']) {
      messages.push({ role: 'user', content });
      const { response } = await generateText({ model, messages, ...chat('history') });
      messages.push(...response.messages);
    }
    expect(await savedIn('history')).toEqual([
      `user: ${ANGRY}`,
      `assistant: ${SORRY}`,
      'user: When?',
      'assistant: Today.',
      'user: At what time?',
      'assistant: At nine.',
    ]);
    expect(systemsOf(mock.doGenerateCalls[2]?.prompt).join()).not.toContain('espresso');
  });

  test('saves no empty message: an answer without words leaves the user’s alone', async () => {
    const model = remembering(new MockLanguageModelV3({ doGenerate: says('') }));
    await generateText({ model, prompt: ANGRY, ...chat('wordless') });
    expect(await savedIn('wordless')).toEqual([`user: ${ANGRY}`]);
  });

  test('stores a turn once whose first save reached PACT and whose answer was lost', async () => {
    const { apiUrl: baseUrl, apiKey } = server;
    const losing = new PACTClient({ baseUrl, apiKey, fetch: losingAnswer(/\/interactions$/) });
    const model = remembering(new MockLanguageModelV3({ doGenerate: says(SORRY) }), { client: losing });
    await generateText({ model, prompt: ANGRY, ...chat('lost') });
    expect(await savedIn('lost')).toEqual([`user: ${ANGRY}`, `assistant: ${SORRY}`]);
  });

  test('saves nothing of a call that failed', async () => {
    const doGenerate = async () => Promise.reject(new Error('no model'));
    const model = remembering(new MockLanguageModelV3({ doGenerate }));
    await expect(generateText({ model, prompt: ANGRY, ...chat('failed') })).rejects.toThrow('no model');
    expect(await savedIn('failed')).toEqual([]);
  });

  test('with scope user remembers another chat of the same user, and not one of another user', async () => {
    const told = async (userId: string) => {
      const mock = new MockLanguageModelV3({ doGenerate: says('Let me see.') });
      const prompt = 'Has the espresso machine arrived?';
      await generateText({
        model: remembering(mock, { scope: 'user' }),
        prompt,
        ...chat(`later-${userId}`, { userId }),
      });
      return systemsOf(mock.doGenerateCalls[0]?.prompt).join();
    };
    const model = remembering(new MockLanguageModelV3({ doGenerate: says(SORRY) }), { userId: 'ada' });
    await generateText({ model, prompt: ANGRY, ...chat('earlier') });
    expect(await told('ada')).toContain(ANGRY);
    expect(await told('bob')).not.toContain('furious');
  });

  test('keeps the memory within its budget, and is silent about emotion when told so', async () => {
    const { sessionId } = await client.createSession();
    for (let at = 0; at < 8; at++) {
      await client.saveInteraction(sessionId, { userMessage: `${ANGRY} ${at}`, aiMessage: SORRY.repeat(10) });
    }
    const mock = new MockLanguageModelV3({ doGenerate: says('Yes.') });
    const model = remembering(mock, { sessionId, maxTokens: 60, tellEmotion: false });
    await generateText({ model, prompt: 'And the machine?' });
    const memory = systemsOf(mock.doGenerateCalls[0]?.prompt).join();
    expect(memory.length).toBeGreaterThan(0);
    expect(memory.length).toBeLessThan(600);
    expect(memory).not.toContain('The user seems');
  });

  test('without a conversation says in one sentence how to give one', async () => {
    const model = remembering(new MockLanguageModelV3({ doGenerate: says('Hello.') }));
    await expect(generateText({ model, prompt: 'Hi' })).rejects.toThrow(
      /finds no conversation: call with providerOptions/,
    );
    const going = remembering(new MockLanguageModelV3({ doGenerate: says('Hello.') }), {
      onError: 'continue',
    });
    await expect(generateText({ model: going, prompt: 'Hi' })).rejects.toThrow(/finds no conversation/);
    const scoped = remembering(new MockLanguageModelV3({ doGenerate: says('Hello.') }), { scope: 'user' });
    await expect(generateText({ model: scoped, prompt: 'Hi', ...chat('a') })).rejects.toThrow(
      /finds no user/,
    );
  });
});

describe('the tools', () => {
  test('let a model recall what the user said elsewhere, and read how the user feels', async () => {
    const { sessionId } = await client.createSession({
      externalId: 'tools-1',
      metadata: { user_id: 'tina' },
    });
    await client.saveInteraction(sessionId, { userMessage: ANGRY, aiMessage: SORRY });
    const mock = new MockLanguageModelV3({
      doGenerate: [
        calls('recall', { query: 'What was ordered?', limit: 1 }),
        calls('emotionalState'),
        says('I know.'),
      ],
    });
    const { steps } = await generateText({
      model: mock,
      prompt: 'What did I order?',
      tools: pactTools({ client, threadId: 'tools-1', userId: 'tina' }),
      stopWhen: stepCountIs(5),
    });
    const outputs = steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output as unknown));
    expect(outputs[0]).toEqual([
      {
        by: 'user',
        said: ANGRY,
        when: expect.any(String),
        emotion: expect.stringMatching(/angry|frustrated/),
      },
    ]);
    expect(outputs[1]).toMatchObject({
      currentEmotion: expect.stringMatching(/angry|frustrated/),
      trend: expect.any(String),
    });
  });

  test('forget nothing without an approval, and everything with it', async () => {
    await client.saveInteraction((await client.createSession({ externalId: 'forget' })).sessionId, {
      userMessage: ANGRY,
      aiMessage: SORRY,
    });
    const tools = pactTools({ client, threadId: 'forget' });
    const model = new MockLanguageModelV3({ doGenerate: [calls('forgetConversation'), says('Forgotten.')] });
    const messages: ModelMessage[] = [{ role: 'user', content: 'Forget all of it.' }];
    const first = await generateText({ model, messages, tools });
    expect(await savedIn('forget')).toHaveLength(2);
    const asked = first.content.find((part) => part.type === 'tool-approval-request')!;
    messages.push(...first.response.messages, {
      role: 'tool',
      content: [{ type: 'tool-approval-response', approvalId: asked.approvalId, approved: true }],
    });
    await generateText({ model, messages, tools });
    expect(await savedIn('forget')).toEqual([]);
  });

  test('refuse to be made without a conversation, or for a user who is not named', () => {
    expect(() => pactTools({ client })).toThrow('needs a threadId or a sessionId');
    expect(() => pactTools({ client, threadId: 'a', scope: 'user' })).toThrow("scope 'user' needs a userId");
  });
});

describe.each(BROKEN)('of %s', (_, answer, sentence) => {
  let stop = async () => {};
  afterEach(() => stop());
  async function broken() {
    const { client: cut, stop: stopThis } = await clientOf(answer);
    stop = stopThis;
    return cut;
  }
  const mock = () => new MockLanguageModelV3({ doGenerate: says('Hello.'), doStream: streams('Hello.') });

  test('the caller is told in one sentence, by call, stream and tool', async () => {
    const cut = await broken();
    const model = remembering(mock(), { client: cut, threadId: 'one' });
    await expect(generateText({ model, prompt: 'Hi' })).rejects.toThrow(sentence);
    const errors: unknown[] = [];
    await streamText({
      model,
      prompt: 'Hi',
      onError: ({ error }) => void errors.push(error),
    }).consumeStream();
    expect(errors.map((error) => (error as Error).message)).toEqual([expect.stringMatching(sentence)]);
    const { execute } = pactTools({ client: cut, threadId: 'one' }).recall;
    const recalled = async () => execute?.({ query: 'Hi' }, { toolCallId: '1', messages: [] });
    await expect(recalled()).rejects.toThrow(sentence);
  });

  test('a model that was told to continue answers, and the console says what it went without', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = remembering(mock(), { client: await broken(), threadId: 'one', onError: 'continue' });
    expect((await generateText({ model, prompt: 'Hi' })).text).toBe('Hello.');
    expect(await streamText({ model, prompt: 'Hi' }).text).toBe('Hello.');
    const words = ['PACT: nothing was recalled.', 'PACT: a turn was not saved.'];
    expect(warn.mock.calls.map(([first]) => first)).toEqual([...words, ...words]);
    warn.mockRestore();
  });
});

test('a save that fails after the model has spoken reaches the caller of a call and of a stream', async () => {
  const failing = new PACTClient({
    baseUrl: server.apiUrl,
    apiKey: server.apiKey,
    maxRetries: 0,
    fetch: (url, init) =>
      String(url).endsWith('/interactions') ? Promise.reject(new Error('cable')) : fetch(url, init),
  });
  const mock = new MockLanguageModelV3({ doGenerate: says('Hello.'), doStream: streams('Hello.') });
  const model = remembering(mock, { client: failing, threadId: 'cable' });
  await expect(generateText({ model, prompt: 'Hi' })).rejects.toThrow(/Cannot reach .*: cable\./);
  const errors: unknown[] = [];
  const { fullStream } = streamText({ model, prompt: 'Hi', onError: ({ error }) => void errors.push(error) });
  let text = '';
  for await (const part of fullStream) if (part.type === 'text-delta') text += part.text;
  expect(text).toBe('Hello.');
  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/Cannot reach .*: cable\./) }),
  ]);
});
