import { foreignAnswer, PACTConnectionError, PACTError, refusalOf, where } from './errors.ts';
import { type Block, createEventParser } from './event-parser.ts';
import { rename } from './names.ts';
import type { Request } from './request.ts';
import { Attempt, type Connection, commonHeaders, parse, retryDelayMs, wait } from './transport.ts';

/** What one stream may have of its own. */
export interface StreamOptions {
  /** Ends the stream, its waits included; iterating then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Until PACT answers, each time it is connected. Default: the client's. */
  timeoutMs?: number | undefined;
  /**
   * A connection that brings nothing for so long is taken for dead, and made anew. PACT sends a sign of life every 15
   * seconds. Default 45,000.
   */
  idleTimeoutMs?: number | undefined;
  /**
   * Attempts in a row that may fail before the stream gives up with the error of the last. Default: the client's until the
   * stream has opened, and 10 from then on, which is about a minute.
   */
  maxRetries?: number | undefined;
}

const IDLE_TIMEOUT_MS = 45_000;
const RECONNECTS = 10;
/** Nothing comes behind it. */
const LAST_EVENT = 'session_deleted';
/** The reason of a stream that its reader left. */
const LEFT = Symbol('left');

/**
 * The events of a session, as they happen. Connects when it is first read, and again whenever the connection breaks: with
 * the id of the last event, so that nothing is missed and nothing comes twice. Read it once, in one loop; `break` closes the
 * connection. What is not read yet waits on the server.
 *
 *     for await (const event of pact.stream(sessionId)) {
 *       if (event.type === 'message_added') console.log(event.data.message.content);
 *     }
 *
 * It ends when the session is deleted. Reading rejects when PACT refuses: with a NotFoundError or an AuthenticationError,
 * also when the key is revoked under way, and after too many failed attempts in a row.
 */
export class EventStream<Event> implements AsyncIterable<Event>, AsyncIterator<Event, void, undefined> {
  readonly #connection: Connection;
  readonly #prepare: () => Request;
  readonly #options: StreamOptions;
  readonly #ending = new AbortController();
  readonly #events: AsyncGenerator<Event, void, undefined>;
  /** A read that was begun to open the stream, until somebody asks for what it brings. */
  #begun: Promise<IteratorResult<Event, void>> | undefined;
  #tellOpened: () => void = () => {};
  readonly #whenOpened = new Promise<void>((resolve) => (this.#tellOpened = resolve));
  #isOpen = false;
  #lastEventId: string | undefined;
  #retryMs: number | undefined;

  /** @internal */
  constructor(connection: Connection, prepare: () => Request, options: StreamOptions = {}) {
    this.#connection = connection;
    this.#prepare = prepare;
    this.#options = options;
    this.#events = this.#read();
  }

