import {
  errorIn,
  foreignAnswer,
  PACTAPIError,
  PACTConnectionError,
  PACTTimeoutError,
  refusalOf,
  where,
} from './errors.ts';
import type { Answer, Request } from './request.ts';

/** How a client's calls travel. */
export interface Connection {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Set where a cookie stands for the key. */
  readonly credentials: 'include' | 'same-origin' | undefined;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly fetch: typeof fetch;
}

/** What one call may have of its own. */
export interface RequestOptions {
  /** Ends the call, its waits between attempts included; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** For each attempt, the body of the answer included. Default: the client's. */
  timeoutMs?: number | undefined;
  /** Attempts after the first. Default: the client's. */
  maxRetries?: number | undefined;
  /** POST only; 1 to 255 characters. Default: a random key made once a call, the same on each of its attempts. */
  idempotencyKey?: string | undefined;
}

const RETRIED = new Set([408, 409, 429]);
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;
/** A server that asks for a longer wait is not asked again: the caller knows better what to do meanwhile. */
const LONGEST_RETRY_AFTER_S = 60;
/** What a timer can hold; one asked for more would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Sends a request until it is answered for good, and resolves to the answer. */
export async function send(
  connection: Connection,
  request: Request,
  options: RequestOptions,
): Promise<Answer> {
  const { signal, maxRetries = connection.maxRetries } = options;
  const headers = headersOf(connection, request, options);
  const url = connection.baseUrl + request.path;
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      const [response, text] = await exchange(url, connection, request, headers, options);
      return read(url, request, response, text);
    } catch (error) {
      const delayMs = attempt < maxRetries ? retryDelayMs(error, attempt, Math.random()) : undefined;
      if (delayMs === undefined) throw error;
      await wait(delayMs, signal);
    }
  }
}

/**
 * How long to wait before trying again after an error; undefined when trying again does not help. `attempt` counts from
 * 0; `random`, from 0 to 1, takes up to a quarter off, so that clients that failed together do not return together.
 */
export function retryDelayMs(error: unknown, attempt: number, random: number): number | undefined {
  if (error instanceof PACTAPIError) {
    const { status, retryAfter } = error;
    if (!RETRIED.has(status) && status < 500) return undefined;
    if (retryAfter !== undefined) return retryAfter <= LONGEST_RETRY_AFTER_S ? retryAfter * 1000 : undefined;
  } else if (!(error instanceof PACTConnectionError)) return undefined;
  return Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS) * (1 - random / 4);
}

function headersOf(connection: Connection, request: Request, options: RequestOptions): Headers {
  const headers = commonHeaders(connection, request, 'application/json');
  if (request.body !== undefined) headers.set('Content-Type', 'application/json');
  if (request.operation.method === 'POST')
    headers.set('Idempotency-Key', options.idempotencyKey ?? randomKey());
  return headers;
}

/** What every request says of itself. */
export function commonHeaders(
  { apiKey }: Connection,
  { operation, headers }: Request,
  accept: string,
): Headers {
  const common = new Headers(headers);
  common.set('Accept', accept);
  if (apiKey && operation.needsKey !== false) common.set('Authorization', `Bearer ${apiKey}`);
  return common;
}

/** Unlike `crypto.randomUUID`, this is there on a page served over plain HTTP too. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One attempt, until the last byte of the answer. */
function exchange(
  url: string,
  connection: Connection,
  request: Request,
  headers: Headers,
  { signal, timeoutMs = connection.timeoutMs }: RequestOptions,
): Promise<[Response, text: string]> {
  const attempt = new Attempt(url, signal);
  return attempt.within(timeoutMs, async () => {
    const response = await attempt.fetch(connection, request, headers);
    return [response, await response.text()];
  });
}

/** One request and what is read of its answer. */
export class Attempt {
  readonly #url: string;
  readonly #caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #isAnswered = false;

  /** @param caller ends it; it then rejects with the signal's reason. */
  constructor(url: string, caller: AbortSignal | undefined) {
    this.#url = url;
    this.#caller = caller;
  }

  async fetch({ fetch, credentials }: Connection, { operation, body }: Request, headers: Headers) {
    const response = await fetch(this.#url, {
      method: operation.method,
      headers,
      body: body ?? null,
      // Followed, a redirect would turn a POST into a GET, or carry the key elsewhere. Workers know no `error`.
      redirect: 'manual',
      // Workers refuse the field itself.
      ...(credentials ? { credentials } : {}),
      signal: this.#controller.signal,
    });
    this.#isAnswered = true;
    return response;
  }

  /**
   * Does a part of it, in so many milliseconds at most.
   * @throws {PACTConnectionError} whatever goes wrong in it, a PACTTimeoutError when it takes too long.
   */
  async within<T>(timeoutMs: number, part: () => Promise<T>): Promise<T> {
    const abort = () => this.end();
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        abort();
      },
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    this.#caller?.addEventListener('abort', abort);
    try {
      return await part();
    } catch (cause) {
      this.#caller?.throwIfAborted();
      const place = where(this.#url);
      if (isLate) throw new PACTTimeoutError(`${place} did not answer within ${timeoutMs} ms.`, { cause });
      throw new PACTConnectionError(
        this.#isAnswered ? `The answer of ${place} broke off.` : `Cannot reach ${place}: ${reasonOf(cause)}.`,
        { cause },
      );
    } finally {
      clearTimeout(timer);
      this.#caller?.removeEventListener('abort', abort);
    }
  }

  /** Lets go of the connection. */
  end(): void {
    this.#controller.abort();
  }
}

function read(url: string, { operation }: Request, response: Response, text: string): Answer {
  const { ok, headers, status } = response;
  const isJson = /\bjson\b/i.test(headers.get('Content-Type') ?? '');
  const body = isJson ? parse(text) : undefined;
  const isObject = typeof body === 'object' && body !== null;
  const answersAnyway = operation.answeringStatuses?.includes(status) && isObject && !errorIn(body);
  if (!ok && !answersAnyway) throw refusalOf(url, response, body);
  if (!operation.answer) return { status, headers, body: undefined };
  if (isJson && body === undefined) {
    throw new PACTConnectionError(`The answer of ${where(url)} is cut short: it is not whole JSON.`);
  }
  if (!isObject) throw foreignAnswer(url, response);
  return { status, headers, body };
}

/** Undefined for what is not whole JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The innermost reason: `fetch failed` alone helps nobody. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  if (cause !== undefined) return reasonOf(cause);
  return message || (error as { code?: string }).code || error.name;
}

/** Waits, unless the signal ends it: it then rejects with the signal's reason. */
export function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, delayMs);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
