import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppRouter } from '../src/router.ts';
import { type ApiWorld, apiWorld } from './world.ts';

let world: ApiWorld;
let client: ReturnType<typeof clientOf>;
const clientOf = (key: string) =>
  createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${world.origin}/trpc`, headers: { authorization: `Bearer ${key}` } })],
  });
beforeAll(async () => {
  world = await apiWorld();
  client = clientOf((await world.key('wks_trpc')).secret);
});
afterAll(() => world.close());

describe('the same procedures over tRPC', () => {
  test('save and read in camelCase, batched', async () => {
    const { sessionId } = await client.createSession.mutate({});
    const saved = await client.saveInteraction.mutate({
      sessionId,
      userMessage: 'I am so happy!',
      aiMessage: 'Good.',
    });
    expect(saved.emotionalAnalysis?.userEmotion).toBe('happy');
    const [context, state] = await Promise.all([
      client.getContext.query({ sessionId }),
      client.getEmotionalState.query({ sessionId }),
    ]);
    expect(context.messages).toHaveLength(2);
    expect(state.currentEmotion).toBe('happy');
  });

  test('fold before the save answers', async () => {
    const { sessionId } = await client.createSession.mutate({ consolidationThreshold: 2 });
    for (let at = 0; at < 3; at++) {
      await client.saveInteraction.mutate({
        sessionId,
        userMessage: `Ana met Marek in Vienna, part ${at}.`,
        aiMessage: 'Ok.',
      });
    }
    expect((await client.getContext.query({ sessionId })).consolidatedSummary).toContain('Vienna');
  });

  test('refuse with the same codes and statuses', async () => {
    const refusal = async (work: Promise<unknown>) => {
      const error = await work.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(TRPCClientError);
      return (error as TRPCClientError<AppRouter>).data;
    };
    expect(await refusal(client.getSession.query({ sessionId: 'sess_none' }))).toMatchObject({
      httpStatus: 404,
      error: { code: 'not_found', request_id: expect.stringMatching(/^req_/) },
    });
    expect(await refusal(clientOf('sk_test_nonsense').listSessions.query({}))).toMatchObject({
      httpStatus: 401,
      error: { code: 'unauthorized' },
    });
    const wrong = { sessionId: 'x', userMessage: 7 as never, aiMessage: '' };
    expect(await refusal(client.saveInteraction.mutate(wrong))).toMatchObject({
      httpStatus: 400,
      error: { code: 'invalid_request', details: { field: 'user_message' } },
    });
  });
});
