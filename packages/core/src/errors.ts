/** Every way in which PACT refuses: HTTP status, whether trying again unchanged can help, and the words people read. */
export const ERRORS = {
  invalid_request: { status: 400, retryable: false, words: 'The request is not valid.' },
  unauthorized: {
    status: 401,
    retryable: false,
    words: 'The API key is missing, unknown, expired or revoked.',
  },
  forbidden: { status: 403, retryable: false, words: 'The API key lacks the scope that this needs.' },
  not_found: { status: 404, retryable: false, words: 'There is no such thing.' },
  conflict: { status: 409, retryable: true, words: 'A request with this idempotency key is still running.' },
  too_large: { status: 413, retryable: false, words: 'The body is larger than 5 MB.' },
  idempotency_mismatch: {
    status: 422,
    retryable: false,
    words: 'This idempotency key was used before, with another request.',
  },
  rate_limit_exceeded: { status: 429, retryable: true, words: 'The rate limit of this API key is used up.' },
  internal_error: { status: 500, retryable: false, words: 'Something went wrong on our side.' },
  unavailable: {
    status: 503,
    retryable: true,
    words: 'The database cannot be reached. Try again in a moment.',
  },
} as const satisfies Record<string, { status: number; retryable: boolean; words: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** The field that was wrong, and what came in its place: a type, a length, a short value; never a message's text. */
export interface ErrorDetails {
  field: string;
  received: string;
}

/**
 * A refusal with a code of the table. `message` is what the caller reads; what went wrong inside stays in `cause`.
 */
export class PactError extends Error {
  override readonly name = 'PactError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    options: { message?: string; details?: ErrorDetails; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(options.message ?? ERRORS[code].words, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}

/** The same words for an id that never was and for a neighbour's. */
export const notFound = (thing: 'session' | 'erasure' | 'user' | 'key' | 'workspace') =>
  new PactError('not_found', { message: `There is no such ${thing}.` });
