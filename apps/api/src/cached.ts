import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { MakeAnswer } from './cache/index.ts';
import { invalidInput } from './errors.ts';
import { type Operation, operations } from './operations.ts';
import { createCaller } from './router.ts';
import type { Services } from './services.ts';
import { admit, isOurRefusal, type RequestContext } from './trpc.ts';
import { toWire } from './wire.ts';

/** What all answers of an operation whose answers are kept are about. */
const Input = z.looseObject({ sessionId: z.string() });

/** A request for an answer that may be kept. */
interface KeptRequest {
  sessionId: string;
  /** As it came: equal ones ask for the same. */
  queryString: string;
  /** The whole input, not validated yet. */
  input(): unknown;
}

/** Answers that are kept of an operation, by query string; undefined for one whose answer is not kept. */
type KnownQueries = Map<string, string | undefined>;
const MAX_KNOWN_QUERIES = 1_000;

export type AnswerFromCache = (
  context: RequestContext,
  request: KeptRequest,
) => Promise<{ body: Buffer; isHit: boolean } | undefined>;

/**
 * Answers an operation whose answers are kept: lets the caller in, and sends the bytes that are there, or that are made now.
 * A hit is neither looked up in the database nor put into JSON again, and a query that was understood before is not read
 * again. Its answer is undefined for an input whose answers are not kept; then the caller has been let in, and counted.
 */
export function createAnswerFromCache(operation: Operation): AnswerFromCache {
  const known: KnownQueries = new Map();
  return async (context, { sessionId, queryString, input }) => {
    const caller = await admit(context, operation.meta);
    context.admitted = caller;
    const { cache, meter } = context.services;
    try {
      const answer = knownAnswer(operation, known, queryString, input);
      if (answer === undefined) return undefined;
      const { workspaceId } = caller;
      const { kept, isHit } = await cache.read({ workspaceId, sessionId, answer });
      meter.count(caller, kept);
      context.services.telemetry.cacheResult(isHit ? 'hit' : 'miss');
      return { body: kept.body, isHit };
    } catch (error) {
      if (isOurRefusal(error)) meter.count(caller);
      throw error;
    }
  };
}

function knownAnswer(
  operation: Operation,
  known: KnownQueries,
  queryString: string,
  input: () => unknown,
): string | undefined {
  if (!known.has(queryString)) {
    const answer = answerOf(operation, input());
    if (known.size >= MAX_KNOWN_QUERIES) known.clear();
    known.set(queryString, answer);
  }
  return known.get(queryString);
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
      log: services.log,
      response: undefined,
      header: () => undefined,
      setHeader: () => {},
      admitted: { workspaceId, keyId: 'cache', scopes: [], plan: 'team', rateLimited: false },
      isForCache: true,
      served: { tokensServed: 0, tokensSaved: 0 },
    };
    const call = createCaller(context)[operation.name] as (input: unknown) => Promise<unknown>;
    const found = await call({ ...JSON.parse(answer.slice(at + 1)), sessionId });
    const body = Buffer.from(JSON.stringify(toWire(operation.output, found)));
    return { body, ...context.served!, isLacking: isLacking(found) };
  };
}

/** True for a context without messages that only the archive has, which is away. */
function isLacking(answer: unknown): boolean {
  const { dropped = [] } = answer as { dropped?: { reason: string }[] };
  return dropped.some(({ reason }) => reason === 'archive_unavailable');
}

/**
 * What an answer is kept as: its operation and its whole input but for the session, defaults too, in the schema's order.
 * @throws {PactError} invalid_request.
 */
function answerOf({ name, meta, input }: Operation, given: unknown): string | undefined {
  const parsed = z.safeParse(input, given);
  if (!parsed.success) throw invalidInput(parsed.error, given);
  const { sessionId: _, ...others } = Input.parse(parsed.data);
  const { unless } = meta.cached!;
  return unless !== undefined && others[unless] !== undefined
    ? undefined
    : `${name} ${JSON.stringify(others)}`;
}
