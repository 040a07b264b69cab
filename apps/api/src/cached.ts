import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { MakeAnswer, Place } from './cache/index.ts';
import { invalidInput } from './errors.ts';
import { type Operation, operations } from './operations.ts';
import { createCaller } from './router.ts';
import type { Services } from './services.ts';
import { admit, type RequestContext } from './trpc.ts';
import { toWire } from './wire.ts';

/** What all answers of an operation whose answers are kept are about. */
const Input = z.looseObject({ sessionId: z.string() });

/**
 * Answers an operation whose answers are kept: lets the caller in, and sends the bytes that are there, or that are made now.
 * A hit is neither looked up in the database nor put into JSON again.
 * @returns undefined for an input whose answers are not kept; the caller has been let in, and counted.
 */
export async function answerFromCache(
  operation: Operation,
  context: RequestContext,
  input: unknown,
): Promise<{ body: Buffer; isHit: boolean } | undefined> {
  context.admitted = await admit(context, operation.meta);
  const place = placeOf(operation, context.admitted.workspaceId, input);
  if (!place) return undefined;
  const { kept, isHit } = await context.services.cache.read(place);
  context.served = kept;
  return { body: kept.body, isHit };
}

/** Sends bytes that are JSON. */
export function sendBytes(reply: FastifyReply, body: Buffer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(body);
}

/** Makes answers as a caller over REST would get them, on behalf of whoever waits for them. */
export function answerMaker(services: Services): MakeAnswer {
  const byName = new Map(operations().map((operation) => [operation.name as string, operation]));
  return async ({ workspaceId, sessionId, answer }) => {
    const at = answer.indexOf(' ');
    const operation = byName.get(answer.slice(0, at))!;
    const context: RequestContext = {
      services,
      requestId: '',
      header: () => undefined,
      setHeader: () => {},
      admitted: { workspaceId, keyId: 'cache', scopes: [], plan: 'team', rateLimited: false },
    };
    const call = createCaller(context)[operation.name] as (input: unknown) => Promise<unknown>;
    const found = await call({ ...JSON.parse(answer.slice(at + 1)), sessionId });
    const body = Buffer.from(JSON.stringify(toWire(operation.output, found)));
    return { body, tokensServed: 0, tokensSaved: 0, ...context.served };
  };
}

/**
 * Where an answer is kept: its operation and its whole input, defaults too, in the schema's order.
 * @throws {PactError} invalid_request.
 */
function placeOf({ name, meta, input }: Operation, workspaceId: string, given: unknown): Place | undefined {
  const parsed = z.safeParse(input, given);
  if (!parsed.success) throw invalidInput(parsed.error, given);
  const { sessionId, ...others } = Input.parse(parsed.data);
  const { unless } = meta.cached!;
  if (unless !== undefined && others[unless] !== undefined) return undefined;
  return { workspaceId, sessionId, answer: `${name} ${JSON.stringify(others)}` };
}
