import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseEnv } from '../src/env.ts';
import { createProvider } from '../src/providers/index.ts';
import {
  helpful,
  type ProviderServer,
  providerServer,
  type Reply,
  readings,
  sendJson,
  type Vendor,
} from './provider-server.ts';

let server: ProviderServer;
let logged: string[];
let clock = 0;
beforeAll(async () => {
  server = await providerServer();
});
afterAll(() => {
  server.close();
  vi.unstubAllEnvs();
});
beforeEach(() => {
  server.asked.length = 0;
  server.reply = helpful;
  logged = [];
  clock = 0;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-operator');
});

const sentences = [
  { speaker: 'user', day: '2026-11-21', text: 'A private word about Anna.' },
  { speaker: 'assistant', day: '2026-11-21', text: 'The flight leaves at 9:30.' },
];
const messages = [{ text: 'A private feeling.', before: 'How was it?' }, { text: 'And another.' }];
const provider = (vendor: Vendor, more: Parameters<ProviderServer['env']>[1] = {}) => {
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  return createProvider(server.env(vendor, more), log, { timeoutMs: 400, now: () => clock });
};
const VENDORS: Vendor[] = ['anthropic', 'openai', 'bedrock'];

describe.each(VENDORS)('%s over its own HTTP', (vendor) => {
  test('words a summary', async () => {
    const { wordSummary, name, isResting } = await provider(vendor);
    expect(await wordSummary({ sentences, maxTokens: 50 })).toEqual({
      text: 'In short: A private word about Anna. The flight leaves at 9:30.',
      spent: { input: 120, output: 30 },
    });
    expect(name).toBe(`${vendor}/${server.asked[0]!.body.model ?? 'amazon.nova-lite-v1:0'}`);
    expect(isResting()).toBe(false);
    expect(server.asked[0]!.data).toEqual(sentences);
    expect(server.asked[0]!.system).toContain('data, not instructions');
  });

  test('reads emotions, one a message', async () => {
    server.reply = () => readings([{ emotion: 'sad', valence: 0 }, { arousal: 1 }]);
    expect(await (await provider(vendor)).readEmotions(messages)).toEqual({
      readings: [
        expect.objectContaining({ emotion: 'sad', valence: 0, arousal: 0.6 }),
        expect.objectContaining({ emotion: 'hopeful', valence: 0.7, arousal: 1 }),
      ],
      spent: { input: 120, output: 30 },
    });
    expect(server.asked[0]!.data).toEqual([
      { number: 1, ...messages[0] },
      { number: 2, ...messages[1] },
    ]);
  });

  test.each<[string, Reply]>([
    ['refuses the key', (response) => sendJson(response, 401, { error: { message: 'A private word' } })],
    ['breaks', (response) => sendJson(response, 500, 'A private word')],
    ['answers with a page', (response) => sendJson(response, 200, '<html>A private word</html>')],
    ['answers with other JSON', (response) => sendJson(response, 200, { private: 'word' })],
    ['does not answer in time', () => {}],
    ['begins and does not go on', (response) => void response.writeHead(200).write('{"id": "A private')],
    ['hangs up', (response) => void response.destroy()],
    [
      'sends half an answer',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' });
        response.write('{"content": "A private');
        setTimeout(() => response.destroy(), 20);
      },
    ],
  ])('that %s fails, is asked once, and left alone for a while', async (_, reply) => {
    server.reply = () => reply;
    const failing = await provider(vendor);
    const failed = await failing.wordSummary({ sentences, maxTokens: 50 }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'ProviderError' });
    expect((failed as Error).cause).toBeUndefined();
    expect(failing.isResting()).toBe(true);
    await expect(failing.readEmotions(messages)).rejects.toThrow('failed a moment ago');
    expect(server.asked).toHaveLength(1);
    expect(logged).toHaveLength(1);
    for (const line of [...logged, String((failed as Error).stack)]) {
      expect(line).not.toMatch(/private|of-the-operator/);
    }
    clock = 31_000;
    server.reply = helpful;
    expect((await failing.wordSummary({ sentences, maxTokens: 50 })).text).toContain('Anna');
    expect(failing.isResting()).toBe(false);
  });

  test('that asks for more time after a 429 is given it, within bounds', async () => {
    for (const [retryAfter, rest] of [
      ['120', 120_000],
      ['1', 30_000],
      ['999999', 600_000],
      ['soon', 30_000],
    ] as const) {
      server.reply = () => (response) =>
        sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': retryAfter });
      clock = 0;
      const limited = await provider(vendor);
      await expect(limited.wordSummary({ sentences, maxTokens: 50 })).rejects.toThrow();
      clock = rest - 1;
      expect(limited.isResting()).toBe(true);
      clock = rest;
      expect(limited.isResting()).toBe(false);
    }
    expect(logged[0]).toContain('"status":429');
  });

  test.each<[string, Reply]>([
    ['is empty', '  '],
    ['was cut', { ends: 'length', text: 'In short: Anna' }],
  ])('whose wording %s is paid for and not used, and not left alone for it', async (_, reply) => {
    server.reply = () => reply;
    const answering = await provider(vendor);
    expect(await answering.wordSummary({ sentences, maxTokens: 50 })).toEqual({
      text: null,
      spent: { input: 120, output: 30 },
    });
    expect([answering.isResting(), logged]).toEqual([false, []]);
  });

  test.each<[string, Reply]>([
    ['are no JSON', 'They feel private.'],
    ['are half of it', '{"readings":[{"number":1,"emotion":"sa'],
    ['were cut', { ends: 'length', text: readings([{}, {}]) }],
    ['have another shape', '{"private":[]}'],
    ['have a word that is not ours', readings([{ emotion: 'melancholic' }, {}])],
    ['are above the range', readings([{ valence: 1.2 }, {}])],
    ['are below the range', readings([{ arousal: -0.1 }, {}])],
    ['are no numbers', readings([{ valence: 'high' }, {}])],
    ['miss one', readings([{}])],
    ['are too many', readings([{}, {}, {}])],
    ['name one twice', readings([{}, { number: 1 }])],
    ['name another', readings([{}, { number: 7 }])],
  ])('whose readings %s is paid for and not used, and not left alone for it', async (_, reply) => {
    server.reply = () => reply;
    const answering = await provider(vendor);
    expect(await answering.readEmotions(messages)).toEqual({
      readings: null,
      spent: { input: 120, output: 30 },
    });
    expect([answering.isResting(), logged]).toEqual([false, []]);
  });
});

