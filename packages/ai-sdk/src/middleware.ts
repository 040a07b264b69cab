import { PACTClient } from '@neurobloom/pact';
import type { LanguageModelMiddleware } from 'ai';
import { type Conversation, openSession } from './conversation.ts';
import { remember } from './memory.ts';
import { type AskedTurn, askedTurn, type Call, toldIn, withMemory } from './prompt.ts';

export interface PACTMiddlewareOptions extends Conversation {
  /** Default: a new client, which reads `PACT_API_KEY`. */
  client?: PACTClient | undefined;
  /** `user`: remember what this end user said in other conversations too. Default `session`. */
  scope?: 'session' | 'user' | undefined;
  /** The most tokens of memory that the model is told. Default 1,000. */
  maxTokens?: number | undefined;
  /** False: do not tell the model how the user feels. Default true. */
  tellEmotion?: boolean | undefined;
  /**
   * When PACT cannot be reached, or refuses: `throw` (default) fails the call with the error, a stream by its `error` part;
   * `continue` goes on without memory, and a turn that could not be saved is lost but for a line on `console.warn`; a function goes
   * on too, and is told.
   */
  onError?: 'throw' | 'continue' | ((error: unknown, during: 'recall' | 'save') => void) | undefined;
}

type Generated = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapGenerate']>>>;
type Streamed = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapStream']>>>;
type StreamPart = Streamed['stream'] extends ReadableStream<infer Part> ? Part : never;

interface RunningTurn {
  conversation: Conversation;
  turn: AskedTurn;
  /** Names the turn among all that run. */
  name: string;
}

/** Turns of calls that failed are not dropped: the oldest make room. */
const MOST_MEMORIES = 1_000;

/**
 * Gives a model PACT's memory. Before a call it is told in a system message what bears on the user's words: a summary,
 * earlier turns that the prompt lacks, and how the user feels. After it, the turn is saved: what the user said and the model's
 * last words. A loop of tool calls is one turn: it is recalled once and saved once, when the model answers without calling
 * another; a loop that is stopped before is not saved. A stream is saved when it ends; one that is aborted, or fails, saves
 * nothing. The user's words are text alone: files are left out.
 *
 *     const model = wrapLanguageModel({ model: openai('gpt-5'), middleware: pactMiddleware() });
 *     await generateText({ model, prompt, providerOptions: { pact: { threadId: 'chat-1', userId: 'ada' } } });
 *
 * The conversation is that of the call (`providerOptions.pact`: `threadId`, `sessionId`, `userId`), else that of the options.
 *
 * @throws {Error} From the call, when it names no conversation, whatever `onError` says.
 * @throws {PACTError} From the call, when PACT cannot be reached or refuses, unless `onError` says otherwise.
 */
export function pactMiddleware(options: PACTMiddlewareOptions = {}): LanguageModelMiddleware {
  const client = options.client ?? new PACTClient();
  /** What was recalled for the turns that run now, so that each step of a turn is told the same and PACT is asked once. */
  const memories = new Map<string, string>();
  /** The turn of each call that runs now, by what the model is given. */
  const turns = new WeakMap<Call, RunningTurn>();

  async function recall(params: Call, { conversation, turn, name }: RunningTurn): Promise<string> {
    const held = turn.isFirstStep ? undefined : memories.get(name);
    if (held !== undefined) return held;
    const memory = await recallFor(client, options, conversation, params, turn);
    memories.set(name, memory);
    if (memories.size > MOST_MEMORIES) memories.delete(memories.keys().next().value!);
    return memory;
  }

  async function save(params: Call, answer: string): Promise<void> {
    const running = turns.get(params);
    if (!running) return;
    const { conversation, turn, name } = running;
    memories.delete(name);
    const aiMessage = answer.trim() ? answer : turn.wordsOnTheWay;
    await attempt('save', options.onError, () =>
      saveTurn(client, conversation, turn.userMessage, aiMessage, params.abortSignal),
    );
  }

  return {
    specificationVersion: 'v3',
    transformParams: async ({ params }) => {
      const turn = askedTurn(params.prompt);
      if (!turn) return params;
      const conversation = conversationOf(options, params);
      const running = { conversation, turn, name: JSON.stringify([conversation, turn.key]) };
      const memory = await attempt('recall', options.onError, () => recall(params, running));
      // Who speaks with whom is no business of the model's provider.
      const { pact: _, ...providerOptions } = params.providerOptions ?? {};
      const told = { ...params, providerOptions, prompt: withMemory(params.prompt, memory ?? '') };
      turns.set(told, running);
      return told;
    },
    wrapGenerate: async ({ doGenerate, params }) => {
      const generated = await doGenerate();
      if (isEnd(generated)) await save(params, textOf(generated));
      return generated;
    },
    wrapStream: async ({ doStream, params }) => {
      const streamed = await doStream();
      return { ...streamed, stream: streamed.stream.pipeThrough(saving((answer) => save(params, answer))) };
    },
  };
}

