import type { ErrorCode } from '@pact/core';
import type { FastifyInstance } from 'fastify';
import type { RequestSpan, Telemetry } from './index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Codes with which it was refused, in whole or, of a batch, in part. */
    refusals: ErrorCode[];
    span: RequestSpan | undefined;
  }
}

/** A span around each request. Without telemetry no hook is added. */
export function tellRequests(app: FastifyInstance, telemetry: Telemetry): void {
  // Made for each request: a list that is shared would be everybody's.
  app.decorateRequest('refusals', null as unknown as ErrorCode[]);
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', (request, _, done) => {
    request.refusals = [];
    done();
  });
  if (!telemetry.isOn) return;
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, method, id } = request;
    const span = telemetry.request({ headers, method, requestId: id });
    request.span = span;
    // Also when the client went before its answer was whole.
    reply.raw.once('close', () =>
      span.end({
        route: request.routeOptions.url,
        status: reply.raw.writableFinished ? reply.statusCode : undefined,
        workspaceId: request.caller?.workspaceId,
        refusals: request.refusals,
        isStream: String(reply.getHeader('content-type')).startsWith('text/event-stream'),
      }),
    );
    span.enter(done);
  });
  // Reading the body led out of it.
  app.addHook('preValidation', (request, _, done) => enter(request.span, done));
  app.addHook('onResponse', (request, _, done) => enter(request.span, done));
}

function enter(span: RequestSpan | undefined, done: () => void): void {
  if (span) span.enter(done);
  else done();
}
