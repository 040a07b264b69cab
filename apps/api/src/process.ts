import { DatabaseUnavailableError, DataDirLockedError } from '@pact/db';
import { EnvError } from './env.ts';

/** Longest that what runs is waited for after SIGTERM. */
const DRAIN_MS = 25_000;

/** Ends the process when it is told to, after what runs; a second signal changes nothing. */
export function endOnSignal(close: () => Promise<void>): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** The last words of a process that does not start: a sentence where the user can do something, else the whole error. */
export function refuseToStart(error: unknown): never {
  const isRefusal =
    error instanceof EnvError ||
    error instanceof DatabaseUnavailableError ||
    error instanceof DataDirLockedError ||
    (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  console.error(isRefusal ? `PACT does not start. ${(error as Error).message}` : error);
  process.exit(1);
}
