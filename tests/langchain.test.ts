import { AIMessage, type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { Command, interrupt, MemorySaver } from '@langchain/langgraph';
import { PACTClient } from '@neurobloom/pact';
import { pactMiddleware } from '@neurobloom/pact-langchain';
import { createAgent, createMiddleware, fakeModel, tool, toolStrategy } from 'langchain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { losingAnswer } from './broken-server.ts';
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
const thread = (thread_id: string, more: object = {}) => ({ configurable: { thread_id, ...more } });
const asked = (content: string) => ({ messages: [new HumanMessage(content)] });

async function savedIn(threadId: string) {
  const { sessionId } = await client.createSession({ externalId: threadId });
  const { data } = await client.listMessages(sessionId);
  return data.map(({ role, content }) => `${role}: ${content}`);
}

const systemOf = (messages: BaseMessage[] | undefined) =>
  messages?.find((message) => SystemMessage.isInstance(message))?.text;

describe('the middleware', () => {
  test('tells the model in the system message what was said earlier and how the user feels', async () => {
    const model = fakeModel().respond(new AIMessage(SORRY)).respond(new AIMessage('It left Milan today.'));
    const agent = createAgent({
      model,
      tools: [],
      systemPrompt: 'Be kind.',
      middleware: [pactMiddleware({ client })],
    });
    await agent.invoke(asked(ANGRY), thread('told'));
    await agent.invoke(asked('Any news of the machine?'), thread('told'));
    expect(systemOf(model.calls[0]?.messages)).toBe('Be kind.');
    const system = systemOf(model.calls[1]?.messages);
    expect(system).toMatch(/^Be kind\.\n\nWhat you remember/);
    expect(system).toContain(`user: ${ANGRY}`);
    expect(system).toContain(`assistant: ${SORRY}`);
    expect(system).toMatch(/The user seems (angry|frustrated) \(valence 0\.\d\d/);
  });

  test('recalls once and saves once a turn, also when tools are called on the way', async () => {
    const track = tool(() => 'in Milan', {
      name: 'track',
      description: 'Tracks.',
      schema: z.object({ id: z.string() }),
    });
    const model = fakeModel()
      .respondWithTools([{ name: 'track', args: { id: '1' }, id: 'call_1' }])
      .respondWithTools([{ name: 'track', args: { id: '2' }, id: 'call_2' }])
      .respond(new AIMessage('It is in Milan.'));
    const paths: string[] = [];
    const counting = new PACTClient({
      baseUrl: server.apiUrl,
      apiKey: server.apiKey,
      fetch: (url, init) => {
        paths.push(
          String(url)
            .replace(/.*\/pact\/v1/, '')
            .replace(/sess_\w+|\?.*/g, ''),
        );
        return fetch(url, init);
      },
    });
    const agent = createAgent({ model, tools: [track], middleware: [pactMiddleware({ client: counting })] });
    await agent.invoke(asked(ANGRY), thread('tools'));
    expect(model.callCount).toBe(3);
    expect(paths).toEqual(['/sessions', '/sessions//context', '/sessions', '/sessions//messages']);
    expect(await savedIn('tools')).toEqual([`user: ${ANGRY}`, 'assistant: It is in Milan.']);
  });

  test('with a checkpointer saves each turn once, tells nothing twice, and checkpoints no memory', async () => {
    const model = fakeModel();
    for (const answer of ['One.', 'Two.', 'Three.']) model.respond(new AIMessage(answer));
    const checkpointer = new MemorySaver();
    const agent = createAgent({ model, tools: [], checkpointer, middleware: [pactMiddleware({ client })] });
    for (const word of ['first', 'second', 'third'])
      await agent.invoke(asked(`The ${word} question`), thread('kept'));
    expect(await savedIn('kept')).toEqual([
      'user: The first question',
      'assistant: One.',
      'user: The second question',
      'assistant: Two.',
      'user: The third question',
      'assistant: Three.',
    ]);
    expect(systemOf(model.calls[2]?.messages)).not.toContain('The first question');
    const state = await agent.graph.getState(thread('kept'));
    expect(JSON.stringify(state.values)).not.toContain('What you remember');
  });

  test('saves what was streamed', async () => {
    const model = fakeModel().respond(new AIMessage(SORRY));
    const agent = createAgent({ model, tools: [], middleware: [pactMiddleware({ client })] });
    for await (const _ of await agent.stream(asked(ANGRY), {
      ...thread('streamed'),
      streamMode: 'messages',
    }));
    expect(await savedIn('streamed')).toEqual([`user: ${ANGRY}`, `assistant: ${SORRY}`]);
  });

  test('saves no empty message: an answer without words leaves the user’s alone', async () => {
    const agent = createAgent({
      model: fakeModel().respond(new AIMessage('')),
      tools: [],
      middleware: [pactMiddleware({ client })],
    });
    await agent.invoke(asked(ANGRY), thread('wordless'));
    expect(await savedIn('wordless')).toEqual([`user: ${ANGRY}`]);
  });

  test('saves a turn once that waited for a person’s approval, and one that is run again', async () => {
    const order = tool(() => interrupt('Order?') as string, {
      name: 'order',
      description: 'Orders.',
      schema: z.object({}),
    });
    const model = fakeModel()
      .respondWithTools([{ name: 'order', args: {}, id: 'call_1' }])
      .respond(new AIMessage('It is ordered.'))
      .respond(new AIMessage('It is on its way.'));
    const agent = createAgent({
      model,
      tools: [order],
      checkpointer: new MemorySaver(),
      middleware: [pactMiddleware({ client })],
    });
    await agent.invoke(asked('Order a new one.'), thread('approved'));
    expect(await savedIn('approved')).toEqual([]);
    await agent.invoke(new Command({ resume: 'yes' }), thread('approved'));
    const once = ['user: Order a new one.', 'assistant: It is ordered.'];
    expect(await savedIn('approved')).toEqual(once);
    await agent.invoke({ messages: [] }, thread('approved'));
    expect(await savedIn('approved')).toEqual([...once, 'assistant: It is on its way.']);
  });

  test('saves the words of an unanswered turn once, and each of several messages by itself', async () => {
    const stop = createMiddleware({
      name: 'Stop',
      beforeAgent: {
        canJumpTo: ['end'],
        hook: ({ messages }) => (messages.length === 1 ? { jumpTo: 'end' as const } : undefined),
      },
    });
    const agent = createAgent({
      model: fakeModel().respond(new AIMessage(SORRY)),
      tools: [],
      checkpointer: new MemorySaver(),
      middleware: [pactMiddleware({ client }), stop],
    });
    await agent.invoke(asked('Hello?'), thread('unanswered'));
    expect(await savedIn('unanswered')).toEqual(['user: Hello?']);
    await agent.invoke(
      { messages: [new HumanMessage('Anyone?'), new HumanMessage(ANGRY)] },
      thread('unanswered'),
    );
    expect(await savedIn('unanswered')).toEqual([
      'user: Hello?',
      'user: Anyone?',
      `user: ${ANGRY}`,
      `assistant: ${SORRY}`,
    ]);
  });

  test('saves the structure of an agent that answers in one', async () => {
    const model = fakeModel().respondWithTools([{ name: 'answer', args: { late: true }, id: 'call_1' }]);
    const agent = createAgent({
      model,
      tools: [],
      responseFormat: toolStrategy({
        title: 'answer',
        type: 'object',
        properties: { late: { type: 'boolean' } },
        required: ['late'],
      }),
      middleware: [pactMiddleware({ client })],
    });
    await agent.invoke(asked('Is it late?'), thread('structured'));
    expect(await savedIn('structured')).toEqual(['user: Is it late?', 'assistant: {"late":true}']);
  });

  test('stores a turn once whose first save reached PACT and whose answer was lost', async () => {
    const losing = new PACTClient({
      baseUrl: server.apiUrl,
      apiKey: server.apiKey,
      fetch: losingAnswer(/\/messages$/),
    });
    const agent = createAgent({
      model: fakeModel().respond(new AIMessage(SORRY)),
      tools: [],
      middleware: [pactMiddleware({ client: losing })],
    });
    await agent.invoke(asked(ANGRY), thread('lost'));
    expect(await savedIn('lost')).toEqual([`user: ${ANGRY}`, `assistant: ${SORRY}`]);
  });

  test('ends a run with the error when the turn could not be saved', async () => {
    const failing = new PACTClient({
      baseUrl: server.apiUrl,
      apiKey: server.apiKey,
      maxRetries: 0,
      fetch: (url, init) =>
        String(url).endsWith('/messages') ? Promise.reject(new Error('cable')) : fetch(url, init),
    });
    const agent = createAgent({
      model: fakeModel().respond(new AIMessage(SORRY)),
      tools: [],
      middleware: [pactMiddleware({ client: failing })],
    });
    await expect(agent.invoke(asked(ANGRY), thread('cable'))).rejects.toThrow(/^Cannot reach .*: cable\.$/);
  });

  test('saves nothing of a run that failed', async () => {
    const agent = createAgent({
      model: fakeModel().alwaysThrow(new Error('no model')),
      tools: [],
      middleware: [pactMiddleware({ client })],
    });
    await expect(agent.invoke(asked(ANGRY), thread('failed'))).rejects.toThrow('no model');
    expect(await savedIn('failed')).toEqual([]);
  });

  test('with scope user remembers another conversation of the same user, and not one of another user', async () => {
    const told = async (user_id: string) => {
      const model = fakeModel().respond(new AIMessage('Let me see.'));
      const agent = createAgent({
        model,
        tools: [],
        middleware: [pactMiddleware({ client, scope: 'user' })],
      });
      await agent.invoke(asked('Has the espresso machine arrived?'), thread(`later-${user_id}`, { user_id }));
      return systemOf(model.calls[0]?.messages) ?? '';
    };
    const model = fakeModel().respond(new AIMessage(SORRY));
    const agent = createAgent({ model, tools: [], middleware: [pactMiddleware({ client })] });
    await agent.invoke(asked(ANGRY), thread('earlier', { user_id: 'ada' }));
    expect(await told('ada')).toContain(
      `Said in other conversations:\n${new Date().toISOString().slice(0, 10)} user: ${ANGRY}`,
    );
    expect(await told('bob')).not.toContain('furious');
  });

  test('keeps the memory within its budget, and is silent about emotion when told so', async () => {
    const { sessionId } = await client.createSession();
    for (let at = 0; at < 8; at++) {
      await client.saveInteraction(sessionId, { userMessage: `${ANGRY} ${at}`, aiMessage: SORRY.repeat(10) });
    }
    const model = fakeModel().respond(new AIMessage('Yes.'));
    const middleware = [pactMiddleware({ client, sessionId, maxTokens: 60, tellEmotion: false })];
    await createAgent({ model, tools: [], middleware }).invoke(asked('And the machine?'));
    const system = systemOf(model.calls[0]?.messages)!;
    expect(system.length).toBeLessThan(600);
    expect(system).not.toContain('The user seems');
  });

  test('finds user and conversation by functions, in the run’s context too', async () => {
    const agent = createAgent({
      model: fakeModel().respond(new AIMessage(SORRY)),
      tools: [],
      middleware: [
        pactMiddleware({
          client,
          contextSchema: z.object({ chat: z.string(), who: z.string() }),
          threadId: ({ context }) => `own-${context?.['chat']}`,
          userId: async ({ context }) => String(context?.['who']),
        }),
      ],
    });
    await agent.invoke(asked(ANGRY), { context: { chat: '7', who: 'eve' } });
    expect(await savedIn('own-7')).toHaveLength(2);
    const { data } = await client.listSessions({ userId: 'eve' });
    expect(data.map(({ externalId }) => externalId)).toEqual(['own-7']);
  });

  test('without a conversation says in one sentence how to give one', async () => {
    const agent = createAgent({ model: fakeModel(), tools: [], middleware: [pactMiddleware({ client })] });
    await expect(agent.invoke(asked(ANGRY))).rejects.toThrow(/finds no conversation: run the agent with/);
  });
});
