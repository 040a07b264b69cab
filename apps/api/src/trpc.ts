import { createHash } from 'node:crypto';
import { type AuthenticatedKey, type Ctx, PactError, type Scope } from '@pact/core';
import { initTRPC } from '@trpc/server';
import { errorBody, toPactError, toTrpcError } from './errors.ts';
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
  tag: string;
  summary: string;
  description?: string;
  /** Answer headers and the fields of the answer that they carry. */
  headers?: Record<string, string>;
}

/** One request, whatever door it came through. */
export interface RequestContext {
  services: Services;
  requestId: string;
  header(name: string): string | undefined;
  setHeader(name: string, value: string): void;
  /** Set once the caller is known, for the log. */
  caller?: AuthenticatedKey | undefined;
}

const IDEMPOTENCY_KEY_LENGTH = 255;

const t = initTRPC
  .context<RequestContext>()
  .meta<Meta>()
  .create({
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
  const caller = await services.authenticate(ctx.header('authorization'));
  if (!caller) throw new PactError('unauthorized');
  ctx.caller = caller;
  if (meta?.scope && !caller.scopes.includes(meta.scope)) {
    throw new PactError('forbidden', { message: `This API key lacks the scope ${meta.scope}.` });
  }
  checkRate(ctx, caller);
  const key = meta?.method === 'POST' && type === 'mutation' ? idempotencyKey(ctx) : undefined;
  const domain: Ctx = {
    ...services.domain,
    actor: { workspaceId: caller.workspaceId, keyId: caller.keyId },
    idempotency: key ? { key, requestHash: requestHash(path, await getRawInput()) } : undefined,
  };
  const result = await next({ ctx: { ...ctx, domain } });
  if (result.ok) await finishSave(ctx, caller, result.data, await getRawInput());
  return result;
});

export const { router, mergeRouters, createCallerFactory } = t;

/** What a save left to do is done before its answer leaves: the next read finds the summary. */
async function finishSave(
  { services }: RequestContext,
  { workspaceId }: AuthenticatedKey,
  answer: unknown,
  input: unknown,
): Promise<void> {
  if (!(answer as { consolidationTriggered?: boolean } | undefined)?.consolidationTriggered) return;
  const { sessionId } = input as { sessionId: string };
  await services.fold({ workspaceId, sessionId });
}

function checkRate(ctx: RequestContext, caller: AuthenticatedKey): void {
  const now = ctx.services.domain.now();
  const decision = ctx.services.limiter.decide(caller, now);
  ctx.setHeader('X-RateLimit-Limit', String(decision.limit));
  ctx.setHeader('X-RateLimit-Remaining', String(decision.remaining));
  ctx.setHeader('X-RateLimit-Reset', String(decision.reset));
  if (decision.allowed) return;
  const retryAfter = Math.max(1, decision.reset - Math.floor(now.getTime() / 1_000));
  throw new PactError('rate_limit_exceeded', { retryAfter });
}

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
