import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '@pact/core';

/** What a span or a point is told with: names, codes, counts and ids of ours, never what somebody wrote. */
export type Attributes = Record<string, string | number | boolean | undefined>;

/** One request, from its first byte to its last. */
export interface RequestSpan {
  /** Goes on inside the request's span. */
  enter(next: () => void): void;
  end(outcome: {
    route: string | undefined;
    /** Undefined when the client went before it was answered. */
    status: number | undefined;
    workspaceId: string | undefined;
    refusals: readonly ErrorCode[];
    isStream: boolean;
  }): void;
}

/** Figures that are asked for when they are sent. */
export interface Sources {
  /** Connections to the database; absent for the embedded one. */
  poolUse?: (() => { idle: number; used: number; waiting: number }) | undefined;
  /** Seconds by which the oldest job that is due is late. */
  jobLag(): Promise<number>;
  /** Live streams that are open. */
  streams(): number;
}

/** What the server tells of itself while it works. Nothing here fails or is waited for. */
export interface Telemetry {
  /** False: everything below does nothing. */
  isOn: boolean;
  request(begun: { headers: IncomingHttpHeaders; method: string; requestId: string }): RequestSpan;
  /** Work with a span of its own. */
  span<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result>;
  /** The same for a step of something larger: by itself it is not worth a span. */
  step<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result>;
  /** A read found what it looked for in the cache, or did not. */
  cacheResult(result: 'hit' | 'miss'): void;
  observe(sources: Sources): void;
  /** Fields by which a log line is found with its trace. */
  logFields(): Record<string, string>;
  /** Where each log line goes, beside the standard output. */
  logLines: { write(line: string): void } | undefined;
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>;
}

const NO_REQUEST: RequestSpan = { enter: (next) => next(), end: () => {} };

/** Tells nobody, and loads nothing. */
export const silent: Telemetry = {
  isOn: false,
  request: () => NO_REQUEST,
  span: (_, __, work) => work(),
  step: (_, __, work) => work(),
  cacheResult: () => {},
  observe: () => {},
  logFields: () => ({}),
  logLines: undefined,
  close: async () => {},
};

export interface TelemetryEnv {
  /** Base of an OTLP receiver over HTTP: a collector beside this process. */
  endpoint: string;
  serviceName: string;
  /** `production`, `staging` …, where the operator says. */
  stage: string | undefined;
  /** Share of the traces that begin here which are kept, 0 to 1. */
  traceShare: number;
  metricIntervalMs: number;
}
