import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type AuthenticatedKey, type Ctx, ERRORS, isRecorded, PactError, type Scope } from '@pact/core';
import { initTRPC } from '@trpc/server';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { errorBody, toPactError, toTrpcError } from './errors.ts';
import { type Served, servedBy } from './meter.ts';
import type { Services } from './services.ts';

/** What a procedure says of itself: its REST route, the scope it needs, its words in the document. */
export interface Meta {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/pact/v1`, its parameters in braces and in the wire's names: `/sessions/{session_id}`. */
  path: string;
  /** Status of a success; 200 unless given. 204 sends no body. */
  status?: 201 | 204;
  /** Absent: no key is needed. */
  scope?: Scope;
  /** True: it stores tokens, within the month's quota; its answer's `tokenCount` says how many. */
  stores?: true;
  tag: string;
  summary: string;
  description?: string;
  /** True where it may leave the session with another summary: a configured language model then looks at it. */
  mayFold?: boolean;
  /** Answer headers and the fields of the answer that they carry. */
  headers?: Record<string, string>;
  /** Set: its answers over REST are kept until the session changes. `unless` names an input field that makes one too rare to keep. */
  cached?: { unless?: string };
  /** Of a subscription: what it tells, by name. */
  events?: Record<string, z.core.$ZodType>;
}

/** One request, whatever door it came through. */
export interface RequestContext {
  services: Services;
  requestId: string;
  /** Whose lines carry the request's id. */
  log: Logger;
  header(name: string): string | undefined;
  setHeader(name: string, value: string): void;
  /** Where the answer goes, for one that lasts. */
  response: ServerResponse | undefined;
  /** Set where the door itself must show that a stream is alive. */
  keepAlive?: (() => void) | undefined;
  /** Set once the caller is known, for the log. */
  caller?: AuthenticatedKey | undefined;
  /** Set where the caller was let in before the procedure is called: it is not checked and counted again. */
  admitted?: AuthenticatedKey | undefined;
  /** True for an answer that is made to be kept: whoever asked for it is counted, not this. */
  isForCache?: boolean | undefined;
  /** What the answer served, once known. */
  served?: Served | undefined;
}

const IDEMPOTENCY_KEY_LENGTH = 255;

const t = initTRPC
  .context<RequestContext>()
  .meta<Meta>()
  .create({
    sse: { ping: { enabled: true, intervalMs: 15_000 } },
    errorFormatter: ({ shape, error, ctx }) => {
      const pactError = toPactError(error);
      return {
        ...shape,
        message: pactError.message,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          ...errorBody(pactError, ctx?.requestId ?? ''),
        },
      };
    },
  });

/** Everything that is thrown leaves as a row of the error table. */
const translated = t.procedure.use(async ({ next, getRawInput }) => {
  const result = await next();
  if (result.ok) return result;
  throw toTrpcError(toPactError(result.error, await getRawInput().catch(() => undefined)));
});

/** Open to everyone. */
export const publicProcedure = translated;

/** Authenticated, allowed, within its rate limit; with `domain`, the context that core's functions take. */
export const procedure = translated.use(async ({ ctx, meta, next, path, type, getRawInput }) => {
  const { services } = ctx;
  const caller = ctx.admitted ?? (await admit(ctx, meta));
  const key = meta?.method === 'POST' && type === 'mutation' ? idempotencyKey(ctx) : undefined;
  if (meta?.stores) await checkQuota(ctx, caller, key);
  const domain: Ctx = {
    ...services.domain,
    ...services.forWorkspace(caller.workspaceId),
    actor: { workspaceId: caller.workspaceId, keyId: caller.keyId },
    idempotency: key ? { key, requestHash: requestHash(path, await getRawInput()) } : undefined,
  };
  const served: Served = ctx.served ?? { tokensServed: 0, tokensSaved: 0 };
  const result = await next({ ctx: { ...ctx, domain, served } });
  if (!ctx.isForCache && (result.ok || isOurRefusal(result.error))) services.meter.count(caller, served);
  if (result.ok && meta?.stores) services.quota.add(caller.workspaceId, tokensIn(result.data));
  if (result.ok) await finishSave(ctx, meta?.mayFold, result.data, await getRawInput());
  return result;
});

/**
 * For a procedure that serves tokens, after its output: sees the answer before the wire's fields are picked from it, and
 * notes what it served, to be counted with the request.
 */
export const countServed = t.middleware(async ({ ctx, next }) => {
  const result = await next();
  if (result.ok && ctx.served)
    Object.assign(ctx.served, servedBy(result.data as Parameters<typeof servedBy>[0]));
  return result;
});

/**
 * Lets a caller in, in this order: key, scope, rate limit. Counts one request.
 * @throws {PactError} unauthorized, forbidden, rate_limit_exceeded.
 */
export async function admit(
  ctx: RequestContext,
  meta: Pick<Meta, 'scope'> | undefined,
): Promise<AuthenticatedKey> {
  const caller = await ctx.services.authenticate(ctx.header('authorization'));
  if (!caller) throw new PactError('unauthorized');
  ctx.caller = caller;
  if (meta?.scope && !caller.scopes.includes(meta.scope)) {
    throw new PactError('forbidden', { message: `This API key lacks the scope ${meta.scope}.` });
  }
  await checkRate(ctx, caller);
  return caller;
}

export const { router, mergeRouters, createCallerFactory } = t;

/**
 * What a save left to do is done before its answer leaves: the next read finds the summary. What a language model may
 * add comes after it.
 */
async function finishSave(
  { services, log, caller }: RequestContext,
  mayFold: boolean | undefined,
  answer: unknown,
  input: unknown,
): Promise<void> {
  const { consolidationTriggered } = (answer ?? {}) as { consolidationTriggered?: boolean };
  if (!consolidationTriggered && !mayFold) return;
  const { sessionId } = input as { sessionId: string };
  const { workspaceId, keyId } = caller!;
  if (consolidationTriggered) await services.fold({ workspaceId, sessionId }, log);
  services.enrichment?.add({ workspaceId, sessionId, keyId });
}

async function checkRate({ services, setHeader }: RequestContext, caller: AuthenticatedKey): Promise<void> {
  const decision = await services.limiter.decide(caller, services.domain.now());
  setHeader('X-RateLimit-Limit', String(decision.limit));
  setHeader('X-RateLimit-Remaining', String(decision.remaining));
  setHeader('X-RateLimit-Reset', String(decision.reset));
  if (!decision.allowed) throw new PactError('rate_limit_exceeded', { retryAfter: decision.retryAfter });
}

/** A save that was answered before is answered again, whatever was used since. */
async function checkQuota(
  { services }: RequestContext,
  caller: AuthenticatedKey,
  key: string | undefined,
): Promise<void> {
  const now = services.domain.now();
  try {
    await services.quota.check(caller, now);
  } catch (error) {
    const { workspaceId } = caller;
    const isRefusal = error instanceof PactError && key !== undefined;
    if (!isRefusal || !(await isRecorded(services.forWorkspace(workspaceId).db, { workspaceId, key, now })))
      throw error;
  }
}

/** False for what failed on our side: nobody used anything. */
export const isOurRefusal = (error: unknown) => ERRORS[toPactError(error).code].status < 500;

const tokensIn = (answer: unknown) => (answer as { tokenCount: number }).tokenCount;

function idempotencyKey(ctx: RequestContext): string | undefined {
  const key = ctx.header('idempotency-key');
  if (key === undefined) return undefined;
  if (key.length >= 1 && key.length <= IDEMPOTENCY_KEY_LENGTH) return key;
  throw new PactError('invalid_request', {
    message: `Invalid header Idempotency-Key: it has 1 to ${IDEMPOTENCY_KEY_LENGTH} characters.`,
    details: { field: 'Idempotency-Key', received: `${key.length} characters` },
  });
}

/**
 * The same for the same request, whatever the order of its fields.
 * @throws {PactError} invalid_request, for a body nested deeper than it can be read.
 */
function requestHash(path: string, input: unknown): string {
  try {
    return createHash('sha256')
      .update(canonical([path, input]))
      .digest('hex');
  } catch (error) {
    throw new PactError('invalid_request', {
      message: 'The body is nested too deep.',
      details: { field: 'body', received: 'too many levels' },
      cause: error,
    });
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, piece: unknown) =>
    piece && typeof piece === 'object' && !Array.isArray(piece)
      ? Object.fromEntries(Object.entries(piece).sort(([a], [b]) => (a < b ? -1 : 1)))
      : piece,
  );
}
