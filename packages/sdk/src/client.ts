import { PACTError } from './errors.ts';
import { Operations } from './generated/client.ts';
import { Page, PagePromise } from './page.ts';
import { PACTPromise, type WithResponse } from './promise.ts';
import { fromAnswer, type Operation, type Request, toRequest } from './request.ts';
import { EventStream, type StreamOptions } from './stream.ts';
import { type Connection, type RequestOptions, send } from './transport.ts';

const PRODUCTION = 'https://api.neurobloom.ai/pact/v1';

/** How a client reaches PACT. Everything has a default. */
export interface PACTClientOptions {
  /** An API key: `sk_test_…` or `sk_prod_…`. Default: `PACT_API_KEY` of the environment. */
  apiKey?: string | undefined;
  /**
   * Sends the cookies of a signed-in user in place of a key, as the dashboard does; `include` sends them to another origin
   * too. No key is read from the environment then, and one that is given is refused.
   */
  credentials?: 'include' | 'same-origin' | undefined;
  /** Up to and with `/pact/v1`. Default: `PACT_BASE_URL` of the environment, or the production service. */
  baseUrl?: string | undefined;
  /** For each attempt, the body of the answer included. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Attempts after the first, where trying again can help. Default 2. */
  maxRetries?: number | undefined;
  /** Sends the requests. Default: the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** True: hold a key in a browser, where whoever opens the page can read it. Default false. */
  allowBrowserKey?: boolean | undefined;
}

/**
 * A client of PACT, the memory of AI agents.
 *
 *     const pact = new PACTClient();
 *     const { sessionId } = await pact.createSession();
 *     await pact.saveInteraction(sessionId, { userMessage: 'Hello', aiMessage: 'Hi!' });
 *
 * A call that fails rejects with a {@link PACTError}.
 */
export class PACTClient extends Operations {
  /** Where requests go, without a slash at its end. */
  readonly baseUrl: string;
  // Private in earnest, so that a logged client shows no key.
  readonly #connection: Connection;

  /**
   * @throws {PACTError} A key or a base URL that cannot be one, a key in a browser without `allowBrowserKey`, or a key beside
   * `credentials`.
   */
  constructor(options: PACTClientOptions = {}) {
    super();
    const apiKey = keyOf(options);
    this.baseUrl = toBaseUrl(options.baseUrl ?? (environment('PACT_BASE_URL') || PRODUCTION));
    this.#connection = {
      baseUrl: this.baseUrl,
      apiKey,
      credentials: options.credentials,
      timeoutMs: options.timeoutMs ?? 30_000,
      maxRetries: options.maxRetries ?? 2,
      // Looked up at each call, and called as nobody's method: browsers insist on that.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    };
  }

  /** @internal */
  protected call<T>(operation: Operation, input: object, options?: RequestOptions): PACTPromise<T> {
    return new PACTPromise(this.#answer<T>(operation, input, options));
  }

  /** @internal */
  protected list<T>(operation: Operation, input: object, options?: RequestOptions): PagePromise<T> {
    const toPage = ({ data, response }: WithResponse<Pick<Page<T>, 'data' | 'nextCursor' | 'hasMore'>>) => ({
      data: new Page(data, (cursor) => this.list<T>(operation, { ...input, cursor }, options)),
      response,
    });
    return new PagePromise(
      this.#answer<Pick<Page<T>, 'data' | 'nextCursor' | 'hasMore'>>(operation, input, options).then(toPage),
    );
  }

  /** @internal */
  protected events<T>(operation: Operation, input: object, options?: StreamOptions): EventStream<T> {
    return new EventStream(this.#connection, () => this.#request(operation, input), options);
  }

  async #answer<T>(
    operation: Operation,
    input: object,
    options: RequestOptions = {},
  ): Promise<WithResponse<T>> {
    const answer = await send(this.#connection, this.#request(operation, input), options);
    const { status, headers } = answer;
    const requestId = headers.get('X-Request-Id') ?? undefined;
    return { data: fromAnswer(operation, answer) as T, response: { status, headers, requestId } };
  }

  #request(operation: Operation, input: object): Request {
    const { apiKey, credentials } = this.#connection;
    if (operation.needsKey !== false && !apiKey && !credentials) {
      throw new PACTError('There is no API key: set PACT_API_KEY, or give apiKey to the client.');
    }
    return toRequest(operation, input);
  }
}

function keyOf({ apiKey: given, credentials, allowBrowserKey }: PACTClientOptions): string | undefined {
  if (credentials) {
    if (given) throw new PACTError("Give apiKey or credentials, not both: a request is one caller's.");
    return undefined;
  }
  const apiKey = (given ?? environment('PACT_API_KEY'))?.trim();
  if (apiKey && !allowBrowserKey && isBrowser()) {
    throw new PACTError(
      'An API key in a browser can be read by whoever opens the page: call PACT from your server, or set allowBrowserKey.',
    );
  }
  if (apiKey && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new PACTError('The API key holds a character that no key has: was it copied whole, and alone?');
  }
  return apiKey;
}

function toBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new PACTError(`The base URL ${JSON.stringify(text)} is not an http(s) URL.`);
  }
  return text.trim().replace(/\/+$/, '');
}

/** A variable of the environment, where there is one. */
const environment = (name: string) => globalThis.process?.env?.[name];

const isBrowser = () => 'window' in globalThis && 'document' in globalThis;
