/** The HTTP answer behind a result, without its body. */
export interface PACTResponse {
  /** The HTTP status. */
  readonly status: number;
  /** `X-Cache` (`hit` or `miss`), `X-RateLimit-Remaining` and the others. */
  readonly headers: Headers;
  /** Names this request to support. */
  readonly requestId: string | undefined;
}

/** A result beside the HTTP answer that it was read from. */
export interface WithResponse<T> {
  /** What the call resolves to. */
  readonly data: T;
  /** The answer of the attempt that succeeded. */
  readonly response: PACTResponse;
}

/**
 * What a call returns: a promise of its result. The request is under way already, whether anybody awaits it or not. What is
 * chained to it (`then`, `catch`, `finally`) is a plain promise.
 */
export class PACTPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #answered: Promise<WithResponse<T>>;

  /** @internal */
  constructor(answered: Promise<WithResponse<T>>) {
    super((resolve, reject) => answered.then(({ data }) => resolve(data), reject));
    this.#answered = answered;
  }

  /**
   * The result, and the status and headers of the answer that brought it. Sends nothing of its own.
   *
   *     const { data, response } = await pact.getContext(sessionId).withResponse();
   *
   * @throws What the call itself rejects with; a refusal carries its own status and request id.
   */
  withResponse(): Promise<WithResponse<T>> {
    // Chained to this promise too, so that a rejection that is handled here is not reported as one that nobody handles.
    return this.then(() => this.#answered);
  }
}
