import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  hostHeaderValidation,
  type NodeIncomingMessageLike,
  originValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { PACTError } from '@neurobloom/pact';
import { Memory } from './memory.ts';
import { createServer } from './server.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** The headers that name a user and a session. */
const NAMING = ['X-Pact-User', 'X-Pact-Session'] as const;
const MOST_MEMORIES = 1000;
const LONGEST_FAREWELL_MS = 3000;

/** Where the server listens, whom it answers, and whose key it uses. */
export interface HttpOptions {
  /** Default 127.0.0.1: this machine alone. */
  host?: string | undefined;
  /** Default 3333; 0 takes a free one. */
  port?: number | undefined;
  /** Names, without a port, under which clients reach the server. Default: those of the loopback, or on another host any. */
  allowedHosts?: readonly string[] | undefined;
  /** Lent, if `shareKey` says so, to callers that bring none. */
  apiKey?: string | undefined;
  /** True: whoever reaches the server and brings no key acts with `apiKey`. Default false. */
  shareKey?: boolean | undefined;
  /** Up to and with `/pact/v1`. Default: `PACT_BASE_URL` of the environment, or the production service. */
  baseUrl?: string | undefined;
  /** Serves this user alone; without it a caller names one in `X-Pact-User`. */
  user?: string | undefined;
  /** Serves this ongoing session; without it a caller may name one in `X-Pact-Session`. */
  session?: string | undefined;
}

/** A server that listens. */
export interface RunningHttp {
  /** Where the server is, with `/mcp`. */
  url: string;
  /** Takes no new requests, waits up to 3 s for those under way, and ends. */
  close(): Promise<void>;
}

/**
 * Serves memories over Streamable HTTP, stateless: each request brings its key (`Authorization: Bearer …`) and, in
 * headers, its user, so that any number of servers may stand beside each other.
 *
 * @throws {PACTError} The options would lend the key to strangers, or cannot be what they are to be.
 */
export async function serveHttp(options: HttpOptions = {}): Promise<RunningHttp> {
  const { host = '127.0.0.1', port = 3333 } = options;
  const allowed = allowedHostsOf(options, host);
  const memoryOf = memories(options);
  const handler = createMcpHandler((context) => createServer(memoryOf(context.requestInfo!.headers)), {
    onerror: (error) => console.error(`pact-mcp: ${error.message}`),
  });
  const handle = toNodeHandler(handler);
  const isAllowedHost = allowed && hostHeaderValidation(allowed);
  const isAllowedOrigin = originValidation(allowed ?? LOOPBACK);
  const server = createHttpServer((request, response) => {
    if (isAllowedHost && !isAllowedHost(request, response)) return;
    if (!isAllowedOrigin(request, response)) return;
    const refusal = refusalOf(request, options, memoryOf);
    if (refusal) refuse(response, ...refusal);
    else void handle(request as NodeIncomingMessageLike, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${address.port}/mcp`,
    close: async () => {
      const timer = setTimeout(() => server.closeAllConnections(), LONGEST_FAREWELL_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(timer);
      await handler.close();
    },
  };
}

/** Which names in `Host` and `Origin` are ours: a page elsewhere may have its own name point at this machine. */
function allowedHostsOf({ allowedHosts, shareKey, apiKey }: HttpOptions, host: string): string[] | undefined {
  if (shareKey && !apiKey) throw new PACTError('There is no key to share: set PACT_API_KEY.');
  if (allowedHosts && allowedHosts.length > 0) return [...allowedHosts];
  if (LOOPBACK.includes(host) || host === '::1') return LOOPBACK;
  if (shareKey) {
    throw new PACTError(
      'Sharing the key on a host that others can reach takes the names of that host: give them with --allowed-host.',
    );
  }
  return undefined;
}

/** The memory that a request's headers name. Kept, so that its ongoing session need not be looked up each time. */
function memories({ apiKey, baseUrl, shareKey, user, session }: HttpOptions): (headers: Headers) => Memory {
  const kept = new Map<string, Memory>();
  return (headers) => {
    const of = {
      apiKey: bearerOf(headers) ?? (shareKey ? apiKey : undefined) ?? '',
      user: user ?? headers.get('X-Pact-User') ?? undefined,
      session: session ?? headers.get('X-Pact-Session') ?? undefined,
    };
    const name = JSON.stringify([of.apiKey, of.user, of.session]);
    const memory = kept.get(name) ?? new Memory({ ...of, baseUrl });
    kept.delete(name);
    kept.set(name, memory);
    if (kept.size > MOST_MEMORIES) kept.delete(kept.keys().next().value!);
    return memory;
  };
}

const bearerOf = (headers: Headers) => /^Bearer +(\S+) *$/i.exec(headers.get('Authorization') ?? '')?.[1];

type Refusal = [status: number, sentence: string];

function refusalOf(
  request: IncomingMessage,
  { shareKey }: HttpOptions,
  memoryOf: (headers: Headers) => Memory,
): Refusal | undefined {
  if (request.url?.split('?')[0] !== '/mcp') return [404, 'The MCP server of PACT is at /mcp.'];
  const headers = headersOf(request);
  if (!bearerOf(headers) && (headers.has('Authorization') || !shareKey)) {
    return [401, 'Give your PACT API key: Authorization: Bearer sk_…'];
  }
  for (const name of NAMING) {
    // What its bytes mean is everybody's own guess, and a wrong guess is another user.
    if (/[^\x20-\x7e]/.test(headers.get(name) ?? ''))
      return [400, `${name} must be ASCII: name others by --user or --session.`];
  }
  try {
    memoryOf(headers);
    return undefined;
  } catch (error) {
    if (error instanceof PACTError) return [400, error.message];
    throw error;
  }
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const name of ['Authorization', ...NAMING]) {
    const value = request.headers[name.toLowerCase()];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }));
}
