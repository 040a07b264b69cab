import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/**
 * Longest that a command is waited for. Redis answers in less than a millisecond: a slow one is treated as gone, because
 * whoever asks has something to fall back to.
 */
const COMMAND_TIMEOUT_MS = 100;
const CONNECT_TIMEOUT_MS = 1_000;
const MAX_RECONNECT_MS = 1_000;

/**
 * A connection that fails at once instead of queueing while Redis is away, and comes back by itself. Commands of the same
 * turn of the event loop travel together.
 * @returns as soon as the first attempt succeeded or failed; `status` says which.
 */
export async function connectRedis(url: string, log: Pick<Logger, 'warn' | 'info'>): Promise<Redis> {
  const redis = new PatientRedis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, MAX_RECONNECT_MS),
  });
  let isSaidToBeGone = false;
  // Said once an outage, not once a command; without a listener an error would end the process.
  redis.on('error', (error: NodeJS.ErrnoException) => {
    if (isSaidToBeGone) return;
    isSaidToBeGone = true;
    log.warn({ err: error.code ?? error.name }, 'Redis cannot be reached; each process goes on by itself');
  });
  redis.on('ready', () => {
    if (isSaidToBeGone) log.info('Redis is back');
    isSaidToBeGone = false;
  });
  await redis.connect().catch(() => {});
  return redis;
}

/**
 * A process that was busy itself has not read yet what Redis answered in time: before a command is given up, what arrived is
 * read. The client's own `commandTimeout` would take the process's pause for Redis's.
 */
class PatientRedis extends Redis {
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    const giveUp = () => {
      if (!command.isSettled) command.reject(new Error('Command timed out'));
    };
    const timer = setTimeout(() => setImmediate(giveUp), COMMAND_TIMEOUT_MS);
    const stop = () => clearTimeout(timer);
    command.promise.then(stop, stop);
    return super.sendCommand(command, stream);
  }
}
