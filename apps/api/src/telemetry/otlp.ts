import { randomUUID } from 'node:crypto';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { VERSION } from '../version.ts';
import { createOutage } from './exporting.ts';
import type { Telemetry, TelemetryEnv } from './index.ts';
import { createLogLines } from './logs.ts';
import { createMetrics } from './metrics.ts';
import { createSpans } from './spans.ts';

/** Longest that one sending may take: the next one waits for it. */
const EXPORT_TIMEOUT_MS = 5_000;
/** Longest that an ending process waits for what is left to be sent. */
const CLOSE_MS = 3_000;
const SPAN_DELAY_MS = 1_000;
const LOG_DELAY_MS = 1_000;
const SCOPE = 'pact';

/**
 * Traces, metrics and logs over OTLP, in JSON over HTTP. Queues are bounded: without a collector what is too much is
 * dropped. Nothing is registered globally, so that what is told is what this code tells.
 */
export function startOtlp(env: TelemetryEnv, log: Pick<Logger, 'warn' | 'info'>): Telemetry {
  const providers = createProviders(env, log);
  const contexts = new AsyncLocalStorageContextManager().enable();
  const spans = createSpans(providers.tracers.getTracer(SCOPE, VERSION), contexts);
  const metrics = createMetrics(providers.meters.getMeter(SCOPE, VERSION));
  return {
    isOn: true,
    span: spans.span,
    step: spans.step,
    logFields: spans.logFields,
    logLines: createLogLines(providers.loggers.getLogger(SCOPE, VERSION), () => contexts.active()),
    cacheResult: metrics.cacheResult,
    observe: metrics.observe,
    request: (begun) => {
      const span = spans.request(begun);
      const begunAt = performance.now();
      metrics.begin();
      return {
        enter: span.enter,
        end: (outcome) => {
          span.end(outcome);
          const { route, status } = outcome;
          const attributes = {
            'http.request.method': begun.method,
            ...(route ? { 'http.route': route } : {}),
            ...(status === undefined ? {} : { 'http.response.status_code': status }),
          };
          metrics.end((performance.now() - begunAt) / 1_000, attributes, outcome);
        },
      };
    },
    close: async () => {
      const { tracers, meters, loggers } = providers;
      const sent = Promise.allSettled([tracers.shutdown(), meters.shutdown(), loggers.shutdown()]);
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
      contexts.disable();
    },
  };
}

function createProviders(env: TelemetryEnv, log: Pick<Logger, 'warn' | 'info'>) {
  const { serviceName, stage, traceShare, metricIntervalMs } = env;
  const resource = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': VERSION,
    'service.instance.id': randomUUID(),
    ...(stage ? { 'deployment.environment.name': stage } : {}),
  });
  const outage = createOutage(env.endpoint, log);
  const to = (signal: string) => ({
    url: `${env.endpoint.replace(/\/+$/, '')}/v1/${signal}`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return {
    tracers: new TracerProvider({
      resource,
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(traceShare) }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: outage.watch(new OTLPTraceExporter(to('traces'))),
          scheduledDelayMillis: SPAN_DELAY_MS,
        }),
      ],
    }),
    meters: new MeterProvider({
      resource,
      readers: [
        new PeriodicExportingMetricReader({
          exporter: outage.watch(new OTLPMetricExporter(to('metrics'))),
          exportIntervalMillis: metricIntervalMs,
          exportTimeoutMillis: Math.min(metricIntervalMs, EXPORT_TIMEOUT_MS),
        }),
      ],
    }),
    loggers: new LoggerProvider({
      resource,
      processors: [
        new BatchLogRecordProcessor({
          exporter: outage.watch(new OTLPLogExporter(to('logs'))),
          scheduledDelayMillis: LOG_DELAY_MS,
        }),
      ],
    }),
  };
}
