import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_CONVERSATION } from '../src/features/session/sample-conversation.ts';
import { type Site, startSite } from './site.ts';

const CHROMIUM = process.env['PACT_TEST_CHROMIUM'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const TIMEOUT_MS = 180_000;

const name = CHROMIUM
  ? 'the session page'
  : 'the session page (skipped: PACT_TEST_CHROMIUM names no browser)';

describe.skipIf(!CHROMIUM)(name, { timeout: TIMEOUT_MS }, () => {
  let site: Site;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the page must not do: raise errors, open dialogs, or ask anybody else for anything. */
  let misdeeds: string[];

  beforeAll(async () => {
    site = await startSite();
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ARGUMENTS });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    misdeeds = [];
    page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`));
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol !== 'data:' && hostname !== 'localhost') misdeeds.push(`request: ${request.url()}`);
    });
    page.on('dialog', (dialog) => {
      misdeeds.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  });
  afterEach(async () => {
    await context?.close();
    expect(misdeeds).toEqual([]);
  });

  const part = (title: string) => page.getByRole('region', { name: title });
  const messages = () => part('Conversation').getByRole('listitem');

  async function saveSample(): Promise<void> {
    await page.goto(`${site.url}/session`);
    await page.getByRole('button', { name: 'Save a sample conversation' }).click();
    await page.waitForURL(/\?id=sess_/);
    await expect.poll(() => messages().count()).toBe(2 * SAMPLE_CONVERSATION.length);
  }

  async function saveTurn(userMessage: string, aiMessage: string): Promise<void> {
    await page.getByLabel('The user says').fill(userMessage);
    await page.getByLabel('The agent answers').fill(aiMessage);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await part('Save a turn')
      .getByText(/^Saved, \d+ tokens/)
      .waitFor();
  }

  it('offers a sample to an empty workspace, and shows it from all four sides', async () => {
    await page.goto(`${site.url}/session`);
    await page.getByRole('heading', { name: 'No session yet' }).waitFor();
    await saveSample();
    await part('Conversation').getByText('What a relief').waitFor();
    await part('Conversation').getByText('folded', { exact: true }).first().waitFor();

    const timeline = part('Emotion timeline');
    await timeline.getByRole('img', { name: '8 user messages' }).waitFor();
    await timeline.getByText('The same as a table').click();
    expect(await timeline.getByRole('row').count()).toBe(SAMPLE_CONVERSATION.length + 1);

    const graph = part('Memory graph');
    await graph.getByRole('img', { name: 'Memory graph of' }).waitFor();
    await graph.getByText('The same as a list').click();
    await graph.getByRole('button', { name: 'bank statement', exact: true }).click();
    await graph.getByText('Connected to').waitFor();

    const served = part('Served context');
    await served.getByText('Summary').waitFor();
    expect(await served.getByRole('listitem').count()).toBeGreaterThan(2);
  });

  it('serves no more than the budget, and names what it left out', async () => {
    await saveSample();
    const served = part('Served context');
    await served.getByRole('slider', { name: 'Budget' }).fill('100');
    const meter = served.getByRole('meter');
    await expect.poll(() => meter.getAttribute('max')).toBe('100');
    const spent = Number(await meter.getAttribute('value'));
    expect(spent).toBeLessThanOrEqual(100);
    expect(spent).toBeGreaterThan(0);
    await served.getByText(/messages did not fit/).waitFor();
  });

  it('shows a turn as soon as it is saved, everywhere', async () => {
    await saveSample();
    await saveTurn('I am terrified of the tax audit in October.', 'Let us prepare the tax audit together.');
    await messages().getByText('terrified').waitFor();
    await part('Emotion timeline').getByRole('img', { name: '9 user messages' }).waitFor();
    await part('Served context').getByText('terrified').waitFor();
    await part('Recall').getByLabel('What to look for').fill('tax audit');
    await part('Recall').getByRole('button', { name: 'Recall' }).click();
    await part('Recall').getByRole('listitem').filter({ hasText: 'tax audit' }).first().waitFor();
    await part('Recall')
      .getByText(/score \d/)
      .first()
      .waitFor();
  });

  it('shows a message that looks like markup as text, and runs nothing of it', async () => {
    const markup = '<img src=x onerror=alert(1)> and <script>alert(2)</script>';
    await saveSample();
    await saveTurn(markup, `[click](javascript:alert(3)) "><svg onload=alert(4)>`);
    await messages().getByText(markup).waitFor();
    await part('Served context').getByText(markup).waitFor();
    await part('Memory graph').getByText('The same as a list').click();
    await part('Memory graph').getByRole('button', { name: '<img src=x' }).click();
    await part('Recall').getByLabel('What to look for').fill('onerror alert');
    await part('Recall').getByRole('button', { name: 'Recall' }).click();
    await part('Recall').getByText(markup).waitFor();
    expect(await page.locator('img[src=x], svg[onload], main script').count()).toBe(0);
  });

  it('saves one turn for a double click', async () => {
    await saveSample();
    const before = await messages().count();
    await page.getByLabel('The user says').fill('Only once, please.');
    await page.getByRole('button', { name: 'Save', exact: true }).dblclick();
    await messages().getByText('Only once, please.').waitFor();
    await page.reload();
    await messages().getByText('Only once, please.').waitFor();
    expect(await messages().count()).toBe(before + 2);
  });

  it('deletes a session when asked twice, and shows the receipt', async () => {
    await saveSample();
    const sessionId = new URL(page.url()).searchParams.get('id');
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.getByRole('button', { name: 'Delete this session' }).click();
    await page.getByText(/Receipt era_/).waitFor();
    await page.goto(`${site.url}/session?id=${sessionId}`);
    await page.getByText('There is no such session').waitFor();
  });

  it('says that a session is not there, for an id that nobody has', async () => {
    await saveSample();
    for (const id of ['sess_00000000000000000000000000', '../../health', '<b>x</b>']) {
      await page.goto(`${site.url}/session?id=${encodeURIComponent(id)}`);
      await page.getByText('There is no such session').waitFor();
    }
  });

  it('says that a key is not known, and takes another, which it keeps for this tab alone', async () => {
    await page.route('**/local-settings.json', (route) =>
      route.fulfill({ json: { apiUrl: site.apiUrl, apiKey: 'sk_test_nobody_has_it' } }),
    );
    await page.goto(`${site.url}/session`);
    await page.getByText('The API does not know this key').waitFor();
    await page.getByRole('button', { name: 'Use another address or key' }).click();
    await page.getByLabel('API address').fill(site.apiUrl);
    await page.getByLabel('API key').fill(site.apiKey);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('button', { name: 'Save a sample conversation' }).waitFor();
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
  });

  it('asks for an address and a key where nobody provides them', async () => {
    await page.route('**/local-settings.json', (route) => route.fulfill({ status: 404 }));
    await page.goto(`${site.url}/session`);
    await page.getByRole('heading', { name: 'Connect to your PACT' }).waitFor();
  });

  it('says that the API does not answer, and goes on when it does', async () => {
    await page.route(`${site.apiUrl}/**`, (route) => route.abort());
    await page.goto(`${site.url}/session`);
    await page.getByText('The API does not answer').waitFor();
    await page.unroute(`${site.apiUrl}/**`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Save a sample conversation' }).waitFor();
  });

  it('tells a part that is refused for now when to try again, and shows the others', async () => {
    await saveSample();
    const headers = {
      'access-control-allow-origin': site.url,
      'access-control-expose-headers': 'Retry-After',
      'retry-after': '7',
    };
    const error = { code: 'rate_limit_exceeded', message: 'Too many.', request_id: 'req_1', retry_after: 7 };
    await page.route('**/graph?*', (route) => route.fulfill({ status: 429, headers, json: { error } }));
    await page.reload();
    await part('Memory graph').getByText('Too many requests with this key').waitFor();
    await part('Memory graph').getByText('Try again in 7 seconds.').waitFor();
    // The parts load side by side: the refusal may be there before the messages are.
    await messages().first().waitFor();
    expect(await messages().count()).toBe(2 * SAMPLE_CONVERSATION.length);
    await page.unroute('**/graph?*');
    await part('Memory graph').getByRole('button', { name: 'Try again' }).click();
    await part('Memory graph').getByRole('img', { name: 'Memory graph of' }).waitFor();
  });

  it('can be used from a phone without scrolling sideways', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await saveSample();
    const excess = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await excess()).toBeLessThanOrEqual(0);
    await page.goto(site.url);
    expect(await excess()).toBeLessThanOrEqual(0);
  });
});
