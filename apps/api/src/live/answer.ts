import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { createCaller } from '../router.ts';
import type { RequestContext } from '../trpc.ts';
import { toWire } from '../wire.ts';

/** After which a client whose stream ended asks again: soon, because the next server is there already. */
const RECONNECT_MS = 1_000;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // Whoever comes back after a stream comes over a new connection, and so to a server that is not ending.
  Connection: 'close',
};

/** What a procedure yields: tRPC's types show what its own client makes of it. */
type Tracked = AsyncIterable<readonly [id: string, { type: string; data: unknown }]>;

/** What a client that comes back says it has seen. */
export function lastEventIdOf(headers: IncomingHttpHeaders): { lastEventId?: string } {
  const value = headers['last-event-id'];
  return typeof value === 'string' && value !== '' ? { lastEventId: value } : {};
}

/**
 * Answers with server-sent events. What is refused is refused before the stream begins, as any other request.
 * @param onFailure told of an error that ends a stream under way: it is not for the client, nor for the log as it is.
 */
export async function answerStream(
  context: RequestContext,
  schemas: Record<string, z.core.$ZodType>,
  input: unknown,
  reply: FastifyReply,
  onFailure: (error: unknown) => void,
): Promise<FastifyReply> {
  const response = reply.raw;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  context.keepAlive = () => void response.write(': keep-alive\n\n');
  const caller = createCaller(context, { signal: gone.signal });
  const events: unknown = await caller.stream(input as Parameters<typeof caller.stream>[0]);
  return reply
    .headers(HEADERS)
    .send(Readable.from(textOf(events as Tracked, schemas, onFailure), { objectMode: false }));
}

async function* textOf(
  events: Tracked,
  schemas: Record<string, z.core.$ZodType>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<string, void> {
  try {
    for await (const [id, { type, data }] of events) {
      const schema = schemas[type];
      // No event of the wire: an id alone is where a client comes back to.
      if (!schema) yield `retry: ${RECONNECT_MS}\nid: ${id}\n\n`;
      else yield `event: ${type}\nid: ${id}\ndata: ${JSON.stringify(toWire(schema, data))}\n\n`;
    }
  } catch (error) {
    // Broken off on purpose, or by what should not happen: a whole answer, after which the client comes back.
    if (!(error instanceof DOMException && error.name === 'AbortError')) onFailure(error);
  }
}
