import { isUnavailable } from '@pact/db';

/**
 * True when the database did not say how a transaction ended: the connection broke, or its answer never came. It may have
 * committed, or may yet. An error that the server itself sent is an answer: the transaction was rolled back.
 */
export function isUncertain(error: unknown): boolean {
  return isUnavailable(error) && !isAnswer(error);
}

/** An SQLSTATE, but none of a broken connection or of a server that is going down. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as { code?: unknown }).code ?? '');
  if (/^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code) && code !== 'EPIPE') return true;
  return isAnswer(error.cause);
}
