import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProgram, turn, type Variables } from './mcp-agent.ts';
import { type RunningServer, startServer } from './running-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe('the program', () => {
  async function ended(child: ChildProcess) {
    const code = new Promise((resolve) => child.on('exit', (status, signal) => resolve(status ?? signal)));
    const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    return { code: await code, out, err };
  }

  const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
  const INITIALIZE = line({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'hand', version: '1' } },
  });

  test('answers what was asked before its input ended, with nothing but the protocol, and ends', async () => {
    const child = startProgram(server, [], { PACT_USER_ID: 'pip' });
    const save = { name: 'save_turn', arguments: turn('Written by hand.') };
    child.stdin!.end(INITIALIZE + line({ id: 2, method: 'tools/call', params: save }));
    const { code, out, err } = await ended(child);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const answers = out
      .trim()
      .split('\n')
      .map((json) => JSON.parse(json));
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
    expect(answers[1].result.structuredContent.session_id).toMatch(/^sess_/);
  });

  test('ends at once when its input holds nothing', async () => {
    const child = startProgram(server, []);
    child.stdin!.end();
    expect(await ended(child)).toEqual({ code: 0, out: '', err: '' });
  });

  test('goes on after a line that is no message, and says so in one sentence', async () => {
    const child = startProgram(server, []);
    child.stdin!.end(`not json\n{"jsonrpc":"2.0","id":9}\n${INITIALIZE}`);
    const { code, out, err } = await ended(child);
    expect({ code, err }).toEqual({
      code: 0,
      err: 'pact-mcp: A message that is not JSON-RPC was ignored.\n',
    });
    expect(JSON.parse(out).result.serverInfo.name).toBe('pact');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends at %s, over stdio and over HTTP', async (signal) => {
    const child = startProgram(server, []);
    child.stdin!.write(INITIALIZE);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    child.kill(signal);
    expect((await ended(child)).code).toBe(0);
    const http = startProgram(server, ['--http', '--port', '0']);
    const banner = await new Promise<string>((resolve) =>
      http.stderr!.once('data', (data) => resolve(String(data))),
    );
    expect(banner).toMatch(/^PACT serves MCP at http:\/\/127\.0\.0\.1:\d+\/mcp\n$/);
    http.kill(signal);
    expect((await ended(http)).code).toBe(0);
  });

  test('ends a save that is under way before it ends itself', async () => {
    let isSaved = false;
    const slow = createServer(async (request, response) => {
      const isSave = request.url?.endsWith('/interactions');
      if (isSave) {
        child.kill('SIGTERM');
        await new Promise((resolve) => setTimeout(resolve, 500));
        isSaved = request.socket.writable;
      }
      response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"session_id":"sess_1"}');
      if (isSave) response.on('finish', () => slow.close());
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as AddressInfo;
    const child = startProgram(server, [], { PACT_BASE_URL: `http://127.0.0.1:${port}/pact/v1` });
    const save = { name: 'save_turn', arguments: turn('The last words.') };
    child.stdin!.write(INITIALIZE + line({ id: 2, method: 'tools/call', params: save }));
    expect((await ended(child)).code).toBe(0);
    expect(isSaved).toBe(true);
  });

  test.each<[what: string, args: string[], variables: Variables, sentence: RegExp]>([
    ['that there is no key', [], { PACT_API_KEY: undefined }, /There is no API key: set PACT_API_KEY .*/],
    ['that an empty key is none', [], { PACT_API_KEY: ' ' }, /There is no API key: .*/],
    ['that a key is not one', [], { PACT_API_KEY: 'two keys' }, /The API key holds a character .*/],
    ['that a URL is not one', [], { PACT_BASE_URL: 'localhost' }, /The base URL "localhost" is not .*/],
    ['what an option needs', ['--port', '1'], {}, /--port needs --http\./],
    ['that a port is not one', ['--http', '--port', '1e3'], {}, /--port "1e3" is not a port\./],
    ['which option there is not', ['--nonsense'], {}, /Unknown option '--nonsense'.* See pact-mcp --help\./],
    [
      'that no key can be shared',
      ['--http', '--share-key'],
      { PACT_API_KEY: '' },
      /There is no key to share: .*/,
    ],
    ['that a name is too long', ['--user', 'x'.repeat(257)], {}, /.* user is longer than 256 characters\./],
  ])('says in one sentence %s', async (_, args, variables, sentence) => {
    const { code, out, err } = await ended(startProgram(server, args, variables));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(new RegExp(`^pact-mcp: ${sentence.source}\n$`));
  });

  test('says that its port is taken', async () => {
    const { port } = new URL(server.apiUrl);
    const { code, err } = await ended(startProgram(server, ['--http', '--port', port]));
    expect(code).toBe(1);
    expect(err).toMatch(/^pact-mcp: .*EADDRINUSE.*\n$/);
  });

  test('tells how to use it and which version it is, without a key', async () => {
    const help = await ended(startProgram(server, ['--help'], { PACT_API_KEY: undefined }));
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('PACT_API_KEY');
    expect((await ended(startProgram(server, ['--version'], { PACT_API_KEY: undefined }))).out).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    );
  });
});
