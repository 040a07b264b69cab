import type { Ctx, LiveEvent, Stream } from '@pact/core';
import { tracked } from '@trpc/server';
import type { z } from 'zod';
import type { RequestContext } from '../trpc.ts';

/** An event without its id, which travels beside it. */
type Told = LiveEvent extends infer Event ? (Event extends LiveEvent ? Omit<Event, 'id'> : never) : never;

/** Opens the stream of a session; a refusal comes before the first event. */
export async function watchSession(
  ctx: RequestContext & { domain: Ctx },
  input: z.output<typeof Stream>,
  signal: AbortSignal | undefined,
) {
  const { services, domain, response, keepAlive } = ctx;
  const events = await services.live.open(
    {
      domain,
      caller: ctx.caller!,
      authorization: ctx.header('authorization'),
      response,
      keepAlive,
      signal: signal ?? new AbortController().signal,
    },
    input,
  );
  return withIds(events);
}

async function* withIds(events: AsyncIterable<LiveEvent>) {
  for await (const { id, ...told } of events) yield tracked(id, told as Told);
}
