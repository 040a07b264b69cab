import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { PACTClient } from '@neurobloom/pact';
import { serveHttp } from '@neurobloom/pact-mcp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overHttp, turn, wordsOf } from './mcp-agent.ts';
import { type RunningServer, startServer } from './running-server.ts';

let server: RunningServer;
let pact: PACTClient;
beforeAll(async () => {
  server = await startServer();
  pact = new PACTClient({ baseUrl: server.apiUrl, apiKey: server.apiKey });
});
afterAll(() => server.stop());

describe('agents over HTTP', () => {
  const bearer = (key: string, user?: string) => ({
    Authorization: `Bearer ${key}`,
    ...(user !== undefined && { 'X-Pact-User': user }),
  });

  async function serving(options: Parameters<typeof serveHttp>[0] = {}) {
    const running = await serveHttp({ port: 0, baseUrl: server.apiUrl, ...options });
    return { url: running.url, [Symbol.asyncDispose]: () => running.close() };
  }

  /** The status of a request that no MCP client would send so. */
  async function knock(url: string, headers: Record<string, string>) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      request(
        url,
        {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Accept: 'application/json, text/event-stream',
            ...headers,
          },
        },
        async (response) => resolve({ status: response.statusCode!, body: await text(response) }),
      )
        .on('error', reject)
        .end(body);
    });
  }

  test('two at once remember each their own', async () => {
    await using running = await serving();
    await using kim = await overHttp(running.url, bearer(server.apiKey, 'kim'));
    await using lou = await overHttp(running.url, bearer(server.apiKey, 'lou'));
    const turns = (name: string) => Array.from({ length: 5 }, (_, at) => turn(`${name} says ${at}.`));
    const savedBy = (mcp: typeof kim, name: string) =>
      Promise.all(turns(name).map((input) => mcp.ask('save_turn', input)));
    const [kims, lous] = await Promise.all([savedBy(kim, 'Kim'), savedBy(lou, 'Lou')]);
    const sessions = new Set([...kims, ...lous].map(({ session_id }) => session_id));
    expect(sessions.size).toBe(2);
    expect(wordsOf(await kim.call('get_context'))).not.toContain('Lou');
    expect(wordsOf(await lou.call('get_context'))).not.toContain('Kim');
    const { results } = await lou.ask('recall', { query: 'Kim says', limit: 100 });
    expect(JSON.stringify(results)).not.toContain('Kim');
    await lou.ask('forget', { what: 'user' });
    expect((await kim.ask('list_sessions')).sessions).toMatchObject([{ message_count: 10 }]);
  });

  test('may speak the protocol of 2026', async () => {
    await using running = await serving();
    const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
    await using mcp = await overHttp(running.url, bearer(server.apiKey, 'modern'), options);
    await mcp.ask('save_turn', turn('I play the cello.'));
    expect((await mcp.ask('get_context')).messages[0].content).toBe('I play the cello.');
  });

  test('a server for one user serves that one, whoever is asked for', async () => {
    await using running = await serving({ user: 'max' });
    await using mcp = await overHttp(running.url, bearer(server.apiKey, 'kim'));
    await mcp.ask('save_turn', turn('I am Max.'));
    expect((await pact.listSessions({ userId: 'max' })).data).toHaveLength(1);
  });

  test('a name that headers carry in more than one way is refused, and one that is too long', async () => {
    await using running = await serving();
    const named = (user: string) => knock(running.url, bearer(server.apiKey, user));
    expect(await named('J\u00fcrgen')).toMatchObject({
      status: 400,
      body: expect.stringContaining('X-Pact-User must be ASCII'),
    });
    expect(await named('x'.repeat(257))).toMatchObject({
      status: 400,
      body: expect.stringContaining('longer than 256'),
    });
    expect((await named('J%C3%BCrgen')).status).toBe(200);
  });

  test('a key that PACT does not know is told so, and does not become the key of the environment', async () => {
    await using running = await serving({ apiKey: server.apiKey, shareKey: true });
    await using mcp = await overHttp(running.url, bearer('sk_test_wrong'));
    expect(await mcp.refusal('get_context')).toMatch(/^PACT does not know the API key/);
    expect((await knock(running.url, { Authorization: 'Basic abc' })).status).toBe(401);
  });

  test('the key of the environment is lent only when that is said', async () => {
    await using closed = await serving({ apiKey: server.apiKey });
    const refused = await knock(closed.url, {});
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.body).error.message).toMatch(/^Give your PACT API key/);
    await using open = await serving({ apiKey: server.apiKey, shareKey: true });
    await using mcp = await overHttp(open.url, { 'X-Pact-User': 'nia' });
    expect((await mcp.ask('save_turn', turn('Hello'))).session_id).toMatch(/^sess_/);
  });

  test('a key is lent to no host of unknown name, and there is one to lend', async () => {
    const options = { host: '0.0.0.0', port: 0, apiKey: server.apiKey, shareKey: true };
    await expect(serveHttp(options)).rejects.toThrow(/--allowed-host/);
    await expect(serveHttp({ port: 0, shareKey: true })).rejects.toThrow(/set PACT_API_KEY/);
  });

  test("another site's page and another name of this machine are turned away", async () => {
    await using running = await serving({ apiKey: server.apiKey, shareKey: true });
    expect((await knock(running.url, { Host: 'rebound.example' })).status).toBe(403);
    expect((await knock(running.url, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await knock(running.url, { Origin: 'http://localhost:6274' })).status).toBe(200);
    expect((await knock(running.url.replace('/mcp', '/other'), {})).status).toBe(404);
    await using named = await serving({
      apiKey: server.apiKey,
      shareKey: true,
      allowedHosts: ['pact.example'],
    });
    expect((await knock(named.url, { Host: 'pact.example' })).status).toBe(200);
    expect((await knock(named.url, { Host: 'localhost' })).status).toBe(403);
  });
});
