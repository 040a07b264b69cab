import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type AuthenticatedKey, createId, PactError } from '@pact/core';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { errorBody, toPactError } from './errors.ts';
import { openApiDocument } from './openapi.ts';
import { BODY_LIMIT, mountRest, noteRefusal, requestContext, sendError } from './rest.ts';
import { appRouter } from './router.ts';
import type { Services } from './services.ts';
import { tellRequests } from './telemetry/hooks.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who called, once known: for the log. */
    caller: AuthenticatedKey | undefined;
  }
}

/** Longest that one request may take to arrive. A client that sends half a body does not hold a socket for ever. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A query of 4,000 characters of any script, percent-encoded, beside the other headers. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Procedures that one batched tRPC request may call. */
const MAX_BATCH = 20;
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Pact-Erasure',
  'X-Cache',
  'Retry-After',
];

interface ServerOptions {
  /** Origins whose pages may call the API from a browser. */
  siteOrigins: string[];
  /** True once the process was told to end. */
  isDraining?: () => boolean;
}

/** The API: REST below `/pact/v1`, tRPC below `/trpc`, from one router. Not listening yet. */
export async function createServer(services: Services, options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: services.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false, connectionsCheckingInterval: 5_000 },
    clientErrorHandler: (error, socket) => refuseConnection(services, error, socket),
    genReqId: () => createId('req', services.domain.now()),
    routerOptions: { maxParamLength: 1_000 },
    forceCloseConnections: 'idle',
    // While draining, requests that still come in on open connections are answered, and told to close.
    return503OnClosing: false,
    // An address that cannot be decoded, or an id longer than any: there is no such thing.
    frameworkErrors: (cause, request, reply) =>
      void sendError(
        new PactError('not_found', { cause }),
        request,
        reply.header('X-Request-Id', request.id),
      ),
  });
  app.decorateRequest('caller', undefined);
  tellRequests(app, services.telemetry);
  addHooks(app, options);
  // Else closing would wait for those who look on, and they for what comes next.
  app.addHook('preClose', async () => services.live.end());
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new PactError('not_found', { message: 'There is no such route.' }), request, reply),
  );
  await app.register(cors, {
    origin: options.siteOrigins,
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
    strictPreflight: false,
  });
  await mountRest(app, services);
  await mountTrpc(app, services);
  await app.register(swagger, { mode: 'static', specification: { document: openApiDocument() as never } });
  await app.register(swaggerUi, {
    routePrefix: '/pact/v1/docs',
  });
  return app;
}

/** The same procedures for tRPC's own clients. */
async function mountTrpc(app: FastifyInstance, services: Services): Promise<void> {
  await app.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      maxBatchSize: MAX_BATCH,
      onError: ({ error, req }: { error: Error; req: FastifyRequest }) =>
        noteRefusal(toPactError(error), req),
      createContext: ({
        req,
        res,
      }: {
        req: Parameters<typeof requestContext>[1];
        res: Parameters<typeof requestContext>[2];
      }) => requestContext(services, req, res),
    },
  });
}

/** A request id on every answer, a line in the log for each, and the end of its connection while draining. */
function addHooks(app: FastifyInstance, options: ServerOptions): void {
  // Callbacks and no promises: these run for every request, a hit of the cache too.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-Id', request.id);
    done();
  });
  // While draining, each connection ends with its answer: the client takes its next request elsewhere.
  app.addHook('onSend', (_, reply, payload, done) => {
    if (options.isDraining?.()) reply.header('Connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    // The route's pattern and not its address: an address may carry what somebody asked.
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        code: request.refusals[0],
        ms: Math.round(reply.elapsedTime * 10) / 10,
        workspace_id: request.caller?.workspaceId,
        key_id: request.caller?.keyId,
      },
      'request',
    );
    done();
  });
}

/** What was not even HTTP gets the table's answer too, written by hand: there is no request to answer. */
function refuseConnection(services: Services, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const requestId = createId('req', services.domain.now());
  // Late may be our own doing, when this process was busy: that one may be sent again.
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const refusal = isLate
    ? new PactError('unavailable', { message: 'The request did not arrive in time.' })
    : new PactError('invalid_request', { message: 'The HTTP request is malformed.' });
  const body = JSON.stringify(errorBody(refusal, requestId));
  socket.end(
    [
      isLate ? 'HTTP/1.1 503 Service Unavailable' : 'HTTP/1.1 400 Bad Request',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
