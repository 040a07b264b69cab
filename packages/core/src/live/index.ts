import { consolidations, sessions } from '@pact/db';
import { and, asc, desc, eq, gt, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Ctx } from '../ctx.ts';
import { EmotionName, TrendName } from '../emotions/index.ts';
import { arousal, id, timestamp, valence } from '../fields.ts';
import { Message } from '../messages.ts';
import { findSession } from '../sessions.ts';
import { arrange, type Strand } from './arrange.ts';
import { decodePosition, ORIGIN, type Position } from './position.ts';
import { saidAfter } from './said.ts';

export const Stream = z.object({
  sessionId: id(),
  from: z.enum(['now', 'start']).default('now').meta({
    description:
      'Where a stream without Last-Event-ID begins: with what comes next, or with all that was said.',
  }),
  lastEventId: z.string().max(100).optional().meta({
    description: 'Id of the last event that arrived: the stream goes on right behind it.',
  }),
});

/** What a stream tells, by name. Derived from what is stored: an event is neither lost nor invented, and costs no row. */
export const LIVE_EVENTS = {
  message_added: z.object({ sessionId: id(), message: Message }).meta({ id: 'MessageAdded' }),
  emotional_state_changed: z
    .object({
      sessionId: id(),
      messageId: id().meta({ description: 'The message that changed it.' }),
      emotion: EmotionName,
      valence: valence(),
      arousal: arousal(),
      trend: TrendName,
      timestamp: timestamp(),
    })
    .meta({
      id: 'EmotionalStateChanged',
      description: 'The session has another emotion than before, or its valence moved by 0.05 or more.',
    }),
  consolidation_triggered: z
    .object({
      sessionId: id(),
      trigger: z.enum(['threshold', 'request', 'priority']),
      messagesBefore: z.int().meta({ description: 'Messages that stood verbatim before.' }),
      messagesAfter: z.int(),
      tokensSaved: z.int(),
      timestamp: timestamp(),
    })
    .meta({ id: 'ConsolidationTriggered' }),
  session_deleted: z
    .object({ sessionId: id() })
    .meta({ id: 'SessionDeleted', description: 'The session was erased. The stream ends.' }),
};

type EventType = keyof typeof LIVE_EVENTS;
type Told = { [Type in EventType]: { type: Type; data: z.output<(typeof LIVE_EVENTS)[Type]> } }[EventType];
export type LiveEvent = Told & { id: string };

/** What happened behind a position, oldest first. */
interface LivePage {
  events: LiveEvent[];
  position: Position;
  hasMore: boolean;
  /** The session is gone, and its last event among these. */
  isOver: boolean;
}

/**
 * Where a viewer begins.
 * @throws {PactError} not_found; invalid_request, for an event id that this session never gave out.
 */
export async function startOf(ctx: Ctx, input: z.output<typeof Stream>): Promise<Position> {
  const session = await findSession(ctx, input.sessionId);
  const [newest] = await ctx.db
    .select({ generation: consolidations.generation })
    .from(consolidations)
    .where(and(eq(consolidations.workspaceId, session.workspaceId), eq(consolidations.sessionId, session.id)))
    .orderBy(desc(consolidations.generation))
    .limit(1);
  const end = { sequence: session.messageCount, isStateTold: true, generation: newest?.generation ?? 0 };
  if (input.lastEventId !== undefined) return decodePosition(input.lastEventId, end);
  return input.from === 'start' ? ORIGIN : end;
}

/**
 * The events behind a position, in a bounded number of rows and bytes, whatever the length of the session.
 * @param input.limit events at most, 1 or more.
 * @throws {PactError} unavailable, while the archive that holds some of the texts cannot be reached.
 */
export async function eventsAfter(
  ctx: Ctx,
  input: { sessionId: string; position: Position; limit: number },
): Promise<LivePage> {
  const { sessionId, position } = input;
  const [session] = await ctx.db
    .select({ messageCount: sessions.messageCount })
    .from(sessions)
    .where(and(eq(sessions.workspaceId, ctx.actor.workspaceId), eq(sessions.id, sessionId)));
  if (!session) {
    const [event] = arrange<Told>(only({ type: 'session_deleted', data: { sessionId } }), NOTHING, {
      position,
      limit: 1,
    }).events;
    return { events: [event!], position, hasMore: false, isOver: true };
  }
  // First the folds: one that is seen finds the messages that caused it.
  const folded = await foldedAfter(ctx, input);
  const said: Strand<Told> = await saidAfter(ctx, { ...input, end: session.messageCount });
  return { ...arrange(said, folded, input), isOver: false };
}

/** How often each of these sessions has changed; one that is gone is left out. At most a few hundred at once. */
export async function revisionsOf(
  db: Ctx['db'],
  input: { workspaceId: string; sessionIds: string[] },
): Promise<Map<string, number>> {
  const found = await db
    .select({ id: sessions.id, revision: sessions.revision })
    .from(sessions)
    .where(and(eq(sessions.workspaceId, input.workspaceId), inArray(sessions.id, input.sessionIds)));
  return new Map(found.map(({ id, revision }) => [id, revision]));
}

async function foldedAfter(
  { db, actor }: Ctx,
  { sessionId, position, limit }: { sessionId: string; position: Position; limit: number },
): Promise<Strand<Told>> {
  const found = await db
    .select({
      generation: consolidations.generation,
      trigger: consolidations.trigger,
      messagesBefore: consolidations.messagesBefore,
      messagesAfter: consolidations.messagesAfter,
      tokensBefore: consolidations.tokensBefore,
      tokensAfter: consolidations.tokensAfter,
      createdAt: consolidations.createdAt,
    })
    .from(consolidations)
    .where(
      and(
        eq(consolidations.workspaceId, actor.workspaceId),
        eq(consolidations.sessionId, sessionId),
        gt(consolidations.generation, position.generation),
      ),
    )
    .orderBy(asc(consolidations.generation))
    .limit(limit);
  const steps = found.map(({ generation, createdAt, tokensBefore, tokensAfter, ...counts }) => ({
    atMs: createdAt.getTime(),
    moves: { generation },
    event: {
      type: 'consolidation_triggered' as const,
      data: {
        sessionId,
        ...counts,
        tokensSaved: Math.max(0, tokensBefore - tokensAfter),
        timestamp: createdAt.toISOString(),
      },
    },
  }));
  return { steps, hasMore: found.length === limit };
}

const NOTHING: Strand<never> = { steps: [], hasMore: false };
const only = (event: Told): Strand<Told> => ({ steps: [{ atMs: 0, event, moves: {} }], hasMore: false });
