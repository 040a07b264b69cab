import {
  Consolidated,
  Context,
  CreatedSession,
  CreateSession,
  consolidate,
  createSession,
  EmotionalStateAnswer,
  Erasure,
  Expand,
  Expanded,
  eraseSession,
  expand,
  GetContext,
  GetGraph,
  Graph,
  getContext,
  getEmotionalState,
  getGraph,
  getSession,
  LIVE_EVENTS,
  ListMessages,
  ListSessions,
  listMessages,
  listSessions,
  MessagePage,
  PrioritySet,
  SavedInteraction,
  SavedMessages,
  SaveInteraction,
  SaveMessages,
  Session,
  SessionId,
  SessionPage,
  SetPriority,
  Stream,
  saveInteraction,
  saveMessages,
  setPriority,
} from '@pact/core';
import { watchSession } from '../live/watch.ts';
import { countServed, procedure, router } from '../trpc.ts';

const tag = 'Sessions';
const memory = 'Memory';

export const sessionsRouter = router({
  createSession: procedure
    .meta({
      method: 'POST',
      path: '/sessions',
      status: 201,
      scope: 'memory:write',
      tag,
      summary: 'Open a session',
    })
    .input(CreateSession.prefault({}))
    .output(CreatedSession)
    .mutation(({ ctx, input }) => createSession(ctx.domain, input)),
  listSessions: procedure
    .meta({
      method: 'GET',
      path: '/sessions',
      scope: 'memory:read',
      tag,
      summary: 'List sessions, newest first',
    })
    .input(ListSessions)
    .output(SessionPage)
    .query(({ ctx, input }) => listSessions(ctx.domain, input)),
  getSession: procedure
    .meta({
      method: 'GET',
      path: '/sessions/{session_id}',
      scope: 'memory:read',
      tag,
      summary: 'Read a session',
    })
    .input(SessionId)
    .output(Session)
    .query(({ ctx, input }) => getSession(ctx.domain, input)),
  deleteSession: procedure
    .meta({
      method: 'DELETE',
      path: '/sessions/{session_id}',
      status: 204,
      scope: 'memory:erase',
      tag,
      summary: 'Erase a session from every store',
      headers: { 'X-Pact-Erasure': 'erasureId' },
    })
    .input(SessionId)
    .output(Erasure)
    .mutation(({ ctx, input }) => eraseSession(ctx.domain, input)),
  saveInteraction: procedure
    .meta({
      method: 'POST',
      path: '/sessions/{session_id}/interactions',
      status: 201,
      stores: true,
      scope: 'memory:write',
      tag: memory,
      summary: 'Save what the user said and what the agent answered',
    })
    .input(SaveInteraction)
    .output(SavedInteraction)
    .mutation(({ ctx, input }) => saveInteraction(ctx.domain, input)),
  saveMessages: procedure
    .meta({
      method: 'POST',
      path: '/sessions/{session_id}/messages',
      status: 201,
      stores: true,
      scope: 'memory:write',
      tag: memory,
      summary: 'Save messages of any roles: an import, or a chat of many',
    })
    .input(SaveMessages)
    .output(SavedMessages)
    .mutation(({ ctx, input }) => saveMessages(ctx.domain, input)),
  listMessages: procedure
    .meta({
      method: 'GET',
      path: '/sessions/{session_id}/messages',
      scope: 'memory:read',
      tag: memory,
      summary: 'Read everything said, folded turns too',
    })
    .input(ListMessages)
    .output(MessagePage)
    .query(({ ctx, input }) => listMessages(ctx.domain, input)),
  getContext: procedure
    .meta({
      method: 'GET',
      path: '/sessions/{session_id}/context',
      scope: 'memory:read',
      tag: memory,
      summary: 'Read the context that matters now, within a token budget',
      cached: { unless: 'query' },
    })
    .input(GetContext)
    .output(Context)
    .use(countServed)
    .query(({ ctx, input }) => getContext(ctx.domain, input)),
  getEmotionalState: procedure
    .meta({
      method: 'GET',
      path: '/sessions/{session_id}/emotional_state',
      scope: 'memory:read',
      tag: memory,
      summary: 'Read how the session feels, and how it came there',
      cached: {},
    })
    .input(SessionId)
    .output(EmotionalStateAnswer)
    .query(({ ctx, input }) => getEmotionalState(ctx.domain, input)),
  getMemoryGraph: procedure
    .meta({
      method: 'GET',
      path: '/sessions/{session_id}/graph',
      scope: 'memory:read',
      tag: memory,
      summary: 'Read the memory graph',
    })
    .input(GetGraph)
    .output(Graph)
    .query(({ ctx, input }) => getGraph(ctx.domain, input)),
  consolidate: procedure
    .meta({
      method: 'POST',
      path: '/sessions/{session_id}/consolidate',
      scope: 'memory:write',
      tag: memory,
      summary: 'Fold older turns into the summary now',
      mayFold: true,
    })
    .input(SessionId)
    .output(Consolidated)
    .mutation(({ ctx, input }) => consolidate(ctx.domain, input)),
  expand: procedure
    .meta({
      method: 'POST',
      path: '/sessions/{session_id}/expand',
      scope: 'memory:read',
      tag: memory,
      summary: 'Read the messages behind a sentence of the summary',
    })
    .input(Expand)
    .output(Expanded)
    .mutation(({ ctx, input }) => expand(ctx.domain, input)),
  setPriority: procedure
    .meta({
      method: 'POST',
      path: '/sessions/{session_id}/priority',
      scope: 'memory:write',
      tag: memory,
      summary: 'Rank a topic',
      mayFold: true,
    })
    .input(SetPriority)
    .output(PrioritySet)
    .mutation(({ ctx, input }) => setPriority(ctx.domain, input)),
  stream: procedure
    .meta({
      method: 'GET',
      path: '/sessions/{session_id}/stream',
      scope: 'memory:read',
      tag: memory,
      summary: 'Follow a session live',
      description:
        'Server-sent events, each with an id. Sent again as `Last-Event-ID`, the stream goes on right behind it, on any server: nothing is missed and nothing comes twice.',
      events: LIVE_EVENTS,
    })
    .input(Stream)
    .subscription(({ ctx, input, signal }) => watchSession(ctx, input, signal)),
});
