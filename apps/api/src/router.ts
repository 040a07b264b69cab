import { z } from 'zod';
import { checkHealth, Health } from './health.ts';
import { memoryRouter } from './routers/memory.ts';
import { sessionsRouter } from './routers/sessions.ts';
import { usageRouter } from './routers/usage.ts';
import { createCallerFactory, mergeRouters, publicProcedure, router } from './trpc.ts';

const serviceRouter = router({
  health: publicProcedure
    .meta({
      method: 'GET',
      path: '/health',
      tag: 'Service',
      summary: 'Whether the service can serve; needs no key',
    })
    .input(z.object({}))
    .output(Health)
    .query(({ ctx }) => checkHealth(ctx.services)),
});

/** Every procedure, served at `/trpc` and, by its meta, as REST below `/pact/v1`. */
export const appRouter = mergeRouters(sessionsRouter, memoryRouter, usageRouter, serviceRouter);

export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
