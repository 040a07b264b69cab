/** The database cannot be reached: at start, or for a statement that may be tried again. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/** Another process holds the embedded folder. */
export class DataDirLockedError extends Error {
  override readonly name = 'DataDirLockedError';
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // PostgreSQL: shutting down, crashed, starting up, out of connections.
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);
const CONNECTION_WORDS =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|PGlite is closed|Cannot use a pool after calling end/;

/** True for a failure of the connection, false for a failure of the statement. Looks through wrapping errors. */
export function isUnavailable(error: unknown): boolean {
  return someCause(error, (cause) => {
    const code = codeOf(cause);
    return (
      CONNECTION_CODES.has(code) || code.startsWith('08') || CONNECTION_WORDS.test(String(cause.message))
    );
  });
}

function codeOf(error: Error): string {
  return String((error as { code?: unknown }).code ?? '');
}

function someCause(error: unknown, holds: (cause: Error) => boolean): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (holds(cause)) return true;
    if (cause instanceof AggregateError && cause.errors.some((inner) => someCause(inner, holds))) return true;
  }
  return false;
}
