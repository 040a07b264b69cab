import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltSdk, buildSdk, EXPECTED } from './built-sdk.ts';
import { type RunningServer, startServer } from './running-server.ts';

const CHROMIUM = process.env['PACT_TEST_CHROMIUM'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

describe.skipIf(!CHROMIUM)('the built client in a browser', () => {
  let sdk: BuiltSdk;
  let site: Server;
  let origin: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let options: { apiKey: string; baseUrl: string };
  beforeAll(async () => {
    sdk = await buildSdk();
    [site, origin] = await serveFolder(sdk.folder);
    server = await startServer({ PACT_SITE_ORIGIN: origin });
    options = { apiKey: server.apiKey, baseUrl: server.apiUrl };
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ARGUMENTS });
    page = await browser.newPage();
    await page.goto(origin);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await Promise.all([server?.stop(), sdk?.remove()]);
  });

  /** Runs in the page, with the client's files as they are published: no bundler in between. */
  const inPage = (body: string, argument: unknown = options, where = page) =>
    where.evaluate(`(async (options) => {
      const sdk = await import('/dist/index.js');
      ${body}
    })(${JSON.stringify(argument)})`);

  test('saves, follows and is refused, from another origin', async () => {
    const seen = await inPage(
      `const { exercise } = await import('/exercise.mjs');
       return exercise(sdk, options);`,
      { ...options, allowBrowserKey: true },
    );
    expect(seen).toEqual(EXPECTED);
  });

  test('a secret key is refused there, unless it is allowed', async () => {
    const refusal = await inPage(
      `try { new sdk.PACTClient(options); } catch (error) { return error.message; }`,
    );
    expect(refusal).toMatch(
      /^An API key in a browser can be read by whoever opens the page: .*allowBrowserKey/,
    );
  });

  test('the headers of an answer can be read from another origin', async () => {
    const cache = await inPage(
      `const pact = new sdk.PACTClient(options);
       const { sessionId } = await pact.createSession();
       const { response } = await pact.getContext(sessionId).withResponse();
       return response.headers.get('X-Cache');`,
      { ...options, allowBrowserKey: true },
    );
    expect(cache).toBe('miss');
  });

  test('a stream is resumed from another origin', async () => {
    const contents = await inPage(
      `const pact = new sdk.PACTClient(options);
       const { sessionId } = await pact.createSession();
       await pact.saveInteraction(sessionId, { userMessage: 'One.', aiMessage: 'Two.' });
       const contents = [];
       let lastEventId;
       for (let times = 0; times < 2; times++) {
         const events = pact.stream(sessionId, { from: 'start', lastEventId });
         contents.push((await events.next()).value.data.message.content);
         lastEventId = events.lastEventId;
         await events.return();
       }
       return contents;`,
      { ...options, allowBrowserKey: true },
    );
    expect(contents).toEqual(['One.', 'Two.']);
  });

  test('the cookies of a signed-in user are sent in place of a key, to the same origin', async () => {
    await page.context().addCookies([{ name: 'session', value: 'of-ada', url: origin, httpOnly: true }]);
    const seen = await inPage(
      `const pact = new sdk.PACTClient({ credentials: 'same-origin', baseUrl: location.origin + '/pact/v1' });
       return pact.getSession('sess_1');`,
    );
    expect(seen).toEqual({ sessionId: 'session=of-ada', hasKey: false });
  });

  test('an origin that PACT does not know is told as a host that cannot be reached', async () => {
    const stranger = await browser.newPage();
    const [elsewhere, otherOrigin] = await serveFolder(sdk.folder);
    await stranger.goto(otherOrigin);
    const answer = await inPage(
      `const pact = new sdk.PACTClient(options);
       return pact.health().catch((error) => error.name + ': ' + error.message);`,
      { ...options, allowBrowserKey: true, maxRetries: 0 },
      stranger,
    );
    expect(answer).toMatch(/^PACTConnectionError: Cannot reach http.*\/health: Failed to fetch\.$/);
    await stranger.close();
    elsewhere.close();
  });
});

/** A site of these files; as a dashboard's own server does, it answers a session by whose cookie came. */
async function serveFolder(folder: string): Promise<[Server, origin: string]> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (pathname.startsWith('/pact/v1/')) {
      const { cookie, authorization } = request.headers;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ session_id: cookie, hasKey: authorization !== undefined }));
      return;
    }
    const isPage = pathname === '/';
    const text = isPage
      ? '<!doctype html><title>A site</title>'
      : await readFile(join(folder, pathname), 'utf8').catch(() => '');
    response.writeHead(200, {
      'Content-Type': isPage ? 'text/html' : 'text/javascript',
    });
    response.end(text);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return [server, `http://localhost:${(server.address() as AddressInfo).port}`];
}
