import { messages } from '@pact/db';
import { and, asc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { withTexts } from '../archive/texts.ts';
import type { Ctx } from '../ctx.ts';
import { id, isPossibleId } from '../fields.ts';
import { atomically } from '../idempotency.ts';
import { Message, presentMessage, selectMessages } from '../messages.ts';
import { findSession } from '../sessions.ts';
import { MAX_SOURCES } from './repeats.ts';

export const Expand = z.object({
  sessionId: id(),
  sourceIds: z
    .array(id())
    .min(1)
    .max(MAX_SOURCES)
    .meta({ description: 'The `source_ids` of a sentence of the summary, or several of them.' }),
  around: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .meta({ description: 'Messages before and after each one to add.' }),
});

export const Expanded = z
  .object({ data: z.array(Message).meta({ description: 'In order of arrival, word for word.' }) })
  .meta({ id: 'Expanded' });

/**
 * The messages behind sentences of the summary, as they were said. Ids that are not of this session are passed over.
 * @throws {PactError} not_found, for the session; unavailable, while the archive that holds them cannot be reached.
 */
export function expand(ctx: Ctx, input: z.output<typeof Expand>): Promise<z.output<typeof Expanded>> {
  const answer = (inner: Ctx) => readSources(inner, input);
  // Without an idempotency key there is nothing to write, and no transaction to pay for.
  return ctx.idempotency ? atomically(ctx, answer, () => [input.sessionId]) : answer(ctx);
}

async function readSources(ctx: Ctx, input: z.output<typeof Expand>): Promise<z.output<typeof Expanded>> {
  const session = await findSession(ctx, input.sessionId);
  const ofSession = and(eq(messages.workspaceId, session.workspaceId), eq(messages.sessionId, session.id));
  const ids = input.sourceIds.filter(isPossibleId);
  const sources = await ctx.db
    .select({ sequence: messages.sequence })
    .from(messages)
    .where(and(ofSession, inArray(messages.id, ids)));
  const offsets = Array.from({ length: 2 * input.around + 1 }, (_, at) => at - input.around);
  const wanted = new Set(sources.flatMap(({ sequence }) => offsets.map((offset) => sequence + offset)));
  if (wanted.size === 0) return { data: [] };
  const found = await selectMessages(ctx.db)
    .where(and(ofSession, inArray(messages.sequence, [...wanted])))
    .orderBy(asc(messages.sequence));
  return { data: (await withTexts(ctx, found)).map((row) => presentMessage(row)) };
}
