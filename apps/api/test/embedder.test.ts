import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEmbedder } from '../src/embedder.ts';
import { parseEnv } from '../src/env.ts';

interface Asked {
  authorization: string | undefined;
  path: string | undefined;
  body: { model: string; input: string[] };
}

const asked: Asked[] = [];
const logged: string[] = [];
let answer: (body: Asked['body'], response: ServerResponse) => void;
let server: Server;
let clock = 0;

beforeAll(async () => {
  server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { authorization } = request.headers;
    asked.push({ authorization, path: request.url, body: JSON.parse(body) });
    answer(JSON.parse(body), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  logged.length = 0;
  clock = 0;
});

function embedder(apiKey?: string) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  return createEmbedder({ url, model: 'all-minilm', apiKey }, log, { timeoutMs: 200, now: () => clock });
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function vectors(response: ServerResponse, ...embeddings: unknown[]): void {
  const data = embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  send(response, 200, JSON.stringify({ object: 'list', data, model: 'all-minilm' }));
}

describe('a server that speaks the embeddings HTTP', () => {
  test('is asked once for all texts, and its vectors come back with length one', async () => {
    answer = (_, response) => vectors(response, [3, 4], [0, -2]);
    const found = await embedder('secret').embed(['one', 'two']);
    expect(found.map((vector) => [...vector].map((value) => Math.round(value * 100) / 100))).toEqual([
      [0.6, 0.8],
      [0, -1],
    ]);
    expect(asked).toEqual([
      {
        authorization: 'Bearer secret',
        path: '/v1/embeddings',
        body: expect.objectContaining({ model: 'all-minilm', input: ['one', 'two'] }),
      },
    ]);
  });

  test.each<[string, typeof answer]>([
    ['refuses', (_, response) => send(response, 401, '{"error":{"message":"no key"}}')],
    ['breaks', (_, response) => send(response, 500, 'oops')],
    ['answers with a page', (_, response) => send(response, 200, '<html>proxy</html>')],
    ['does not answer in time', () => {}],
    ['hangs up', (_, response) => void response.destroy()],
    ['forgets a text', (_, response) => vectors(response, [1, 0])],
    ['mixes lengths', (_, response) => vectors(response, [1, 0], [1, 0, 0])],
    ['gives nothing but zeros', (_, response) => vectors(response, [1, 0], [0, 0])],
    ['gives no numbers', (_, response) => vectors(response, [1, 0], ['a', 'b'])],
  ])('that %s fails, is left alone for a while, and no text reaches the log', async (_, answers) => {
    answer = answers;
    const { embed } = embedder();
    await expect(embed(['a private text', 'another'])).rejects.toThrow();
    await expect(embed(['again'])).rejects.toThrow('failed a moment ago');
    expect(asked).toHaveLength(1);
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain('private');
    clock = 31_000;
    answer = (_body, response) => vectors(response, [1, 0]);
    await expect(embed(['later'])).resolves.toHaveLength(1);
  });
});

test('the environment names server and model together', () => {
  const url = 'http://localhost:11434/v1';
  expect(parseEnv({}).embeddings).toBeUndefined();
  expect(parseEnv({ PACT_EMBEDDINGS_URL: url, PACT_EMBEDDINGS_MODEL: 'all-minilm' }).embeddings).toEqual({
    url,
    model: 'all-minilm',
    apiKey: undefined,
  });
  expect(() => parseEnv({ PACT_EMBEDDINGS_URL: url })).toThrow(/^PACT_EMBEDDINGS_MODEL: /);
  expect(() => parseEnv({ PACT_EMBEDDINGS_MODEL: 'm' })).toThrow(/^PACT_EMBEDDINGS_URL: /);
  expect(() => parseEnv({ PACT_EMBEDDINGS_URL: 'localhost', PACT_EMBEDDINGS_MODEL: 'm' })).toThrow(
    /^PACT_EMBEDDINGS_URL: /,
  );
});
