import { McpServer } from '@modelcontextprotocol/server';
import type { Memory } from './memory.ts';
import { register, sentenceOf } from './tool.ts';
import { forget } from './tools/forget.ts';
import { contextText, getContext } from './tools/get-context.ts';
import { getEmotionalState } from './tools/get-emotional-state.ts';
import { listSessions } from './tools/list-sessions.ts';
import { recall } from './tools/recall.ts';
import { saveTurn } from './tools/save-turn.ts';
import { VERSION } from './version.ts';

const INSTRUCTIONS =
  'PACT is your long-term memory of this user: what was said, how it felt, and what it was about. Call get_context ' +
  'before your first answer, recall when something said earlier matters, and save_turn once after each of your ' +
  'answers. No session has to be opened or named: the memory goes on from conversation to conversation.';

/** An MCP server, not connected yet, whose tools work on a memory. */
export function createServer(memory: Memory): McpServer {
  const server = new McpServer(
    { name: 'pact', title: 'PACT memory', version: VERSION },
    { instructions: INSTRUCTIONS },
  );
  register(server, memory, saveTurn);
  register(server, memory, getContext);
  register(server, memory, recall);
  register(server, memory, getEmotionalState);
  register(server, memory, listSessions);
  register(server, memory, forget);
  server.registerResource(
    'context',
    'pact://context',
    {
      title: 'What PACT remembers',
      description:
        'Summary, recent turns and emotional state of the ongoing session, to attach to a conversation.',
      mimeType: 'text/plain',
    },
    async (uri) => {
      const text = await contextText(memory).catch((error) => {
        throw new Error(sentenceOf(error), { cause: error });
      });
      return { contents: [{ uri: uri.href, mimeType: 'text/plain', text }] };
    },
  );
  return server;
}
