import { PACTError } from './errors.ts';
import { Operations } from './generated/client.ts';
import { Page } from './page.ts';
import { fromAnswer, type Operation, toRequest } from './request.ts';
import { type Connection, type RequestOptions, send } from './transport.ts';

const PRODUCTION = 'https://api.neurobloom.ai/pact/v1';

export interface PACTClientOptions {
  /** An API key: `sk_test_…` or `sk_prod_…`. Default: `PACT_API_KEY` of the environment. */
  apiKey?: string | undefined;
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

  constructor(options: PACTClientOptions = {}) {
    super();
    const apiKey = (options.apiKey ?? environment('PACT_API_KEY'))?.trim();
    if (apiKey && !options.allowBrowserKey && isBrowser()) {
      throw new PACTError(
        'An API key in a browser can be read by whoever opens the page: call PACT from your server, or set allowBrowserKey.',
      );
    }
    if (apiKey && !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new PACTError('The API key holds a character that no key has: was it copied whole, and alone?');
    }
    this.baseUrl = toBaseUrl(options.baseUrl ?? (environment('PACT_BASE_URL') || PRODUCTION));
    this.#connection = {
      baseUrl: this.baseUrl,
      apiKey,
      timeoutMs: options.timeoutMs ?? 30_000,
      maxRetries: options.maxRetries ?? 2,
      // Looked up at each call, and called as nobody's method: browsers insist on that.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    };
  }

  protected async call<T>(operation: Operation, input: object, options: RequestOptions = {}): Promise<T> {
    if (operation.needsKey !== false && !this.#connection.apiKey) {
      throw new PACTError('There is no API key: set PACT_API_KEY, or give apiKey to the client.');
    }
    const answer = await send(this.#connection, toRequest(operation, input), options);
    return fromAnswer(operation, answer) as T;
  }

  protected async list<T>(operation: Operation, input: object, options?: RequestOptions): Promise<Page<T>> {
    const page = await this.call<Pick<Page<T>, 'data' | 'nextCursor' | 'hasMore'>>(operation, input, options);
    return new Page(page, (cursor) => this.list(operation, { ...input, cursor }, options));
  }
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