  /**
   * Where the stream stands: the id of the last event that was read, or of the place where it opened. Given as `lastEventId`
   * to another stream, also in another process, that one goes on right behind it. Undefined before the stream has opened.
   */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /**
   * Connects now, without waiting for an event. Once it resolves, nothing that happens is missed.
   * @throws What reading rejects with.
   */
  async opened(): Promise<void> {
    this.#begun ??= this.#events.next();
    await Promise.race([this.#begun, this.#whenOpened]);
  }

  /** The next event. */
  next(): Promise<IteratorResult<Event, void>> {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun ?? this.#events.next();
  }

  /** Ends the stream and closes its connection: what `break` in a loop does. A read that waits finds the end. */
  async return(): Promise<IteratorReturnResult<void>> {
    this.#ending.abort(LEFT);
    await this.#events.return();
    return { done: true, value: undefined };
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#read(): AsyncGenerator<Event, void, undefined> {
    const { signal } = this.#options;
    const end = () => this.#ending.abort(signal?.reason);
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end);
    try {
      yield* this.#allConnections();
    } catch (error) {
      if (this.#ending.signal.reason !== LEFT) throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  /** One connection after the other, until there is nothing more or no use in another. */
  async *#allConnections(): AsyncGenerator<Event, void, undefined> {
    const request = this.#prepare();
    for (let failures = 0; ; ) {
      let error: unknown;
      let hasWorked = false;
      try {
        for await (const block of this.#oneConnection(request)) {
          hasWorked = true;
          const event = eventOf(this.#urlOf(request), request, block);
          if (event) yield event as Event;
          if (event?.type === LAST_EVENT) return;
        }
        error = new PACTConnectionError(`The stream of ${where(this.#urlOf(request))} ended.`);
      } catch (thrown) {
        error = thrown;
      }
      failures = hasWorked ? 0 : failures + 1;
      await wait(this.#delayMs(error, failures), this.#ending.signal);
    }
  }

  /** Blocks that say where they stand, from one connection. */
  async *#oneConnection(request: Request): AsyncGenerator<Block, void, undefined> {
    const { signal } = this.#ending;
    signal.throwIfAborted();
    const attempt = new Attempt(this.#urlOf(request), signal);
    const end = () => attempt.end();
    signal.addEventListener('abort', end);
    try {
      const reader = (await this.#connect(attempt, request)).getReader();
      const decoder = new TextDecoder();
      const parseBlocks = createEventParser();
      const idleTimeoutMs = this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
      for (;;) {
        const { done, value } = await attempt.within(idleTimeoutMs, () => reader.read());
        if (done) return;
        for (const block of parseBlocks(decoder.decode(value, { stream: true }))) {
          this.#retryMs = block.retryMs ?? this.#retryMs;
          if (block.id === undefined) continue;
          this.#lastEventId = block.id;
          this.#isOpen = true;
          this.#tellOpened();
          yield block;
        }
      }
    } finally {
      signal.removeEventListener('abort', end);
      attempt.end();
    }
  }

  async #connect(attempt: Attempt, request: Request): Promise<ReadableStream<Uint8Array>> {
    const { timeoutMs = this.#connection.timeoutMs } = this.#options;
    const headers = commonHeaders(this.#connection, request, 'text/event-stream');
    if (this.#lastEventId !== undefined) headers.set('Last-Event-ID', this.#lastEventId);
    const [response, text] = await attempt.within(timeoutMs, async () => {
      const answer = await attempt.fetch(this.#connection, request, headers);
      return [answer, isEventStream(answer) ? '' : await answer.text()] as const;
    });
    if (isEventStream(response) && response.body) return response.body;
    const url = this.#urlOf(request);
    if (response.ok) throw foreignAnswer(url, response);
    throw refusalOf(url, response, parse(text));
  }

  /** How long to wait before the next connection; throws the error of the last one when there is no use in another. */
  #delayMs(error: unknown, failures: number): number {
    const { maxRetries = this.#isOpen ? RECONNECTS : this.#connection.maxRetries } = this.#options;
    const delayMs = retryDelayMs(error, Math.max(failures - 1, 0), Math.random());
    if (delayMs === undefined || failures > maxRetries) throw error;
    return failures === 0 ? (this.#retryMs ?? delayMs) : delayMs;
  }

  #urlOf(request: Request): string {
    return this.#connection.baseUrl + request.path;
  }
}

const isEventStream = ({ ok, headers }: Response) =>
  ok && /^text\/event-stream\b/i.test(headers.get('Content-Type') ?? '');

/** The event of a block; undefined for a place to come back to, and for an event that this version does not know. */
function eventOf(url: string, { operation }: Request, { event: type, id, data }: Block) {
  const names = Object.hasOwn(operation.events ?? {}, type) ? operation.events?.[type] : undefined;
  if (data === undefined || !names) return undefined;
  const body = parse(data);
  if (body === undefined) throw new PACTError(`An event of ${where(url)} is not JSON: is a proxy between?`);
  return { type, id, data: rename(body, names) };
}
