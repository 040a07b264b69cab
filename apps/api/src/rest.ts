import { isUtf8 } from 'node:buffer';
import { PactError } from '@pact/core';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { parse as parseJson } from 'secure-json-parse';
import { answerMaker, createAnswerFromCache, sendBytes } from './cached.ts';
import { errorBody, statusOf, toPactError } from './errors.ts';
import { answerStream, lastEventIdOf } from './live/answer.ts';
import { openApiDocument } from './openapi.ts';
import { type Operation, operations } from './operations.ts';
import { createCaller } from './router.ts';
import type { Services } from './services.ts';
import type { RequestContext } from './trpc.ts';
import { camelCase, fromQuery, fromWire, shapeOf, toWire } from './wire.ts';

/** Largest body, in bytes. */
export const BODY_LIMIT = 5 * 1024 * 1024;
const PREFIX = '/pact/v1';

/** The REST wire: one route a procedure, from its meta. Each calls its procedure as any tRPC client would. */
export async function mountRest(app: FastifyInstance, services: Services): Promise<void> {
  services.cache.makeWith(answerMaker(services));
  await app.register(
    async (scope) => {
      parseBodies(scope);
      scope.setErrorHandler((error, request, reply) => sendError(error, request, reply));
      scope.setNotFoundHandler((request, reply) =>
        sendError(new PactError('not_found', { message: 'There is no such route.' }), request, reply),
      );
      scope.get('/openapi.json', () => openApiDocument());
      for (const operation of operations()) mountOperation(scope, services, operation);
    },
    { prefix: PREFIX },
  );
}

/** What a procedure may know of a Fastify request. */
export function requestContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): RequestContext {
  return {
    services,
    requestId: request.id,
    log: request.log as Logger,
    get caller() {
      return request.caller;
    },
    set caller(caller) {
      request.caller = caller;
    },
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    setHeader: (name, value) => void reply.header(name, value),
    response: reply.raw,
  };
}

/** Answers with a row of the error table. */
export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = httpError(thrown) ?? toPactError(thrown);
  noteRefusal(error, request);
  if (error.retryAfter !== undefined) reply.header('Retry-After', String(error.retryAfter));
  return reply.code(statusOf(error)).send(errorBody(error, request.id));
}

/** Counts a refusal, and logs what should not have happened. */
export function noteRefusal(error: PactError, request: FastifyRequest): void {
  request.refusals?.push(error.code);
  if (error.code === 'internal_error') request.log.error({ err: rootOf(error) }, 'unexpected error');
}

function mountOperation(scope: FastifyInstance, services: Services, operation: Operation): void {
  const { meta, name, output } = operation;
  const fromCache = meta.cached && createAnswerFromCache(operation);
  scope.route({
    method: meta.method,
    url: meta.path.replace(/\{(\w+)\}/g, ':$1'),
    // Of an answer without end there is no head.
    exposeHeadRoute: !operation.events,
    // Before the body is read: nobody without a key makes this process hold five megabytes.
    onRequest: async (request) => {
      // One whose answers are kept has no body, and begins with this itself.
      if (!meta.scope || meta.cached) return;
      if (!(await services.authenticate(request.headers.authorization))) throw new PactError('unauthorized');
    },
    handler: async (request, reply) => {
      const context = requestContext(services, request, reply);
      if (fromCache) {
        const kept = await fromCache(context, keptRequest(operation, request));
        reply.header('X-Cache', kept?.isHit ? 'hit' : 'miss');
        if (kept) return sendBytes(reply, kept.body);
      }
      const input = readInput(operation, request);
      if (operation.events) {
        const onFailure = (error: unknown) => noteRefusal(toPactError(error), request);
        return await answerStream(context, operation.events, input, reply, onFailure);
      }
      const call = createCaller(context)[name] as (input: unknown) => Promise<unknown>;
      const answer = await call(input);
      return send(reply, operation, answer, toWire(output, answer));
    },
  });
}

function send(reply: FastifyReply, { meta }: Operation, answer: unknown, wire: unknown): FastifyReply {
  for (const [header, field] of Object.entries(meta.headers ?? {})) {
    reply.header(header, String((answer as Record<string, unknown>)[field]));
  }
  const isDown = meta.path === '/health' && (answer as { status: string }).status !== 'healthy';
  reply.code(isDown ? 503 : (meta.status ?? 200));
  return meta.status === 204 ? reply.send() : reply.send(wire);
}

function keptRequest(operation: Operation, request: FastifyRequest) {
  const { url } = request.raw;
  const at = url!.indexOf('?');
  return {
    sessionId: (request.params as { session_id: string }).session_id,
    queryString: at < 0 ? '' : url!.slice(at),
    input: () => readInput(operation, request),
  };
}

/** Path, and query or body, under the domain's names. */
function readInput({ input, hasBody, pathParameters, events }: Operation, request: FastifyRequest): unknown {
  const given = hasBody
    ? fromBody(input, request.body)
    : fromQuery(input, request.query as Record<string, unknown>);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const parameters = request.params as Record<string, string>;
  const path = Object.fromEntries(pathParameters.map((name) => [camelCase(name), parameters[name]]));
  return { ...given, ...path, ...(events ? lastEventIdOf(request.headers) : {}) };
}

function fromBody(input: Operation['input'], body: unknown): unknown {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const received = Array.isArray(body) ? 'a list' : body === null ? 'null' : typeof body;
    throw new PactError('invalid_request', {
      message: 'The body must be a JSON object.',
      details: { field: 'body', received },
    });
  }
  return shapeOf(input) ? fromWire(input, body) : body;
}

/** An empty body is no body, whatever its content type; everything else must be JSON in UTF-8. */
function parseBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (body.length === 0) return undefined;
    if (!/^application\/([\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
      throw malformed(
        'The Content-Type must be application/json.',
        request.headers['content-type'] ?? 'none',
      );
    }
    if (!isUtf8(body)) throw malformed('The body is not UTF-8.', `${body.length} bytes`);
    try {
      // A key called `constructor` is nobody's prototype once the schema has picked its fields.
      return parseJson(body.toString(), { constructorAction: 'ignore' });
    } catch (error) {
      throw malformed('The body is not well-formed JSON.', `${body.length} bytes`, error);
    }
  });
}

const malformed = (message: string, received: string, cause?: unknown) =>
  new PactError('invalid_request', { message, details: { field: 'body', received }, cause });

/** Errors of the HTTP layer itself, which know a status and not our codes. */
function httpError(thrown: unknown): PactError | undefined {
  const { statusCode, code } = thrown as FastifyError;
  if (statusCode === 413 || code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new PactError('too_large', { cause: thrown });
  if (statusCode === 404)
    return new PactError('not_found', { message: 'There is no such route.', cause: thrown });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new PactError('invalid_request', { message: 'The HTTP request is malformed.', cause: thrown });
  }
  return undefined;
}

/**
 * What the log says of an unexpected error: kinds, codes and stack, innermost last. No messages: a driver's quotes the
 * statement and its parameters, and those are what people wrote.
 */
function rootOf(error: Error): {
  kinds: string[];
  code: string | undefined;
  stack: string | undefined;
} {
  const kinds: string[] = [];
  let cause: unknown = error;
  let innermost = error;
  while (cause instanceof Error && kinds.length < 8) {
    kinds.push(cause.name);
    innermost = cause;
    cause = cause.cause;
  }
  const stack = innermost.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
  return { kinds, code: (innermost as { code?: string }).code, stack };
}
