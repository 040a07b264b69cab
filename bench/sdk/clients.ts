import { PACTClient } from '@neurobloom/pact';
import type { AppRouter } from '@pact/api/router';
import { createTRPCClient, httpBatchLink, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { EventSource } from 'eventsource';

/** A way to reach one server. */
export interface Client {
  getContext(sessionId: string): Promise<unknown>;
  getSession(sessionId: string): Promise<unknown>;
  /** Calls back with each event's type, until what it resolves to is called. Resolves once it follows. */
  follow(sessionId: string, onEvent: (type: string) => void): Promise<() => void>;
}

/** What the network and JSON alone cost. */
export function fetchClient(baseUrl: string, apiKey: string): Client {
  const headers = { Authorization: `Bearer ${apiKey}` };
  return {
    getContext: async (sessionId) =>
      (await fetch(`${baseUrl}/sessions/${sessionId}/context`, { headers })).json(),
    getSession: async (sessionId) => (await fetch(`${baseUrl}/sessions/${sessionId}`, { headers })).json(),
    follow: async (sessionId, onEvent) => {
      const ending = new AbortController();
      const { signal } = ending;
      const response = await fetch(`${baseUrl}/sessions/${sessionId}/stream`, { headers, signal });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      await reader.read();
      void (async () => {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          for (const [, type] of value.matchAll(/^event: (\w+)$/gm)) onEvent(type!);
        }
      })().catch(() => {});
      return () => ending.abort();
    },
  };
}

export function sdkClient(baseUrl: string, apiKey: string): Client {
  const pact = new PACTClient({ baseUrl, apiKey });
  return {
    getContext: (sessionId) => pact.getContext(sessionId),
    getSession: (sessionId) => pact.getSession(sessionId),
    follow: async (sessionId, onEvent) => {
      const events = pact.stream(sessionId);
      await events.opened();
      void (async () => {
        for await (const { type } of events) onEvent(type);
      })();
      return () => void events.return();
    },
  };
}

/** @param batches calls of one turn of the event loop travel as one request. */
export function trpcClient(url: string, apiKey: string, batches: boolean): Client {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url,
          EventSource,
          eventSourceOptions: {
            fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
          },
        }),
        false: batches ? httpBatchLink({ url, headers }) : httpLink({ url, headers }),
      }),
    ],
  });
  return {
    getContext: (sessionId) => client.getContext.query({ sessionId }),
    getSession: (sessionId) => client.getSession.query({ sessionId }),
    follow: (sessionId, onEvent) =>
      new Promise((resolve) => {
        const subscription = client.stream.subscribe(
          { sessionId },
          {
            onData: ({ data: { type } }) => {
              if (type === 'stream_opened') resolve(() => subscription.unsubscribe());
              else onEvent(type);
            },
          },
        );
      }),
  };
}
