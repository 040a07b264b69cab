import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type CallToolResult,
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect } from 'vitest';
import type { RunningServer } from './running-server.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = ['--import', 'tsx', 'packages/mcp/src/cli.ts'];

export type Variables = Record<string, string | undefined>;

const environment = ({ apiKey, apiUrl }: RunningServer, extra: Variables) => {
  const all: Variables = { PATH: process.env['PATH'], PACT_API_KEY: apiKey, PACT_BASE_URL: apiUrl, ...extra };
  const isSet = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;
  return Object.fromEntries(Object.entries(all).filter(isSet));
};

/** The program, started from its source, by hand. */
export function startProgram(server: RunningServer, args: string[], extra: Variables = {}): ChildProcess {
  return spawn(process.execPath, [...PROGRAM, ...args], { cwd: REPOSITORY, env: environment(server, extra) });
}

/** An agent that starts the program as its configuration says. */
export function overStdio(
  server: RunningServer,
  extra: Variables,
  args: string[] = [],
  options: ClientOptions = {},
) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...PROGRAM, ...args],
    cwd: REPOSITORY,
    env: environment(server, extra),
    stderr: 'ignore',
  });
  return agent(transport, options);
}

/** An agent that is given an address and what to say there. */
export function overHttp(url: string, headers: Record<string, string>, options: ClientOptions = {}) {
  return agent(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }), options);
}

async function agent(
  transport: StdioClientTransport | StreamableHTTPClientTransport,
  options: ClientOptions,
) {
  const client = new Client({ name: 'test', version: '1' }, options);
  await client.connect(transport);
  const call = async (name: string, input: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: input })) as CallToolResult;
  return {
    client,
    call,
    /** What a tool answers with to a program; a refusal fails the test. */
    ask: async (name: string, input: Record<string, unknown> = {}) => {
      const result = await call(name, input);
      expect(result.isError, wordsOf(result)).toBeFalsy();
      // biome-ignore lint/suspicious/noExplicitAny: read by field in each test.
      return result.structuredContent as any;
    },
    /** The sentence with which a tool refuses. */
    refusal: async (name: string, input: Record<string, unknown> = {}) => {
      const result = await call(name, input);
      expect(result.isError).toBe(true);
      expect(result.content).toHaveLength(1);
      return wordsOf(result);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** What a tool answers with to a model. */
export const wordsOf = (result: CallToolResult) =>
  result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');

/** What save_turn takes. */
export const turn = (user_message: string, assistant_message = 'I see.') => ({
  user_message,
  assistant_message,
});
