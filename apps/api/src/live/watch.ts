import type { Ctx, Stream } from '@pact/core';
import { tracked } from '@trpc/server';
import type { z } from 'zod';
import type { RequestContext } from '../trpc.ts';
import type { StreamEvent } from './streams.ts';

/** An event without its id, which travels beside it. */
type WithoutId<Event> = Event extends StreamEvent ? Omit<Event, 'id'> : never;

/** Opens the stream of a session; a refusal comes before the first event. */
export async function watchSession(
  ctx: RequestContext & { domain: Ctx },
  input: z.output<typeof Stream>,
  signal: AbortSignal | undefined,
) {
  // Both doors give one; only what is made to be kept has none.
  const { services, domain, response, keepAlive } = ctx;
  const events = await services.live.open(
    {
      domain,
      caller: ctx.caller!,
      authorization: ctx.header('authorization'),
      response: response!,
      keepAlive,
      signal: signal ?? new AbortController().signal,
    },
    input,
  );
  return withIds(events);
}

/**
 * A stream that ends with its session is over; one that this server ends is broken off, and tRPC's client comes back.
 * @throws {DOMException} AbortError, which says so.
 */
async function* withIds(events: AsyncIterable<StreamEvent>) {
  for await (const { id, ...told } of events) {
    yield tracked(id, told as WithoutId<StreamEvent>);
    if (told.type === 'session_deleted') return;
  }
  throw new DOMException('The stream goes on elsewhere.', 'AbortError');
}
