import { type EmotionalState, PACTClient, type Recalled } from '@neurobloom/pact';
import { jsonSchema, type Tool, tool } from 'ai';
import { type Conversation, openSession } from './conversation.ts';

export interface PACTToolsOptions extends Conversation {
  /** Default: a new client, which reads `PACT_API_KEY`. */
  client?: PACTClient | undefined;
  /** What `recall` looks in: this conversation, or all of this end user's. Default `user` when a `userId` is given, else `session`. */
  scope?: 'session' | 'user' | undefined;
}

/** A message that `recall` found. */
export interface RecalledMessage {
  /** The speaker: `user`, `assistant`, `system`, `tool`, or a name. */
  by: string;
  said: string;
  /** ISO 8601, UTC. */
  when: string;
  /** What the user felt; absent of others. */
  emotion?: string;
}

/** How the user feels now, as `emotionalState` answers. */
export type ToldState = Pick<
  EmotionalState,
  'currentEmotion' | 'valence' | 'arousal' | 'trend' | 'keyEmotions'
>;

/** A type and not an interface, so that it passes for a `ToolSet`. */
export type PACTTools = {
  recall: Tool<{ query: string; limit?: number }, RecalledMessage[]>;
  emotionalState: Tool<Record<string, never>, ToldState>;
  forgetConversation: Tool<Record<string, never>, { forgotten: true }>;
};

/**
 * Tools by which a model looks into PACT's memory itself.
 *
 * - `recall`: the messages that bear on a query, best first.
 * - `emotionalState`: how the user feels in this conversation. Valence and arousal run from 0 to 1; 0.5 is neutral.
 * - `forgetConversation`: erases the conversation from every store of PACT, for good. It runs only after you approved the call
 *   (`needsApproval`); leave it out of `tools` where a model should not ask for it.
 *
 * When PACT cannot be reached, or refuses, the tool fails with the client's error, which the model is shown.
 *
 *     const { recall } = pactTools({ threadId: 'chat-1', userId: 'ada' });
 *     await generateText({ model, prompt, tools: { recall }, stopWhen: stepCountIs(5) });
 *
 * @throws {Error} When neither `threadId` nor `sessionId` is given, or scope is `user` without a `userId`.
 */
export function pactTools(options: PACTToolsOptions): PACTTools {
  const { userId, scope = userId ? 'user' : 'session' } = options;
  if (!options.threadId && !options.sessionId) throw new Error('pactTools needs a threadId or a sessionId.');
  if (scope === 'user' && !userId) throw new Error("pactTools with scope 'user' needs a userId.");
  const client = options.client ?? new PACTClient();
  const session = (signal: AbortSignal | undefined) => openSession(client, options, signal);
  return {
    recall: tool({
      description:
        'Finds what was said before that bears on a question, in this and in earlier conversations.',
      inputSchema: jsonSchema<{ query: string; limit?: number }>({
        type: 'object',
        properties: {
          query: {
            type: 'string',
            minLength: 1,
            maxLength: 4_000,
            description: 'The question, or a few words.',
          },
          limit: { type: 'integer', minimum: 1, maximum: 100, description: 'The most messages. Default 10.' },
        },
        required: ['query'],
        additionalProperties: false,
      }),
      execute: async ({ query, limit }, { abortSignal: signal }) => {
        const where = scope === 'user' ? { userId } : { sessionId: await session(signal) };
        const { results } = await client.recall({ query, limit, ...where }, { signal });
        return results.map(toRecalled);
      },
    }),
    emotionalState: tool({
      description: 'Tells how the user feels now, and whether it is getting better or worse.',
      inputSchema: NO_INPUT,
      execute: async (_, { abortSignal: signal }): Promise<ToldState> => {
        const state = await client.getEmotionalState(await session(signal), {}, { signal });
        const { currentEmotion, valence, arousal, trend, keyEmotions } = state;
        return { currentEmotion, valence, arousal, trend, keyEmotions };
      },
    }),
    forgetConversation: tool({
      description:
        'Erases everything remembered of this conversation, for good. Only when the user asks for it.',
      inputSchema: NO_INPUT,
      needsApproval: true,
      execute: async (_, { abortSignal: signal }) => {
        await client.deleteSession(await session(signal), {}, { signal });
        return { forgotten: true as const };
      },
    }),
  };
}

const NO_INPUT = jsonSchema<Record<string, never>>({
  type: 'object',
  properties: {},
  additionalProperties: false,
});

function toRecalled({ message }: Recalled['results'][number]): RecalledMessage {
  const { role, name, content, timestamp, emotionalMetadata } = message;
  return {
    by: name ?? role,
    said: content,
    when: timestamp,
    ...(emotionalMetadata && { emotion: emotionalMetadata.detectedEmotion }),
  };
}
