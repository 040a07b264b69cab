import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PACTClient } from '@neurobloom/pact';

/** Answers that are not PACT's, by what went wrong; each with the sentence that its caller reads. */
export const BROKEN: [what: string, answer: RequestListener | undefined, sentence: RegExp][] = [
  ['a dead host', undefined, /^Cannot reach http:\/\/127\.0\.0\.1:1\/pact\/v1\/\S+: .+\.$/],
  [
    'a wrong key',
    (_, response) =>
      response.writeHead(401, { 'Content-Type': 'application/json' }).end(
        JSON.stringify({
          error: { code: 'unauthorized', message: 'This API key is not known.', request_id: 'req_1' },
        }),
      ),
    /^This API key is not known\.$/,
  ],
  [
    'a proxy’s page',
    (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Sign in</h1>'),
    /answered 200 with an HTML page that PACT does not give/,
  ],
  [
    'half an answer',
    (_, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"session_id": "sess'),
    /is cut short: it is not whole JSON\.$/,
  ],
];

/** A client of a server that answers every request like that; of a port where nobody listens, without an answer. */
export async function clientOf(answer: RequestListener | undefined) {
  if (!answer) return { client: brokenClient('http://127.0.0.1:1/pact/v1'), stop: async () => {} };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = brokenClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pact/v1`);
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { client, stop };
}

const brokenClient = (baseUrl: string) => new PACTClient({ apiKey: 'sk_test_1', baseUrl, maxRetries: 0 });

/** Sends requests as they are, but loses the first answer to a POST of this path: it has reached the server by then. */
export function losingAnswer(path: RegExp): typeof fetch {
  let isLost = false;
  return async (url, init) => {
    const response = await fetch(url, init);
    if (isLost || init?.method !== 'POST' || !path.test(String(url))) return response;
    isLost = true;
    throw new Error('The cable was pulled.');
  };
}
