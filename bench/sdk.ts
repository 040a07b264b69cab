import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACTClient } from '@neurobloom/pact';
import { describeMachine, time } from './environment.ts';
import { startApi } from './load/http.ts';
import { median } from './load/rates.ts';
import { measureBundles } from './sdk/bundles.ts';
import { type Client, fetchClient, sdkClient, trpcClient } from './sdk/clients.ts';

const ROUNDS = 5;
const CALLS = 100;
/** Calls that a page might make at once. */
const AT_ONCE = 20;
const BURSTS = 20;
const SAVES = 30;
const API_KEY = 'sk_test_of_the_sdk_bench_of_this_run';

/**
 * The SDK's REST beside tRPC's own client, for size, calls, calls at once and the stream, with a bare `fetch` of the same
 * answers as baseline. One API process on an embedded database; REST keeps the answers of getContext,
 * as it does for users, and reads a session anew.
 */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pact-bench-sdk-'));
  const api = await startApi({ DATABASE_URL: undefined, PACT_DATA_DIR: folder, PACT_API_KEY: API_KEY });
  try {
    console.log(`SDK. ${describeMachine()}.\n`);
    await showBundles();
    const baseUrl = `${api.origin}/pact/v1`;
    const clients = {
      'fetch alone': fetchClient(baseUrl, API_KEY),
      '@neurobloom/pact': sdkClient(baseUrl, API_KEY),
      '@trpc/client': trpcClient(`${api.origin}/trpc`, API_KEY, false),
      '@trpc/client, batching': trpcClient(`${api.origin}/trpc`, API_KEY, true),
    };
    const pact = new PACTClient({ baseUrl, apiKey: API_KEY });
    const sessionId = await someSession(pact);
    await showCalls(clients, 'getContext', sessionId);
    await showCalls(clients, 'getSession', sessionId);
    const { '@trpc/client, batching': _, ...following } = clients;
    await showEvents(following, pact);
  } finally {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function showBundles(): Promise<void> {
  console.log('Bundled for a browser, in kB');
  console.table(
    Object.fromEntries(
      (await measureBundles()).map(({ name, minified, gzipped }) => [
        name,
        { minified: kilobytes(minified), gzipped: kilobytes(gzipped) },
      ]),
    ),
  );
}

async function someSession(pact: PACTClient): Promise<string> {
  const { sessionId } = await pact.createSession();
  for (let at = 0; at < 8; at++) {
    await pact.saveInteraction(sessionId, {
      userMessage: `Note ${at}: the espresso machine has not arrived, and I am angry.`,
      aiMessage: 'I am sorry. Let me ask where it is.',
    });
  }
  return sessionId;
}

/** Medians over rounds in which all take turns, so that a slow moment of the machine is everybody's. */
async function showCalls(
  clients: Record<string, Client>,
  call: 'getContext' | 'getSession',
  sessionId: string,
): Promise<void> {
  const single: Record<string, number[]> = {};
  const burst: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, client] of Object.entries(clients)) {
      const one = await time(CALLS, () => client[call](sessionId));
      const many = await time(BURSTS, () =>
        Promise.all(Array.from({ length: AT_ONCE }, () => client[call](sessionId))),
      );
      // The first round warms up.
      if (round === 0) continue;
      single[name] = [...(single[name] ?? []), median(one)];
      burst[name] = [...(burst[name] ?? []), median(many)];
    }
  }
  console.log(`\n${call}: one after the other, and ${AT_ONCE} at once; medians of ${ROUNDS} rounds`);
  console.table(
    Object.fromEntries(
      Object.keys(clients).map((name) => [
        name,
        {
          'ms a call': rounded(median(single[name] ?? [])),
          [`ms for ${AT_ONCE}`]: rounded(median(burst[name] ?? [])),
          'calls/s at once': Math.round((AT_ONCE * 1_000) / median(burst[name] ?? [])),
        },
      ]),
    ),
  );
}

/** From the beginning of a save until its last message is heard of. */
async function showEvents(clients: Record<string, Client>, pact: PACTClient): Promise<void> {
  const rows: Record<string, object> = {};
  for (const [name, client] of Object.entries(clients)) {
    const { sessionId } = await pact.createSession({ consolidationThreshold: 1_000 });
    let heard = () => {};
    let messages = 0;
    const leave = await client.follow(sessionId, (type) => {
      if (type !== 'message_added') return;
      messages += 1;
      if (messages % 2 === 0) heard();
    });
    const durations = await time(SAVES, async (at) => {
      const isHeard = new Promise<void>((resolve) => (heard = resolve));
      await pact.saveInteraction(sessionId, { userMessage: `Note ${at}.`, aiMessage: 'Noted.' });
      await isHeard;
    });
    leave();
    rows[name] = { 'ms from save to event': rounded(median(durations)) };
  }
  console.log(`\nstream: medians of ${SAVES} saves`);
  console.table(rows);
}

const kilobytes = (bytes: number) => rounded(bytes / 1_000);
const rounded = (value: number) => Math.round(value * 100) / 100;
