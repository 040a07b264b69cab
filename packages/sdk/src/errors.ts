import type { ErrorBody } from './generated/types.ts';

/** Whatever this client throws of its own accord. An aborted call rejects with its signal's reason instead. */
export class PACTError extends Error {
  override name = 'PACTError';
}

/** No whole answer came: the host cannot be reached, or the connection broke. */
export class PACTConnectionError extends PACTError {
  override name = 'PACTConnectionError';
}

/** No whole answer came in time. */
export class PACTTimeoutError extends PACTConnectionError {
  override name = 'PACTTimeoutError';
}

/** `unreadable_answer`: what answered was not PACT, but a proxy's page, for example. */
export type PACTErrorCode = ErrorBody['error']['code'] | 'unreadable_answer';

/** The field that was wrong, in the wire's name, and what came in its place. */
export type PACTErrorDetails = NonNullable<ErrorBody['error']['details']>;

interface Refusal {
  status: number;
  code: PACTErrorCode;
  details: PACTErrorDetails | undefined;
  requestId: string | undefined;
  retryAfter: number | undefined;
}

/** The API answered, and refused. */
export class PACTAPIError extends PACTError {
  override name = 'PACTAPIError';
  /** The HTTP status. */
  readonly status: number;
  /** The refusal's name, which stays when its words change. */
  readonly code: PACTErrorCode;
  /** The field that was wrong, in the wire's name, and what came in its place. */
  readonly details: PACTErrorDetails | undefined;
  /** Names this request to support. */
  readonly requestId: string | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(message: string, refusal: Refusal) {
    super(message);
    this.status = refusal.status;
    this.code = refusal.code;
    this.details = refusal.details;
    this.requestId = refusal.requestId;
    this.retryAfter = refusal.retryAfter;
  }
}

/** 400, 413, 422: the request is not valid, too large, or its idempotency key belongs to another. */
export class InvalidRequestError extends PACTAPIError {
  override name = 'InvalidRequestError';
}

/** 401: the API key is missing, unknown, expired or revoked. */
export class AuthenticationError extends PACTAPIError {
  override name = 'AuthenticationError';
}

/** 403: the API key lacks the scope. */
export class PermissionError extends PACTAPIError {
  override name = 'PermissionError';
}

/** 404: there is no such thing in the key's workspace. */
export class NotFoundError extends PACTAPIError {
  override name = 'NotFoundError';
}

/** 409: a twin of this request is still running. */
export class ConflictError extends PACTAPIError {
  override name = 'ConflictError';
}

/** 429: the key's rate limit is used up; `retryAfter` tells for how long. */
export class RateLimitError extends PACTAPIError {
  override name = 'RateLimitError';
}

/** 5xx: something went wrong on the other side. */
export class ServerError extends PACTAPIError {
  override name = 'ServerError';
}

const BY_STATUS: Record<number, typeof PACTAPIError> = {
  400: InvalidRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  413: InvalidRequestError,
  422: InvalidRequestError,
  429: RateLimitError,
};

/** The error that a refusing answer stands for; `body` is what was parsed, if anything was. */
export function refusalOf(url: string, response: Response, body: unknown): PACTAPIError {
  const { status, headers } = response;
  const error = errorIn(body);
  const ErrorClass = BY_STATUS[status] ?? (status >= 500 ? ServerError : PACTAPIError);
  return new ErrorClass(error?.message ?? foreign(url, response), {
    status,
    code: (error?.code as PACTErrorCode | undefined) ?? 'unreadable_answer',
    details: error?.details as PACTErrorDetails | undefined,
    requestId: error?.request_id ?? headers.get('X-Request-Id') ?? undefined,
    retryAfter: secondsOf(headers.get('Retry-After')) ?? secondsOf(error?.retry_after),
  });
}

/** Tells of an answer that PACT did not give. */
export function foreignAnswer(url: string, response: Response): PACTAPIError {
  return new PACTAPIError(foreign(url, response), {
    status: response.status,
    code: 'unreadable_answer',
    details: undefined,
    requestId: response.headers.get('X-Request-Id') ?? undefined,
    retryAfter: undefined,
  });
}

interface WireError {
  code: string;
  message: string;
  details?: unknown;
  request_id?: string;
  retry_after?: number;
}

/** The error in a body, when it is one of PACT's. */
export function errorIn(body: unknown): WireError | undefined {
  const error = (body as { error?: Partial<WireError> } | null | undefined)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string'
    ? (error as WireError)
    : undefined;
}

function foreign(url: string, { status, headers, type: kind }: Response): string {
  // A browser shows nothing of a redirect that it did not follow.
  if (kind === 'opaqueredirect' || (status >= 300 && status < 400)) {
    return `${where(url)} answered with a redirect, which is not followed so that nothing is sent elsewhere: is it the right base URL?`;
  }
  const type = headers.get('Content-Type')?.split(';')[0]?.trim();
  const what = type === 'text/html' ? 'an HTML page' : type ? `an answer of type ${type}` : 'an empty answer';
  return `${where(url)} answered ${status} with ${what} that PACT does not give: is it the right base URL, or is a proxy between?`;
}

/** A URL without its query, which may hold what somebody said. */
export const where = (url: string) => url.split('?')[0] ?? url;

function secondsOf(value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
