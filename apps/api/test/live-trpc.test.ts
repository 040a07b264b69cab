import { revokeKey } from '@pact/core';
import {
  createTRPCClient,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClientError,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppRouter } from '../src/router.ts';
import { until } from './event-stream.ts';
import { type ApiWorld, apiWorld } from './world.ts';

let world: ApiWorld;
let client: ReturnType<typeof clientOf>;
const clientOf = (key: string, route = (url: string) => url) =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: `${world.origin}/trpc`,
          EventSource,
          eventSourceOptions: {
            fetch: (url, init) =>
              fetch(route(`${url}`), {
                ...init,
                headers: { ...init.headers, authorization: `Bearer ${key}` },
              }),
          },
        }),
        false: httpLink({ url: `${world.origin}/trpc`, headers: { authorization: `Bearer ${key}` } }),
      }),
    ],
  });
beforeAll(async () => {
  world = await apiWorld();
  client = clientOf((await world.key('wks_live_trpc')).secret);
});
afterAll(() => world.close());

/** A subscription, and what it has brought. */
function follow(
  from: ReturnType<typeof clientOf>,
  input: Parameters<(typeof client)['stream']['subscribe']>[0],
) {
  const events: { id: string; type: string; data: Record<string, unknown> }[] = [];
  const failures: TRPCClientError<AppRouter>[] = [];
  let isOpened = false;
  let isOver = false;
  const subscription = from.stream.subscribe(input, {
    onData: ({ id, data }) => {
      if (data.type === 'stream_opened') isOpened = true;
      else events.push({ id, ...data });
    },
    onError: (error) => failures.push(error),
    onComplete: () => (isOver = true),
  });
  return {
    events,
    failures,
    subscription,
    started: () => until(() => isOpened),
    over: () => until(() => isOver),
  };
}

describe('the stream as a tRPC subscription', () => {
  test('brings events in camelCase, each with an id behind which another goes on', async () => {
    const { sessionId } = await client.createSession.mutate({});
    const live = follow(client, { sessionId });
    await live.started();
    await client.saveInteraction.mutate({ sessionId, userMessage: 'I am so happy!', aiMessage: 'Good.' });
    await until(() => live.events.length === 3);
    expect(live.events.map(({ type }) => type)).toEqual([
      'message_added',
      'emotional_state_changed',
      'message_added',
    ]);
    expect(live.events[1]?.data).toMatchObject({ sessionId, messageId: expect.stringMatching(/^msg_/) });
    live.subscription.unsubscribe();
    const again = follow(client, { sessionId, lastEventId: live.events[0]!.id });
    await until(() => again.events.length === 2);
    expect(again.events).toEqual(live.events.slice(1));
    again.subscription.unsubscribe();
  });

  test('goes on by itself after its connection broke, and ends with the session', async () => {
    const { sessionId } = await client.createSession.mutate({});
    const live = follow(client, { sessionId, from: 'start' });
    await live.started();
    await client.saveInteraction.mutate({ sessionId, userMessage: 'One.', aiMessage: 'Yes.' });
    await until(() => live.events.length >= 2);
    world.app.server.closeAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.saveInteraction.mutate({ sessionId, userMessage: 'Two.', aiMessage: 'Yes.' });
    const said = () =>
      live.events.flatMap(({ type, data }) =>
        type === 'message_added' ? [(data['message'] as { content: string }).content] : [],
      );
    await until(() => said().length === 4);
    expect(said()).toEqual(['One.', 'Yes.', 'Two.', 'Yes.']);
    await client.deleteSession.mutate({ sessionId });
    await live.over();
    expect(live.events.at(-1)?.type).toBe('session_deleted');
  });

  test('is refused like any procedure: no key, another’s session, a wrong scope, a position that never was', async () => {
    const { sessionId } = await client.createSession.mutate({});
    const refusal = async (from: ReturnType<typeof clientOf>, more: object = {}) => {
      const live = follow(from, { sessionId, ...more });
      await until(() => live.failures.length > 0);
      expect(live.events).toEqual([]);
      return live.failures[0]!.data as { error: { code: string } } | undefined;
    };
    const neighbour = clientOf((await world.key('wks_live_trpc_neighbour')).secret);
    const writer = clientOf((await world.key('wks_live_trpc', { scopes: ['memory:write'] })).secret);
    expect((await refusal(clientOf('sk_test_nonsense')))?.error.code).toBe('unauthorized');
    expect((await refusal(neighbour))?.error.code).toBe('not_found');
    expect((await refusal(writer))?.error.code).toBe('forbidden');
    expect((await refusal(client, { lastEventId: '99-0' }))?.error.code).toBe('invalid_request');
  });

  test('ends when its key is revoked, and coming back is refused', async () => {
    const { secret, keyId } = await world.key('wks_live_trpc');
    const { sessionId } = await client.createSession.mutate({});
    const live = follow(clientOf(secret), { sessionId });
    await live.started();
    await revokeKey(world.connection.acrossWorkspaces, {
      workspaceId: 'wks_live_trpc',
      keyId,
      now: world.clock.now,
    });
    world.clock.now = new Date(world.clock.now.getTime() + 1_001);
    await client.saveInteraction.mutate({ sessionId, userMessage: 'Secret.', aiMessage: 'Yes.' });
    await until(() => live.failures.length > 0);
    expect(live.failures[0]?.data?.error.code).toBe('unauthorized');
    expect(live.events.length).toBeLessThanOrEqual(2);
  });
});

test('a subscription goes on elsewhere when its server is told to end', async () => {
  const ending = await apiWorld({ ...world.connection, close: async () => {} });
  const { secret } = await world.key('wks_live_trpc');
  const { sessionId } = await client.createSession.mutate({});
  // The address that leads to either server, as a load balancer's does.
  let origin = ending.origin;
  const live = follow(
    clientOf(secret, (url) => url.replace(world.origin, origin)),
    { sessionId },
  );
  await live.started();
  ending.services.live.end();
  origin = world.origin;
  await client.saveInteraction.mutate({ sessionId, userMessage: 'Over here.', aiMessage: 'Yes.' });
  await until(() => live.events.length >= 2);
  await client.deleteSession.mutate({ sessionId });
  await live.over();
  expect(live.failures).toEqual([]);
  await ending.close();
});
