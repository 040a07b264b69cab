export { PACTClient, type PACTClientOptions } from './client.ts';
export {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PACTAPIError,
  PACTConnectionError,
  PACTError,
  type PACTErrorCode,
  type PACTErrorDetails,
  PACTTimeoutError,
  PermissionError,
  RateLimitError,
  ServerError,
} from './errors.ts';
export type * from './generated/types.ts';
export type { Page, PagePromise } from './page.ts';
export type { PACTPromise, PACTResponse, WithResponse } from './promise.ts';
export type { EventStream, StreamOptions } from './stream.ts';
export type { RequestOptions } from './transport.ts';
