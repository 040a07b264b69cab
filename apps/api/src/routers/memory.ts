import { Erasure, ErasureId, getErasure, Recall, Recalled, recall } from '@pact/core';
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
});
