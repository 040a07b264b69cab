import { createHash } from 'node:crypto';
import type { Plan } from '@pact/core';
import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from 'ioredis';
import type { PLAN_WINDOWS, Verdict, Window } from './limits-windows.ts';

type Options = ConstructorParameters<typeof Ratelimit>[0];
type Algorithm = ReturnType<Options['limiter']>;
type Response = Awaited<ReturnType<Algorithm['limit']>>;
type Arguments = (string | number)[];

/**
 * Decides all windows of a key in one step and one round trip: Redis runs a script alone.
 *
 * KEYS: one, the key's counts, as text: start and use of each window. ARGV: seconds and requests of each window, shortest
 * first. Returns 1 or 0, the time, and the counts.
 *
 * The time is Redis's own. Tasks whose clocks differ would each begin windows of their own, and a task whose clock jumps
 * back would open the door. Should Redis's clock itself jump, either way, the windows begin anew: once the plan's requests
 * more, and nobody shut out for longer than a window.
 */
const WINDOWS_SCRIPT = `
local now = tonumber(redis.call('TIME')[1])
local known = {}
for number in string.gmatch(redis.call('GET', KEYS[1]) or '', '%d+') do known[#known + 1] = tonumber(number) end
local allowed = 1
local counts = {}
for at = 1, #ARGV, 2 do
  local start = now - now % tonumber(ARGV[at])
  counts[at] = start
  counts[at + 1] = known[at] == start and known[at + 1] or 0
  if counts[at + 1] >= tonumber(ARGV[at + 1]) then allowed = 0 end
end
if allowed == 1 then
  for at = 2, #counts, 2 do counts[at] = counts[at] + 1 end
  redis.call('SET', KEYS[1], table.concat(counts, ' '), 'EX', ARGV[#ARGV - 1])
end
return { allowed, now, unpack(counts) }
`;

const PREFIX = 'pact:limits';

/** The answer of our algorithm, which the library hands through as it is. */
type WindowsResponse = Response & { verdict: Verdict };

/** The windows of each plan, counted in Redis for all processes. Fails when Redis does. */
export function createSharedWindows(redis: Redis, plans: typeof PLAN_WINDOWS) {
  const adapter = upstashOver(redis);
  const limiters = Object.fromEntries(
    Object.entries(plans).map(([plan, windows]) => [
      plan,
      new Ratelimit({
        redis: adapter,
        limiter: fixedWindows(windows),
        prefix: PREFIX,
        ephemeralCache: false,
        // Its own timeout answers that all is well: an open door.
        timeout: 0,
        enableTelemetry: false,
      }),
    ]),
  ) as Record<Plan, Ratelimit>;
  return {
    decide: async (keyId: string, plan: Plan): Promise<Verdict> => {
      // The braces keep a key's counts on one node of a cluster.
      const response = (await limiters[plan].limit(`{${keyId}}`)) as WindowsResponse;
      return response.verdict;
    },
  };
}

/** All windows of a plan at once, as an algorithm of the library. */
function fixedWindows(windows: readonly Window[]): Options['limiter'] {
  const given = windows.flatMap(({ seconds, requests }) => [seconds, requests]);
  const hash = sha1(WINDOWS_SCRIPT);
  const unsupported = async () => {
    throw new Error('The windows of a plan are decided, and nothing else.');
  };
  return () => ({
    limit: async ({ redis }, key) => {
      const answer = await redis.evalsha<Arguments, number[]>(hash, [key], given).catch((error: unknown) => {
        if (!isUnknownScript(error)) throw error;
        return redis.eval<Arguments, number[]>(WINDOWS_SCRIPT, [key], given);
      });
      return read(windows, answer);
    },
    getRemaining: unsupported,
    resetTokens: unsupported,
  });
}

function read(windows: readonly Window[], [allowed, at, ...numbers]: number[]): WindowsResponse {
  const counts = windows.map((_, index) => ({ start: numbers[index * 2]!, used: numbers[index * 2 + 1]! }));
  const left = windows.map(({ requests }, index) => requests - counts[index]!.used);
  const nearest = left.indexOf(Math.min(...left));
  return {
    success: allowed === 1,
    limit: windows[nearest]!.requests,
    remaining: Math.max(0, left[nearest]!),
    reset: (counts[nearest]!.start + windows[nearest]!.seconds) * 1_000,
    pending: Promise.resolve(),
    verdict: { allowed: allowed === 1, counts, at: at! },
  };
}

/**
 * What the library uses of Upstash's client, over a plain connection: `evalsha` and `eval`. Its own scripts begin with a
 * line that only Upstash's servers understand; without it they have another hash, so hashes are mapped.
 */
export function upstashOver(redis: Redis): Options['redis'] {
  const ours = new Map<string, string>();
  const adapter = {
    evalsha: (hash: string, keys: string[], given: Arguments) =>
      redis.evalsha(ours.get(hash) ?? hash, keys.length, ...keys, ...given),
    eval: (script: string, keys: string[], given: Arguments) => {
      const plain = script.replace(/^#!lua[^\n]*\n/, '');
      if (plain !== script) ours.set(sha1(script), sha1(plain));
      return redis.eval(plain, keys.length, ...keys, ...given);
    },
  };
  return adapter as unknown as Options['redis'];
}

const isUnknownScript = (error: unknown) => error instanceof Error && error.message.startsWith('NOSCRIPT');

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