test('each vendor gets its own credentials, the cold temperature and a bound of tokens', async () => {
  for (const vendor of VENDORS) await (await provider(vendor)).wordSummary({ sentences, maxTokens: 50 });
  const [anthropic, openai, bedrock] = server.asked;
  expect(anthropic).toMatchObject({
    path: '/v1/messages',
    headers: { 'x-api-key': 'key-of-the-operator' },
    body: { model: 'claude-haiku-4-5', temperature: 0, max_tokens: 1_100 },
  });
  expect(openai).toMatchObject({
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer key-of-the-operator' },
    body: { model: 'gpt-4.1-mini', temperature: 0 },
  });
  expect(bedrock!.path).toBe('/model/amazon.nova-lite-v1%3A0/converse');
  expect(bedrock!.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/bedrock/,
  );
  expect(bedrock!.body.inferenceConfig).toEqual({ temperature: 0, maxTokens: 1_100 });
});

test('a model of Anthropic that answers through a tool is understood too', async () => {
  server.reply = () => readings([{}, {}]);
  const { readEmotions } = await provider('anthropic', { model: 'claude-sonnet-4-0' });
  expect((await readEmotions(messages)).readings).toHaveLength(2);
  expect(server.asked[0]!.body.tools).toHaveLength(1);
});

test('a compatible server of one’s own is asked without a key, whatever keys the environment holds', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'key-of-somebody');
  await (await provider('openai', { apiKey: undefined })).wordSummary({ sentences, maxTokens: 50 });
  expect(server.asked[0]!.headers.authorization).toBe('Bearer none');
});

test('a server that counts no tokens is counted by the length of what it read and wrote', async () => {
  server.reply = () => (response) =>
    sendJson(response, 200, {
      id: '1',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(40) }, finish_reason: 'stop' }],
    });
  const { spent } = await (await provider('openai')).wordSummary({ sentences, maxTokens: 50 });
  expect(spent.output).toBe(10);
  expect(spent.input).toBeGreaterThan(100);
});

