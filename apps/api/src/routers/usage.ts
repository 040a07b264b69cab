import { GetUsage, getUsage, Usage } from '@pact/core';
import { procedure, router } from '../trpc.ts';

export const usageRouter = router({
  usage: procedure
    .meta({
      method: 'GET',
      path: '/usage',
      scope: 'memory:read',
      tag: 'Usage',
      summary: 'Read what the workspace used, by day or by key',
    })
    .input(GetUsage)
    .output(Usage)
    .query(({ ctx, input }) => getUsage(ctx.domain, input)),
});
