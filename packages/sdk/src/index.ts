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
export type { Page } from './page.ts';
export type { RequestOptions } from './transport.ts';