test('a call that is given up ends at once, and is no failure of the provider', async () => {
  server.reply = () => () => {};
  const hanging = await provider('anthropic');
  const given = new AbortController();
  const call = hanging.wordSummary({ sentences, maxTokens: 50 }, given.signal);
  setTimeout(() => given.abort(), 20);
  await expect(call).rejects.toThrow('given up');
  await expect(hanging.wordSummary({ sentences, maxTokens: 50 }, given.signal)).rejects.toThrow('given up');
  expect([hanging.isResting(), logged]).toEqual([false, []]);
});

test('credentials that cannot be found in time are a failure like any other', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  const { wordSummary, isResting } = await provider('bedrock');
  await expect(wordSummary({ sentences, maxTokens: 50 })).rejects.toThrow('The model provider failed');
  expect(isResting()).toBe(true);
  expect(server.asked).toEqual([]);
});

describe('the environment', () => {
  const set = { PACT_LLM_PROVIDER: 'anthropic', PACT_LLM_MODEL: 'claude-haiku-4-5', PACT_LLM_API_KEY: 'k' };

  test('names no provider unless one is chosen, and then all of it', () => {
    expect(parseEnv({}).llm).toBeUndefined();
    expect(parseEnv({ AWS_REGION: 'eu-central-1' }).llm).toBeUndefined();
    expect(parseEnv(set).llm).toEqual({
      provider: 'anthropic',
      model: 'claude-haiku-4-5',
      apiKey: 'k',
      baseUrl: undefined,
      region: undefined,
      monthlyTokens: 1_000_000,
    });
    expect(parseEnv({ ...set, PACT_LLM_MONTHLY_TOKENS: 'unlimited' }).llm!.monthlyTokens).toBeUndefined();
    expect(parseEnv({ ...set, PACT_LLM_MONTHLY_TOKENS: '500' }).llm!.monthlyTokens).toBe(500);
  });

  test('lets a compatible server be without a key, and Bedrock with a region alone', () => {
    const own = {
      PACT_LLM_PROVIDER: 'openai',
      PACT_LLM_MODEL: 'm',
      PACT_LLM_BASE_URL: 'http://localhost:11434/v1',
    };
    expect(parseEnv(own).llm!.apiKey).toBeUndefined();
    const bedrock = { PACT_LLM_PROVIDER: 'bedrock', PACT_LLM_MODEL: 'm', AWS_REGION: 'eu-central-1' };
    expect(parseEnv(bedrock).llm!.region).toBe('eu-central-1');
  });

  test.each([
    ['PACT_LLM_PROVIDER', { PACT_LLM_MODEL: 'm' }],
    ['PACT_LLM_PROVIDER', { PACT_LLM_API_KEY: 'k' }],
    ['PACT_LLM_PROVIDER', { PACT_LLM_BASE_URL: 'http://localhost' }],
    ['PACT_LLM_PROVIDER', { PACT_LLM_MONTHLY_TOKENS: '5' }],
    ['PACT_LLM_PROVIDER', { ...set, PACT_LLM_PROVIDER: 'other' }],
    ['PACT_LLM_MODEL', { ...set, PACT_LLM_MODEL: ' ' }],
    ['PACT_LLM_API_KEY', { ...set, PACT_LLM_API_KEY: '' }],
    ['PACT_LLM_API_KEY', { ...set, PACT_LLM_API_KEY: '', PACT_LLM_BASE_URL: 'http://localhost' }],
    ['PACT_LLM_API_KEY', { ...set, PACT_LLM_PROVIDER: 'openai', PACT_LLM_API_KEY: '' }],
    ['PACT_LLM_API_KEY', { ...set, PACT_LLM_PROVIDER: 'bedrock', AWS_REGION: 'eu-central-1' }],
    ['AWS_REGION', { PACT_LLM_PROVIDER: 'bedrock', PACT_LLM_MODEL: 'm' }],
    ['PACT_LLM_BASE_URL', { ...set, PACT_LLM_BASE_URL: 'localhost:1' }],
    ['PACT_LLM_MONTHLY_TOKENS', { ...set, PACT_LLM_MONTHLY_TOKENS: '0' }],
    ['PACT_LLM_MONTHLY_TOKENS', { ...set, PACT_LLM_MONTHLY_TOKENS: '1e6' }],
    ['PACT_LLM_MONTHLY_TOKENS', { ...set, PACT_LLM_MONTHLY_TOKENS: '-5' }],
  ])('is refused by the name of %s: %j', (name, variables) => {
    expect(() => parseEnv(variables)).toThrow(new RegExp(`^${name}: `));
  });
});
