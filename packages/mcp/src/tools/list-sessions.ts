import { z } from 'zod';
import { tool } from '../tool.ts';

export const listSessions = tool({
  name: 'list_sessions',
  title: 'List sessions',
  description:
    'List the sessions of this user, newest first. You need it only to work on a session other than the ongoing one, ' +
    'or to let the user choose which one to forget.',
  input: z.strictObject({
    limit: z.int().min(1).max(200).optional().describe('Default 20.'),
    cursor: z.string().min(1).optional().describe('The next_cursor of the page before.'),
  }),
  output: z.object({
    sessions: z.array(
      z.object({
        session_id: z.string(),
        is_ongoing: z.boolean().describe('True for the one that tools work on when none is named.'),
        application: z.string().nullable(),
        message_count: z.number(),
        created_at: z.string(),
        updated_at: z.string(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  annotations: { readOnlyHint: true },
  run: async (memory, { limit = 20, cursor }) => {
    const page = await memory.pact.listSessions({ userId: memory.user, limit, cursor });
    const sessions = page.data.map((session) => ({
      session_id: session.sessionId,
      is_ongoing: memory.isOngoing(session),
      application: textOrNull(session.metadata['application']),
      message_count: session.messageCount,
      created_at: session.createdAt,
      updated_at: session.updatedAt,
    }));
    const lines = sessions.map(
      ({ session_id, is_ongoing, message_count, updated_at }) =>
        `${session_id}${is_ongoing ? ' (ongoing)' : ''}: ${message_count} messages, changed ${updated_at}`,
    );
    if (page.nextCursor !== null) lines.push(`More with cursor ${page.nextCursor}`);
    return {
      text: lines.join('\n') || 'There is no session of this user yet.',
      output: { sessions, next_cursor: page.nextCursor },
    };
  },
});

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null);
