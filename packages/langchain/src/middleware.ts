import { type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { InteropZodObject } from '@langchain/core/utils/types';
import { PACTClient } from '@neurobloom/pact';
import { type AgentMiddleware, createMiddleware } from 'langchain';
import { type Conversation, openSession } from './conversation.ts';
import { remember } from './memory.ts';
import { lastTurn, saveTurn } from './turn.ts';

/** What the middleware's functions are given of a run. */
export interface PACTRuntime {
  /** What the run was given as `configurable`. */
  configurable?: { thread_id?: string; [field: string]: unknown } | undefined;
  /** The fields of the run's `context` that a `contextSchema` names. */
  context?: Record<string, unknown> | undefined;
  signal?: AbortSignal | undefined;
}

/** A value, or where the run has it. */
type FromRun = string | ((runtime: PACTRuntime) => string | undefined | Promise<string | undefined>);

/** How the middleware finds the conversation, what it tells the model, and what it does when PACT is away. */
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

/**
 * Gives an agent PACT's memory. Before the model is called, it is told in the system message what bears on the user's words:
 * a summary, earlier turns that the conversation at hand lacks, and how the user feels. It is recalled once a turn. After the
 * agent ends, the turn is saved once: what the user said and the agent's last words; not the tool calls between, nor what is
 * no text. A run that fails saves nothing, nor does one
 * that another middleware's `beforeModel` ends, because LangChain then skips what comes after the agent.
 *
 *     const agent = createAgent({ model, tools, middleware: [pactMiddleware()] });
 *     await agent.invoke({ messages }, { configurable: { thread_id: 'chat-1' } });
 *
 * @throws {Error} From the run, when it names no conversation, whatever `onError` says.
 * @throws {PACTError} From the run, when PACT cannot be reached or refuses, unless `onError` says otherwise.
 */
export function pactMiddleware(options: PACTMiddlewareOptions = {}): AgentMiddleware {
  const client = options.client ?? new PACTClient();
  const memories = new Memories();

  return createMiddleware({
    name: 'PACTMiddleware',
    ...(options.contextSchema && { contextSchema: options.contextSchema }),
    wrapModelCall: async (request, handler) => {
      const { messages, runtime } = request;
      const conversation = await conversationOf(options, runtime);
      const memory = await attempt('recall', options.onError, async () => {
        const turn = turnOf(conversation, messages);
        const recalled =
          memories.of(turn) ?? (await recallFor(client, options, conversation, messages, runtime.signal));
        memories.hold(turn, recalled);
        return recalled;
      });
      return handler(
        memory ? { ...request, systemMessage: withMemory(request.systemMessage, memory) } : request,
      );
    },
    afterAgent: async ({ messages, structuredResponse }, runtime) => {
      const conversation = await conversationOf(options, runtime);
      memories.drop(turnOf(conversation, messages));
      await attempt('save', options.onError, async () => {
        const sessionId = await openSession(client, conversation, runtime.signal);
        await saveTurn(client, sessionId, lastTurn(messages, structuredResponse), runtime.signal);
      });
    },
  }) as AgentMiddleware;
}

async function recallFor(
  client: PACTClient,
  { scope, maxTokens = 1_000, tellEmotion = true }: PACTMiddlewareOptions,
  conversation: Conversation,
  messages: BaseMessage[],
  signal: AbortSignal | undefined,
): Promise<string> {
  return remember(client, {
    sessionId: await openSession(client, conversation, signal),
    query: messages.findLast((message) => HumanMessage.isInstance(message))?.text ?? '',
    userId: scope === 'user' ? conversation.userId : undefined,
    maxTokens,
    tellEmotion,
    told: new Set(messages.map(({ text }) => text.trim())),
    signal,
  });
}

async function conversationOf(options: PACTMiddlewareOptions, runtime: PACTRuntime): Promise<Conversation> {
  const read = async (from: FromRun | undefined, field?: string) => {
    const value =
      typeof from === 'function' ? await from(runtime) : (from ?? (field && runtime.configurable?.[field]));
    return value === undefined || value === null ? undefined : String(value);
  };
  const userId = await read(options.userId, 'user_id');
  const sessionId = await read(options.sessionId);
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
  return { sessionId, threadId, userId };
}

/** Names a turn while it runs; undefined when its words have no id, which a graph gives them. */
function turnOf(conversation: Conversation, messages: BaseMessage[]): string | undefined {
  const id = messages.findLast((message) => HumanMessage.isInstance(message))?.id;
  return id && JSON.stringify([conversation, id]);
}

/**
 * What was recalled for the turns that run now, so that each step of a turn is told the same and PACT is asked once. It is
 * not in the agent's state: a memory that was erased must not live on in a checkpoint.
 */
class Memories {
  /** Turns of runs that failed are not dropped: the oldest make room. */
  static readonly MOST = 1_000;
  readonly #held = new Map<string, string>();

  of(turn: string | undefined): string | undefined {
    return turn === undefined ? undefined : this.#held.get(turn);
  }

  hold(turn: string | undefined, memory: string): void {
    if (turn === undefined) return;
    this.#held.set(turn, memory);
    if (this.#held.size > Memories.MOST) this.drop(this.#held.keys().next().value);
  }

  drop(turn: string | undefined): void {
    if (turn !== undefined) this.#held.delete(turn);
  }
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
