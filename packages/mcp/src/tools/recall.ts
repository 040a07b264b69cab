import type { Emotion } from '@neurobloom/pact';
import { z } from 'zod';
import { tool } from '../tool.ts';
import { messageOutput, toMessage } from './message.ts';

// PACT checks it: its full pattern would cost each model more words than the rest of the tool.
const moment = (description: string) =>
  z.string().optional().describe(`${description} ISO 8601 with a time zone.`);

export const recall = tool({
  name: 'recall',
  title: 'Recall',
  description:
    'Search everything this user and you ever said to each other, in all sessions, by meaning, words, names and time; ' +
    'best first. Call it when the user refers to something said before that is not in the context, or before you say ' +
    'that you do not know. Finds messages word for word, also those that were folded into a summary.',
  input: z.strictObject({
    query: z.string().min(1).max(4000).describe('A question or words, as the user would put it.'),
    limit: z.int().min(1).max(100).optional().describe('Default 5.'),
    session_id: z
      .string()
      .min(1)
      .optional()
      .describe('Search this session only. Leave it out for all of them.'),
    emotions: z
      .array(z.string())
      .min(1)
      .max(29)
      .optional()
      .describe('Only messages with one of these emotions, such as angry, worried or happy.'),
    from: moment('Only messages from this moment on.'),
    to: moment('Only messages up to this moment.'),
  }),
  output: z.object({
    results: z.array(
      messageOutput.extend({
        session_id: z.string(),
        score: z.number().describe('Comparable within one answer; higher is better.'),
      }),
    ),
  }),
  annotations: { readOnlyHint: true },
  run: async (memory, { query, limit = 5, session_id, emotions, from, to }) => {
    const search = (scope: { sessionId: string } | { userId: string }) =>
      memory.pact.recall({
        query,
        limit,
        ...scope,
        // PACT knows its words of emotion, and refuses others by name.
        filters: { emotions: emotions as Emotion[] | undefined, from, to },
      });
    const found =
      session_id === undefined
        ? await search({ userId: memory.user })
        : await memory.reading(session_id, (id) => search({ sessionId: id }));
    const results = (found?.results ?? []).map((result) => ({
      ...toMessage(result.message),
      session_id: result.sessionId,
      score: result.score,
    }));
    const lines = results.map(
      ({ role, name, content, timestamp, emotion }) =>
        `[${timestamp}] ${name ?? role}${emotion && emotion !== 'neutral' ? ` (${emotion})` : ''}: ${content}`,
    );
    return { text: lines.join('\n') || 'Nothing in memory bears on this.', output: { results } };
  },
});
