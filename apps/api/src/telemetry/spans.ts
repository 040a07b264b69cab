import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Attributes, RequestSpan, Telemetry } from './index.ts';

type Spans = Pick<Telemetry, 'span' | 'step' | 'logFields'> & {
  request(begun: Parameters<Telemetry['request']>[0]): RequestSpan;
};

/** Spans by hand: modules that are loaded as they are cannot be instrumented from outside. */
export function createSpans(tracer: Tracer, contexts: AsyncLocalStorageContextManager): Spans {
  const run = async <Result>(name: string, attributes: Attributes, work: () => Promise<Result>) => {
    const active = contexts.active();
    const kind = attributes['db.system.name'] ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = tracer.startSpan(name, { kind, attributes }, active);
    try {
      return await contexts.with(trace.setSpan(active, span), work);
    } catch (error) {
      fail(span, errorType(error));
      throw error;
    } finally {
      span.end();
    }
  };
  return {
    span: run,
    step: (name, attributes, work) =>
      trace.getSpan(contexts.active()) ? run(name, attributes, work) : work(),
    logFields: () => {
      const active = trace.getSpanContext(contexts.active());
      return active ? { trace_id: active.traceId, span_id: active.spanId } : {};
    },
    request: ({ headers, method, requestId }) => {
      const attributes = { 'http.request.method': method, 'pact.request_id': requestId };
      const options = { kind: SpanKind.SERVER, attributes };
      const span = tracer.startSpan(method, options, callerOf(headers['traceparent']));
      const inside = trace.setSpan(ROOT_CONTEXT, span);
      return {
        enter: (next) => contexts.with(inside, next),
        end: (outcome) => endRequest(span, method, outcome),
      };
    },
  };
}

const propagator = new W3CTraceContextPropagator();

/** The trace that a caller goes on with. Its `tracestate` is left behind: that is text of the caller's own. */
function callerOf(traceparent: string | string[] | undefined): Context {
  const getter = {
    keys: () => ['traceparent'],
    get: (_: unknown, key: string) => (key === 'traceparent' ? traceparent : undefined),
  };
  return propagator.extract(ROOT_CONTEXT, {}, getter);
}

function endRequest(span: Span, method: string, outcome: Parameters<RequestSpan['end']>[0]): void {
  const { route, status, workspaceId, refusals } = outcome;
  // Its pattern and not its address: an address may carry what somebody asked.
  if (route) {
    span.updateName(`${method} ${route}`);
    span.setAttribute('http.route', route);
  }
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  if (workspaceId) span.setAttribute('pact.workspace_id', workspaceId);
  const [refusal] = refusals;
  if (refusal) span.setAttribute('error.type', refusal);
  if (status === undefined) span.setAttribute('error.type', 'client_closed');
  if (status !== undefined && status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  // Without a message: a driver's quotes what people wrote.
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The code of the innermost error that has one, or its kind. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^\w{1,40}$/.test(code)) return code;
  return error.cause instanceof Error ? errorType(error.cause) : error.name;
}
