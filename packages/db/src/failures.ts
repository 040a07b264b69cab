/** The database cannot be reached: at start, or for a statement that may be tried again. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/** Every connection is in use, and enough others wait for one: refused at once. */
export class DatabaseBusyError extends Error {
  override readonly name = 'DatabaseBusyError';
}

/** Another process holds the embedded folder. */
export class DataDirLockedError extends Error {
  override readonly name = 'DataDirLockedError';
}

/** SQLSTATEs and socket errors after which the same request may succeed. Classes 08, 40 and 53 are there as a whole. */
const RETRYABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // PostgreSQL: shutting down, crashed, starting up; a read-only server that was the primary a moment ago.
  '57P01',
  '57P02',
  '57P03',
  '25006',
  // It took too long: the statement, the wait for a row, the idle transaction.
  '57014',
  '55P03',
  '25P03',
]);
/** Connection lost, transaction rolled back for another's sake (deadlock, serialization), resources exhausted. */
const RETRYABLE_CLASSES = ['08', '40', '53'];
const CONNECTION_WORDS =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|PGlite is closed|Cannot use a pool after calling end)/;

/** The SQLSTATE of a failure, through wrapping errors; empty when it has none. */
export function sqlStateOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code.length === 5) return code;
  return sqlStateOf(error.cause);
}

/**
 * True when trying again may help: the connection failed, or the server gave up for a reason that passes. False for a
 * statement that is wrong. Looks through wrapping errors, and reads words only of the innermost: a wrapper's quote what
 * people wrote.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseBusyError) return true;
  const code = String((error as { code?: unknown }).code ?? '');
  if (RETRYABLE_CODES.has(code)) return true;
  if (code.length === 5 && RETRYABLE_CLASSES.some((start) => code.startsWith(start))) return true;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  return error.cause instanceof Error ? isUnavailable(error.cause) : CONNECTION_WORDS.test(error.message);
}
