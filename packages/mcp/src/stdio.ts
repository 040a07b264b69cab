import { PassThrough, type Readable, type Writable } from 'node:stream';
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/server';
import {
  type StdioServerHandle,
  StdioServerTransport,
  serveStdio as serve,
} from '@modelcontextprotocol/server/stdio';
import type { Memory } from './memory.ts';
import { createServer } from './server.ts';

/**
 * Serves a memory over stdio, or over two other streams. It ends when its input ends and everything that was asked until
 * then is answered, so that a turn that is being saved is saved.
 */
export function serveStdio(
  memory: Memory,
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): StdioServerHandle {
  return serve(() => createServer(memory), {
    transport: answeringToTheEnd(input, output),
    onerror: (error) => console.error(`pact-mcp: ${reasonOf(error)}`),
  });
}

/** A message of no known shape is told by its schema at length, which says nothing that one sentence would not. */
const reasonOf = (error: Error) =>
  'issues' in error ? 'A message that is not JSON-RPC was ignored.' : error.message;

/** A stdio transport that hears of the end of its input when nothing is left to answer: else it would drop the answers. */
function answeringToTheEnd(input: Readable, output: Writable): Transport {
  const heard = new PassThrough();
  const inner = new StdioServerTransport(heard, output);
  const waiting = new Set<unknown>();
  let hasEnded = false;
  const endIfAnswered = () => {
    if (hasEnded && waiting.size === 0) heard.end();
  };
  const transport: Transport = {
    async start() {
      inner.onclose = () => transport.onclose?.();
      inner.onerror = (error) => transport.onerror?.(error);
      inner.onmessage = (message) => {
        note(message, waiting);
        transport.onmessage?.(message);
        endIfAnswered();
      };
      await inner.start();
      input.on('end', () => {
        hasEnded = true;
        // What was written into `heard` is read from it in this turn of the loop; in the next it is known what waits.
        setImmediate(endIfAnswered);
      });
      input.pipe(heard, { end: false });
    },
    async send(message) {
      await inner.send(message);
      note(message, waiting);
      endIfAnswered();
    },
    async close() {
      input.unpipe(heard);
      input.pause();
      await inner.close();
    },
  };
  return transport;
}

/** Keeps track of which requests wait for an answer; one that its caller cancelled gets none. */
function note(message: JSONRPCMessage, waiting: Set<unknown>): void {
  if (isJSONRPCRequest(message)) waiting.add(message.id);
  else if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) waiting.delete(message.id);
  else if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
    waiting.delete(message.params?.['requestId']);
  }
}
