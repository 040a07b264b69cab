import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what came, whatever it is
type Json = any;

interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  kind: number;
  attributes: Record<string, unknown>;
  status: { code?: number; message?: string };
}

/** An OTLP receiver over HTTP on this machine, which keeps all that it is sent. */
export interface Collector {
  endpoint: string;
  /** Every body, word for word. */
  bodies: string[];
  spans(): ReceivedSpan[];
  /** Points by the name of their metric, the latest last. */
  points(name: string): { attributes: Record<string, unknown>; value: number; count: number }[];
  logs(): { body: string; traceId: string; attributes: Record<string, unknown> }[];
  resources(): Record<string, unknown>[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const received: { path: string; body: Json }[] = [];
  const bodies: string[] = [];
  let port = 0;
  let server: Server;
  const start = () =>
    new Promise<void>((resolve) => {
      server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          bodies.push(text);
          received.push({ path: request.url!, body: JSON.parse(text) });
          response.setHeader('content-type', 'application/json').end('{}');
        });
      }).listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  await start();
  const of = (path: string) => received.filter((each) => each.path === path).map(({ body }) => body);
  const metrics = () => scopes(of('/v1/metrics'), 'resourceMetrics', 'scopeMetrics', 'metrics');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bodies,
    spans: () =>
      scopes(of('/v1/traces'), 'resourceSpans', 'scopeSpans', 'spans').map((span) => ({
        ...span,
        attributes: read(span.attributes),
      })),
    points: (name) =>
      metrics()
        .filter((metric) => metric.name === name)
        .flatMap((metric) => (metric.sum ?? metric.gauge ?? metric.histogram).dataPoints)
        .map((point: Json) => ({
          attributes: read(point.attributes),
          value: Number(point.asDouble ?? point.asInt ?? point.sum),
          count: Number(point.count ?? 1),
        })),
    logs: () =>
      scopes(of('/v1/logs'), 'resourceLogs', 'scopeLogs', 'logRecords').map((record) => ({
        body: record.body?.stringValue,
        traceId: record.traceId,
        attributes: read(record.attributes),
      })),
    resources: () =>
      received.flatMap(({ body }) =>
        ['resourceSpans', 'resourceMetrics', 'resourceLogs'].flatMap((kind) =>
          (body[kind] ?? []).map((each: Json) => read(each.resource.attributes)),
        ),
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    start,
  };
}

function scopes(bodies: Json[], outer: string, inner: string, items: string): Json[] {
  return bodies.flatMap((body) =>
    body[outer].flatMap((resource: Json) => resource[inner].flatMap((scope: Json) => scope[items])),
  );
}

function read(attributes: { key: string; value: Record<string, unknown> }[] = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind, raw] = Object.entries(value)[0] ?? [];
      return [key, kind === 'intValue' ? Number(raw) : raw];
    }),
  );
}