async function recallFor(
  client: PACTClient,
  { scope, maxTokens = 1_000, tellEmotion = true }: PACTMiddlewareOptions,
  conversation: Conversation,
  { prompt, abortSignal: signal }: Call,
  { userMessage }: AskedTurn,
): Promise<string> {
  return remember(client, {
    sessionId: await openSession(client, conversation, signal),
    query: userMessage,
    userId: scope === 'user' ? conversation.userId : undefined,
    maxTokens,
    tellEmotion,
    told: toldIn(prompt),
    signal,
  });
}

function conversationOf(options: PACTMiddlewareOptions, { providerOptions }: Call): Conversation {
  const own: Record<string, unknown> = providerOptions?.['pact'] ?? {};
  const read = (field: string) =>
    own[field] === undefined || own[field] === null ? undefined : String(own[field]);
  const [sessionId, threadId] = [read('sessionId'), read('threadId')];
  const userId = read('userId') ?? options.userId;
  // A call's thread goes before the options' session, although a session goes before a thread.
  const named =
    sessionId || threadId
      ? { sessionId, threadId }
      : { sessionId: options.sessionId, threadId: options.threadId };
  if (!named.sessionId && !named.threadId) {
    throw new Error(
      'pactMiddleware finds no conversation: call with providerOptions: { pact: { threadId } }, or give it threadId or sessionId.',
    );
  }
  if (options.scope === 'user' && !userId) {
    throw new Error(
      "pactMiddleware with scope 'user' finds no user: call with providerOptions: { pact: { userId } }, or give it userId.",
    );
  }
  return { ...named, userId };
}

/** Whether a turn ends here: no tool is called whose result the model waits for. */
const isEnd = ({ content, finishReason }: Pick<Generated, 'content' | 'finishReason'>) =>
  finishReason.unified !== 'error' &&
  !content.some((part) => part.type === 'tool-call' && !part.providerExecuted);

const textOf = ({ content }: Generated) =>
  content.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** Saves what passes through before its end is passed on, so that whoever sees the end can recall it. */
function saving(save: (answer: string) => Promise<void>): TransformStream<StreamPart, StreamPart> {
  let answer = '';
  let waitsForTool = false;
  let hasFailed = false;
  return new TransformStream({
    async transform(part, controller) {
      if (part.type === 'text-delta') answer += part.delta;
      else if (part.type === 'tool-call' && !part.providerExecuted) waitsForTool = true;
      else if (part.type === 'error') hasFailed = true;
      else if (
        part.type === 'finish' &&
        !waitsForTool &&
        !hasFailed &&
        part.finishReason.unified !== 'error'
      ) {
        await save(answer).catch((error: unknown) => controller.enqueue({ type: 'error', error }));
      }
      controller.enqueue(part);
    },
  });
}

/** A side that said nothing is not saved. */
async function saveTurn(
  client: PACTClient,
  conversation: Conversation,
  userMessage: string,
  aiMessage: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!userMessage && !aiMessage) return;
  const sessionId = await openSession(client, conversation, signal);
  if (userMessage && aiMessage) {
    await client.saveInteraction(sessionId, { userMessage, aiMessage }, { signal });
  } else {
    const role = userMessage ? ('user' as const) : ('assistant' as const);
    await client.saveMessages(
      sessionId,
      { messages: [{ role, content: userMessage || aiMessage }] },
      { signal },
    );
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
