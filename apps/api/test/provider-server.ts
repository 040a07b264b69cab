import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LlmEnv } from '../src/env.ts';

export type Vendor = LlmEnv['provider'];

/** One question as it came over HTTP, whichever vendor's. */
export interface Question {
  kind: 'summary' | 'emotions';
  /** What people said: the JSON of the prompt, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what came, whatever it is
  data: any;
  system: string;
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: each vendor's own
  body: any;
}

/** What the model says, or what becomes of the connection in its place. */
export type Reply = string | { ends: 'length'; text: string } | ((response: ServerResponse) => void);

/** A server on this machine that speaks the vendors' HTTP: Anthropic's Messages, chat completions, Bedrock's Converse. */
export interface ProviderServer {
  asked: Question[];
  reply: (question: Question) => Reply;
  env(vendor: Vendor, more?: Partial<LlmEnv>): LlmEnv;
  close(): void;
}

const MODELS: Record<Vendor, string> = {
  anthropic: 'claude-haiku-4-5',
  openai: 'gpt-4.1-mini',
  bedrock: 'amazon.nova-lite-v1:0',
};

export async function providerServer(): Promise<ProviderServer> {
  const world: Pick<ProviderServer, 'asked' | 'reply'> = { asked: [], reply: helpful };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const question = read(request.url!, request.headers, JSON.parse(text));
    world.asked.push(question);
    const reply = world.reply(question);
    if (typeof reply === 'function') return reply(response);
    const said = typeof reply === 'string' ? { text: reply, ends: 'stop' as const } : reply;
    sendJson(response, 200, speak(question, said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(world, {
    env: (vendor: Vendor, more: Partial<LlmEnv> = {}): LlmEnv => ({
      provider: vendor,
      model: MODELS[vendor],
      apiKey: vendor === 'bedrock' ? undefined : 'key-of-the-operator',
      baseUrl: vendor === 'bedrock' ? origin : `${origin}/v1`,
      region: vendor === 'bedrock' ? 'eu-central-1' : undefined,
      monthlyTokens: undefined,
      ...more,
    }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A model that does as it is asked. */
export function helpful({ kind, data }: Question): string {
  if (kind === 'summary') return `In short: ${data.map(({ text }: { text: string }) => text).join(' ')}`;
  return readings(data.map(() => ({})));
}

export function readings(list: object[]): string {
  const usual = { emotion: 'hopeful', valence: 0.7, arousal: 0.6 };
  return JSON.stringify({ readings: list.map((one, at) => ({ number: at + 1, ...usual, ...one })) });
}

// biome-ignore lint/suspicious/noExplicitAny: each vendor's own
function read(path: string, headers: IncomingHttpHeaders, body: any): Question {
  const textOf = (content: string | { text: string }[]): string =>
    typeof content === 'string' ? content : content.map(({ text }) => text).join('');
  const user = body.messages.find(({ role }: { role: string }) => role === 'user');
  const first = body.messages[0];
  const system = body.system ? textOf(body.system) : textOf(first.content);
  const data = JSON.parse(textOf(user.content));
  const kind = Array.isArray(data) && data[0]?.number !== undefined ? 'emotions' : 'summary';
  return { kind, data, system, path, headers, body };
}

/** The vendor's envelope; where it asked for a tool, the answer is the tool's input. */
function speak(
  { path, body, kind }: Question,
  { text, ends }: { text: string; ends: 'stop' | 'length' },
): object {
  const isLong = ends === 'length';
  const asTool = kind === 'emotions' && (body.tools ?? body.toolConfig) && isJson(text);
  if (path.endsWith('/converse')) {
    const content = asTool
      ? [{ toolUse: { toolUseId: 'tool_1', name: 'json', input: JSON.parse(text) } }]
      : [{ text }];
    return {
      output: { message: { role: 'assistant', content } },
      stopReason: isLong ? 'max_tokens' : asTool ? 'tool_use' : 'end_turn',
      usage: { inputTokens: 120, outputTokens: 30, totalTokens: 150 },
      metrics: { latencyMs: 1 },
    };
  }
  if (path.endsWith('/messages')) {
    return {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: body.model,
      content: asTool
        ? [{ type: 'tool_use', id: 'tool_1', name: 'json', input: JSON.parse(text) }]
        : [{ type: 'text', text }],
      stop_reason: isLong ? 'max_tokens' : asTool ? 'tool_use' : 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 120, output_tokens: 30 },
    };
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: body.model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: ends }],
    usage: { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 },
  };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
