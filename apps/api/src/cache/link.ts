import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/**
 * Longest that an answer of Redis is waited for. It answers in less than a millisecond: a slow one is treated as gone,
 * because whoever asks has a database to fall back to.
 */
const ANSWER_MS = 100;
/** A timer that comes so much too late says that this process was busy, not that Redis was slow. */
const BUSY_MS = 20;
/** How often a Redis that was slow or away is tried again, by nobody's request. */
const RETRY_MS = 250;
/** A connection that answers nothing for so long is given up for a new one. */
const SILENT_MS = 5_000;
/**
 * How long Redis must have been well before this process reads what others keep there. Longer than the longest wait of any
 * task before it connects again, 1 s: one that could not say that it changed a session has said so by then.
 */
const SETTLE_MS = 2_000;

/** Of random tokens: a counter may be evicted and begin anew. */
export const newToken = () => randomBytes(12).toString('base64url');

/** Names the time since which what is kept may be believed. Gone or changed, nothing from before counts. */
export const EPOCH = 'pact:epoch';

/** A connection to Redis, and whether it is worth asking: it may be away, or slow, at any moment. */
export interface RedisLink {
  redis: Redis;
  /** Asks Redis. @returns undefined, never an error, when it is away, slow or in trouble; then nobody asks for a while. */
  ask<Answer>(command: () => Promise<Answer>): Promise<Answer | undefined>;
  /** Sends a command whose answer nobody needs, to a slow Redis too. */
  tell(command: () => Promise<unknown>): void;
  isUp(): boolean;
  /** True when what others keep in Redis may be believed. */
  isTrusted(): boolean;
  /** A change could not be told: everything that is kept is declared old before this process reads any of it. */
  declareOld(): void;
  /** The present epoch. To be called inside `ask`. */
  epoch(): Promise<string>;
  /** Whether Redis answers now. */
  ping(): Promise<boolean>;
  close(): void;
}

/**
 * A connection of the cache's own, so that large answers hold nobody else's commands up, and so that a busy process is not
 * mistaken for a slow Redis.
 */
export function createRedisLink(
  shared: Redis,
  log: Pick<Logger, 'warn' | 'info'>,
  answerMs: number = ANSWER_MS,
): RedisLink {
  const redis = shared.duplicate({ commandTimeout: undefined as never, enableAutoPipelining: false });
  const { isUp, isTrusted, fail, declareOld, stop } = watch(redis, log, answerMs);
  void redis.connect().catch(() => {});
  return {
    redis,
    ask: async (command) => {
      if (!isUp()) return undefined;
      try {
        return await inTime(command(), answerMs);
      } catch {
        fail();
        return undefined;
      }
    },
    tell: (command) => {
      if (redis.status === 'ready') void command().catch(() => {});
    },
    isUp,
    isTrusted,
    declareOld,
    epoch: () => currentEpoch(redis),
    ping: async () => (await inTime(redis.ping(), answerMs).catch(() => undefined)) !== undefined,
    close: () => {
      stop();
      redis.disconnect();
    },
  };
}

/** Knows how Redis is: what failed is tried again, by nobody's request, until it is well. */
function watch(redis: Redis, log: Pick<Logger, 'warn' | 'info'>, answerMs: number) {
  let isUp = false;
  let owesEpoch = false;
  let trustedFrom = Number.POSITIVE_INFINITY;
  let recovering: NodeJS.Timeout | undefined;
  let isStopped = false;

  const fail = () => {
    if (isUp && !isStopped) log.warn('Redis is slow or away; answers come from the database');
    isUp = false;
    trustedFrom = Number.POSITIVE_INFINITY;
    if (!isStopped) recovering ??= setTimeout(recover, RETRY_MS).unref();
  };
  const recover = async () => {
    const isWell = await answersSoon(redis, answerMs);
    // Changes are told again from here on, before the debt of those that were not is paid: it stops growing.
    isUp = isWell;
    const isPaid = isWell && (await payDebt());
    recovering = undefined;
    if (!isPaid || !isUp) return fail();
    trustedFrom = performance.now() + SETTLE_MS;
    log.info('Redis answers');
  };
  const payDebt = async () => {
    if (!owesEpoch) return true;
    // First, because a change that cannot be told meanwhile is a debt of its own.
    owesEpoch = false;
    const isDeclared = await inTime(redis.set(EPOCH, newToken()), answerMs).catch(() => undefined);
    owesEpoch ||= isDeclared === undefined;
    return !owesEpoch;
  };
  redis.on('error', () => {});
  redis.on('close', fail);
  redis.on('ready', () => {
    clearTimeout(recovering);
    recovering = setTimeout(recover, 0);
  });
  return {
    isUp: () => isUp,
    isTrusted: () => isUp && !owesEpoch && performance.now() >= trustedFrom,
    fail,
    declareOld: () => {
      owesEpoch = true;
      fail();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(recovering);
    },
  };
}

async function currentEpoch(redis: Redis): Promise<string> {
  const known = await redis.get(EPOCH);
  if (known) return known;
  await redis.set(EPOCH, newToken(), 'NX');
  return (await redis.get(EPOCH))!;
}

/** Whether Redis answers as fast as it should. Returns when it does answer, so that questions do not pile up. */
async function answersSoon(redis: Redis, answerMs: number): Promise<boolean> {
  const since = performance.now();
  const silent = setTimeout(() => redis.disconnect(true), SILENT_MS).unref();
  const answer = await redis.ping().catch(() => undefined);
  clearTimeout(silent);
  return answer !== undefined && performance.now() - since < answerMs;
}

/** @throws what the promise throws, or an error when it takes too long. */
function inTime<Answer>(promise: Promise<Answer>, answerMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let due = performance.now() + answerMs;
    const giveUp = () => {
      if (performance.now() - due < BUSY_MS) return reject(new Error('Redis took too long'));
      due = performance.now() + answerMs;
      timer = setTimeout(giveUp, answerMs);
    };
    let timer = setTimeout(giveUp, answerMs);
    promise.then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
