import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { PACTClient, type PACTClientOptions } from './client.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A local server that answers the first request with the first listener, and so on; the last one serves the rest. */
export async function serve(...listeners: RequestListener[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: await text(request) });
    listeners[Math.min(seen.length, listeners.length) - 1]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pact/v1`;
  return {
    seen,
    baseUrl,
    client: (options: PACTClientOptions = {}) => new PACTClient({ apiKey: 'sk_test_1', baseUrl, ...options }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Refuses as the API does. */
export const refuse = (status: number, code: string, headers: Record<string, string> = {}) =>
  json(status, { error: { code, message: 'No.', request_id: 'req_1' } }, headers);
