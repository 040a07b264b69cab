import { type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { InteropZodObject } from '@langchain/core/utils/types';
import { StateSchema, UntrackedValue } from '@langchain/langgraph';
import { PACTClient } from '@neurobloom/pact';
import { type AgentMiddleware, createMiddleware, type Runtime } from 'langchain';
import { openSession } from './conversation.ts';
import { remember } from './memory.ts';
import { lastTurn, saveTurn, wordsOf } from './turn.ts';

/** What the middleware's functions are given: `configurable` of the run, and its `context` where a `contextSchema` names it. */
export type PACTRuntime = Pick<Runtime<Record<string, unknown>>, 'configurable' | 'context'>;

/** A value, or where the run has it. */
type FromRun = string | ((runtime: PACTRuntime) => string | undefined | Promise<string | undefined>);

export interface PACTMiddlewareOptions {
  /** Default: a new client, which reads `PACT_API_KEY`. */
  client?: PACTClient | undefined;
  /** Your own id of the conversation. Default: `configurable.thread_id`. */
  threadId?: FromRun | undefined;
  /** A session of PACT, `sess_…`, in place of a thread. */
  sessionId?: FromRun | undefined;
  /** The end user. Default: `configurable.user_id`, where there is one. */
  userId?: FromRun | undefined;
  /** `user`: remember what this end user said in other conversations too. Default `session`. */
  scope?: 'session' | 'user' | undefined;
  /** The most tokens of memory that the model is told. Default 1,000. */
  maxTokens?: number | undefined;
  /** False: do not tell the model how the user feels. Default true. */
  tellEmotion?: boolean | undefined;
  /**
   * When PACT cannot be reached, or refuses: `throw` (default) ends the run with the error; `continue` goes on without memory,
   * and a turn that could not be saved is lost but for a line on `console.warn`; a function goes on too, and is told.
   */
  onError?: 'throw' | 'continue' | ((error: unknown, during: 'recall' | 'save') => void) | undefined;
  /** Describes the fields of the run's `context` that your functions read. */
  contextSchema?: InteropZodObject | undefined;
}

/** Neither checkpointed nor given out: a memory that was erased must not live on in a checkpoint. */
const STATE = new StateSchema({ _pactMemory: new UntrackedValue<string>() });

/**
 * Gives an agent PACT's memory. Before the model is called, it is told in the system message what bears on the user's words:
 * a summary, earlier turns that the conversation at hand lacks, and how the user feels. It is recalled once a turn. After the
 * agent ends, the turn is saved once: what the user said and the agent's last words; not the tool calls between, nor what is
 * no text. A run that fails saves nothing.
 *
 *     const agent = createAgent({ model, tools, middleware: [pactMiddleware()] });
 *     await agent.invoke({ messages }, { configurable: { thread_id: 'chat-1' } });
 *
 * @throws {Error} From the run, when it names no conversation.
 * @throws {PACTError} From the run, when PACT cannot be reached or refuses, unless `onError` says otherwise.
 */
export function pactMiddleware(options: PACTMiddlewareOptions = {}): AgentMiddleware<typeof STATE> {
  const { scope = 'session', maxTokens = 1_000, tellEmotion = true } = options;
  const client = options.client ?? new PACTClient();

  const recall = (messages: BaseMessage[], runtime: PACTRuntime & { signal?: AbortSignal }) =>
    attempt('recall', options.onError, async () => {
      const { sessionId, userId } = await conversationOf(client, options, runtime);
      return remember(client, {
        sessionId,
        query: wordsOf(messages.filter((message) => HumanMessage.isInstance(message)).slice(-1)),
        userId: scope === 'user' ? userId : undefined,
        maxTokens,
        tellEmotion,
        told: new Set(messages.map(({ text }) => text.trim())),
        signal: runtime.signal,
      });
    });

  return createMiddleware({
    name: 'PACTMiddleware',
    stateSchema: STATE,
    ...(options.contextSchema && { contextSchema: options.contextSchema }),
    beforeAgent: async (state, runtime) => ({ _pactMemory: (await recall(state.messages, runtime)) ?? '' }),
    wrapModelCall: async (request, handler) => {
      // A run that goes on from a checkpoint has passed beforeAgent, and what is untracked is gone.
      const memory = request.state._pactMemory ?? (await recall(request.messages, request.runtime));
      return handler(
        memory ? { ...request, systemMessage: withMemory(request.systemMessage, memory) } : request,
      );
    },
    afterAgent: async (state, runtime) => {
      const turn = lastTurn(state.messages, state.structuredResponse);
      if (!turn) return;
      await attempt('save', options.onError, async () => {
        const { sessionId } = await conversationOf(client, options, runtime);
        await saveTurn(client, sessionId, turn, runtime.signal);
      });
    },
  }) as AgentMiddleware<typeof STATE>;
}

async function conversationOf(client: PACTClient, options: PACTMiddlewareOptions, runtime: PACTRuntime) {
  const read = async (from: FromRun | undefined, field: string) => {
    const value = typeof from === 'function' ? await from(runtime) : (from ?? runtime.configurable?.[field]);
    return value === undefined || value === null ? undefined : String(value);
  };
  const userId = await read(options.userId, 'user_id');
  const sessionId = options.sessionId === undefined ? undefined : await read(options.sessionId, '');
  const threadId = sessionId ? undefined : await read(options.threadId, 'thread_id');
  if (!sessionId && !threadId) {
    throw new Error(
      'pactMiddleware finds no conversation: run the agent with { configurable: { thread_id } }, or give it threadId or sessionId.',
    );
  }
  if (options.scope === 'user' && !userId) {
    throw new Error(
      "pactMiddleware with scope 'user' finds no user: run the agent with { configurable: { user_id } }, or give it userId.",
    );
  }
  return { userId, sessionId: await openSession(client, { sessionId, threadId, userId }) };
}

async function attempt<T>(
  during: 'recall' | 'save',
  onError: PACTMiddlewareOptions['onError'],
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (onError === undefined || onError === 'throw') throw error;
    if (typeof onError === 'function') onError(error, during);
    else console.warn(`PACT: ${during === 'save' ? 'a turn was not saved' : 'nothing was recalled'}.`, error);
    return undefined;
  }
}

const withMemory = (system: SystemMessage, memory: string) =>
  system.text ? system.concat(`\n\n${memory}`) : new SystemMessage(memory);
