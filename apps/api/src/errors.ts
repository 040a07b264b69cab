import { ERRORS, type ErrorCode, PactError } from '@pact/core';
import { isUnavailable } from '@pact/db';
import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { snakeCase } from './wire.ts';

/** What the wire calls an error. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      details: z.object({ field: z.string(), received: z.string() }).optional(),
      requestId: z.string(),
      retryAfter: z.int().optional().meta({ description: 'Seconds after which trying again makes sense.' }),
    }),
  })
  .meta({ id: 'Error' });

/** tRPC's own name for each of our codes. */
const TRPC_CODES = {
  invalid_request: 'BAD_REQUEST',
  unauthorized: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  too_large: 'PAYLOAD_TOO_LARGE',
  idempotency_mismatch: 'UNPROCESSABLE_CONTENT',
  rate_limit_exceeded: 'TOO_MANY_REQUESTS',
  internal_error: 'INTERNAL_SERVER_ERROR',
  unavailable: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<ErrorCode, string>;

/** Whatever was thrown, as a row of the table. What went wrong inside stays in `cause`. */
export function toPactError(error: unknown, received?: unknown): PactError {
  if (error instanceof PactError) return error;
  // Before looking deeper: what the archive refused may lie under a refusal in our own words.
  if (error instanceof TRPCError && error.cause instanceof PactError) return error.cause;
  if (isUnavailable(error)) return new PactError('unavailable', { retryAfter: 1, cause: error });
  if (error instanceof TRPCError) {
    if (error.cause instanceof z.core.$ZodError && error.code === 'BAD_REQUEST') {
      return invalidInput(error.cause, received);
    }
    if (error.cause && error.cause !== error) {
      const inner = toPactError(error.cause, received);
      if (inner.code !== 'internal_error') return inner;
    }
    if (
      error.code === 'PARSE_ERROR' ||
      error.code === 'BAD_REQUEST' ||
      error.code === 'UNSUPPORTED_MEDIA_TYPE'
    ) {
      return new PactError('invalid_request', { cause: error });
    }
    if (error.code === 'NOT_FOUND' || error.code === 'METHOD_NOT_SUPPORTED') {
      return new PactError('not_found', { message: 'There is no such route.', cause: error });
    }
    if (error.code === 'PAYLOAD_TOO_LARGE') return new PactError('too_large', { cause: error });
  }
  return new PactError('internal_error', { cause: error });
}

/** The same for a tRPC client, whose transport has status names of its own. */
export function toTrpcError(error: PactError): TRPCError {
  return new TRPCError({ code: TRPC_CODES[error.code], message: error.message, cause: error });
}

/** The body of a refusal, in the wire's words. */
export function errorBody(error: PactError, requestId: string) {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details ? { details: error.details } : {}),
      request_id: requestId,
      ...(error.retryAfter === undefined ? {} : { retry_after: error.retryAfter }),
    },
  };
}

export const statusOf = (error: PactError) => ERRORS[error.code].status;

/** What a schema refused, by the field's name on the wire. */
export function invalidInput(error: z.core.$ZodError, input: unknown): PactError {
  const issue = error.issues[0]!;
  const field = issue.path.map((part) => snakeCase(String(part))).join('.') || 'body';
  const value = issue.path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    input,
  );
  return new PactError('invalid_request', {
    message: `Invalid field ${field}: ${issue.message}`,
    details: { field, received: describe(value, issue) },
    cause: error,
  });
}

/** What came in, without repeating a text that somebody wrote. */
function describe(value: unknown, issue: z.core.$ZodIssue): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`;
  const isChoice =
    issue.code === 'invalid_value' || issue.code === 'invalid_format' || issue.code === 'invalid_type';
  return isChoice && value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
}
