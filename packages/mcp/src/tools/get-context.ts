import { z } from 'zod';
import type { Memory } from '../memory.ts';
import { sessionId, tool } from '../tool.ts';
import { messageOutput, toMessage } from './message.ts';

const NOTHING = 'Nothing is remembered yet: this is the first conversation.';

export const getContext = tool({
  name: 'get_context',
  title: 'Get context',
  description:
    'Read what matters now from the memory of this user: a summary of older turns, the recent turns word for word, and ' +
    'how the user feels. Call it at the start of a conversation, before your first answer. Give `query` to bring in ' +
    'older turns that bear on what you are about to answer. To look up one particular thing, use recall.',
  input: z.strictObject({
    query: z.string().max(4000).optional().describe('What you are about to answer.'),
    max_tokens: z.int().min(1).max(1_000_000).optional().describe('Default 2000.'),
    session_id: sessionId,
  }),
  output: z.object({
    session_id: z.string().nullable().describe('Null before anything was saved.'),
    summary: z.string().describe('Empty until older turns were folded.'),
    emotional_state: z
      .string()
      .nullable()
      .describe('Where the user stands, in one word; null when not tracked.'),
    messages: z.array(messageOutput),
    token_count: z.number(),
    truncated: z.boolean().describe('True when something did not fit.'),
  }),
  annotations: { readOnlyHint: true },
  run: async (memory, { query, max_tokens, session_id }) => {
    const context = await read(memory, session_id, { query: query || undefined, maxTokens: max_tokens });
    return {
      text: context ? textOf(context) : NOTHING,
      output: {
        session_id: context?.sessionId ?? null,
        summary: context?.consolidatedSummary ?? '',
        emotional_state: context?.emotionalState ?? null,
        messages: context?.messages.map(toMessage) ?? [],
        token_count: context?.tokenCount ?? 0,
        truncated: context?.truncated ?? false,
      },
    };
  },
});

/** The context of the ongoing session, as text. */
export async function contextText(memory: Memory): Promise<string> {
  const context = await read(memory, undefined, {});
  return context ? textOf(context) : NOTHING;
}

const read = (
  memory: Memory,
  id: string | undefined,
  input: { query?: string | undefined; maxTokens?: number | undefined },
) => memory.reading(id, (found) => memory.pact.getContext(found, { ...input, format: 'text' }));

/** With `format: 'text'` the prompt is text. */
const textOf = ({ prompt }: { prompt?: unknown }) =>
  typeof prompt === 'string' && prompt !== '' ? prompt : 'Nothing of the memory fits into so few tokens.';
