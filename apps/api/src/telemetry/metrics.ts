import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BatchObservableResult, Meter } from '@opentelemetry/api';
import type { ErrorCode } from '@pact/core';
import type { Attributes, Sources } from './index.ts';

/** Bounds of the buckets of a request's time, in seconds: a cached read takes 1 ms, a recall over a long session 1 s. */
const DURATION_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const NANOSECONDS = 1e9;

export interface Metrics {
  begin(): void;
  end(
    seconds: number,
    attributes: Attributes,
    outcome: { refusals: readonly ErrorCode[]; isStream: boolean },
  ): void;
  cacheResult(result: 'hit' | 'miss'): void;
  observe(sources: Sources): void;
}

export function createMetrics(meter: Meter): Metrics {
  const duration = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: DURATION_BUCKETS },
  });
  const active = meter.createUpDownCounter('http.server.active_requests', { unit: '{request}' });
  const errors = meter.createCounter('pact.errors', {
    unit: '{error}',
    description: 'Refusals and failures, by the code of the error table.',
  });
  const limited = meter.createCounter('pact.rate_limited', {
    unit: '{request}',
    description: 'Requests that a rate limit or a quota refused.',
  });
  const cache = meter.createCounter('pact.cache.requests', {
    unit: '{request}',
    description: 'Reads that asked the cache, by result.',
  });
  return {
    begin: () => active.add(1),
    end: (seconds, attributes, { refusals, isStream }) => {
      active.add(-1);
      // How long somebody looked on says nothing of how fast we are.
      if (!isStream) duration.record(seconds, attributes);
      for (const code of refusals) {
        errors.add(1, { code });
        if (code === 'rate_limit_exceeded') limited.add(1);
      }
    },
    cacheResult: (result) => cache.add(1, { result }),
    observe: (sources) => observeSources(meter, sources),
  };
}

function observeSources(meter: Meter, { poolUse, jobLag, streams }: Sources): void {
  const lag = meter.createObservableGauge('pact.consolidation.lag', {
    unit: 's',
    description: 'By how much the oldest waiting fold is late.',
  });
  const open = meter.createObservableUpDownCounter('pact.live.streams', { unit: '{stream}' });
  const connections = meter.createObservableUpDownCounter('db.client.connection.count', {
    unit: '{connection}',
  });
  const waiting = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
    unit: '{request}',
  });
  const observePool = (result: BatchObservableResult) => {
    const use = poolUse?.();
    if (!use) return;
    result.observe(connections, use.idle, { 'db.client.connection.state': 'idle' });
    result.observe(connections, use.used, { 'db.client.connection.state': 'used' });
    result.observe(waiting, use.waiting);
  };
  meter.addBatchObservableCallback(observePool, [connections, waiting]);
  open.addCallback((result) => result.observe(streams()));
  // A database that is away leaves a gap, which is what an alarm looks for.
  lag.addCallback(async (result) => {
    const seconds = await jobLag().catch(() => undefined);
    if (seconds !== undefined) result.observe(seconds);
  });
  observeProcess(meter);
}

function observeProcess(meter: Meter): void {
  const memory = meter.createObservableUpDownCounter('process.memory.usage', { unit: 'By' });
  const heap = meter.createObservableGauge('v8js.memory.heap.used', { unit: 'By' });
  const delays = (['p50', 'p99', 'max'] as const).map((name) => ({
    name,
    gauge: meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { unit: 's' }),
  }));
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  const observe = (result: BatchObservableResult) => {
    const { rss, heapUsed } = process.memoryUsage();
    result.observe(memory, rss);
    result.observe(heap, heapUsed);
    const values = { p50: histogram.percentile(50), p99: histogram.percentile(99), max: histogram.max };
    for (const { name, gauge } of delays) result.observe(gauge, values[name] / NANOSECONDS);
    histogram.reset();
  };
  meter.addBatchObservableCallback(observe, [memory, heap, ...delays.map(({ gauge }) => gauge)]);
}
