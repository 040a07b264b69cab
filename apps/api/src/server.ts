import cors from '@fastify/cors';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type AuthenticatedKey, createId, PactError } from '@pact/core';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { openApiDocument } from './openapi.ts';
import { BODY_LIMIT, mountRest, requestContext, sendError } from './rest.ts';
import { appRouter } from './router.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who called, once known: for the log. */
    caller: AuthenticatedKey | undefined;
  }
}

/** Longest that one request may take to arrive. A client that sends half a body does not hold a socket for ever. */
const REQUEST_TIMEOUT_MS = 30_000;
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Pact-Erasure',
  'Retry-After',
];

/** The API: REST below `/pact/v1`, tRPC below `/trpc`, from one router. Not listening yet. */
export async function createServer(
  services: Services,
  options: { siteOrigins: string[] },
): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: services.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => createId('req', services.domain.now()),
    routerOptions: { maxParamLength: 1_000 },
    forceCloseConnections: 'idle',
    // While draining, requests that still come in on open connections are answered, and told to close.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) =>
      void sendError(error, request, reply.header('X-Request-Id', request.id)),
  });
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request, reply) => void reply.header('X-Request-Id', request.id));
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern and not its address: an address may carry what somebody asked.
    request.log.info(
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        workspace_id: request.caller?.workspaceId,
        key_id: request.caller?.keyId,
      },
      'request',
    );
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new PactError('not_found', { message: 'There is no such route.' }), request, reply),
  );
  await app.register(cors, { origin: options.siteOrigins, exposedHeaders: EXPOSED_HEADERS, maxAge: 600 });
  await mountRest(app, services);
  await app.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      createContext: ({
        req,
        res,
      }: {
        req: Parameters<typeof requestContext>[1];
        res: Parameters<typeof requestContext>[2];
      }) => requestContext(services, req, res),
    },
  });
  await app.register(swagger, { mode: 'static', specification: { document: openApiDocument() as never } });
  await app.register(swaggerUi, {
    routePrefix: '/pact/v1/docs',
  });
  return app;
}
