import {
  Erasure,
  ErasureId,
  eraseUser,
  exportUser,
  getErasure,
  Recall,
  Recalled,
  recall,
  UserExport,
  UserId,
} from '@pact/core';
import { countServed, procedure, router } from '../trpc.ts';

export const memoryRouter = router({
  recall: procedure
    .meta({
      method: 'POST',
      path: '/recall',
      scope: 'memory:read',
      tag: 'Memory',
      summary: 'Find the messages that bear on a query',
    })
    .input(Recall)
    .output(Recalled)
    .use(countServed)
    .mutation(({ ctx, input }) => recall(ctx.domain, input)),
  getErasure: procedure
    .meta({
      method: 'GET',
      path: '/erasures/{erasure_id}',
      scope: 'memory:read',
      tag: 'Erasure',
      summary: 'Read the receipt of an erasure',
    })
    .input(ErasureId)
    .output(Erasure)
    .query(({ ctx, input }) => getErasure(ctx.domain, input)),
  exportUser: procedure
    .meta({
      method: 'GET',
      path: '/users/{user_id}/export',
      scope: 'memory:read',
      tag: 'End users',
      summary: 'Read everything held about one end user',
    })
    .input(UserId)
    .output(UserExport)
    .query(({ ctx, input }) => exportUser(ctx.domain, input)),
  eraseUser: procedure
    .meta({
      method: 'DELETE',
      path: '/users/{user_id}',
      scope: 'memory:erase',
      tag: 'End users',
      summary: 'Erase one end user from every store, across sessions',
      description:
        'Answers with the receipt. Of a user without sessions it says that nothing was held, so that it may be sent again.',
      headers: { 'X-Pact-Erasure': 'erasureId' },
    })
    .input(UserId)
    .output(Erasure)
    .mutation(({ ctx, input }) => eraseUser(ctx.domain, input)),
});
