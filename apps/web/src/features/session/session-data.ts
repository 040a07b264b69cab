'use client';

import type { Context, EmotionalState, MemoryGraph, Message, PACTClient, Session } from '@neurobloom/pact';
import { useCallback } from 'react';
import { type Resource, useResource } from '../../ui/resource.tsx';

/** Messages that the page shows: the latest. */
export const SHOWN_MESSAGES = 200;
/** Nodes that the picture holds: the most important. More would be a cloud, not a picture. */
const SHOWN_NODES = 120;
/** More than any session may hold in its context: nothing is left out for want of room. */
const NO_BUDGET = 1_000_000;

/** How one user message felt, and the words that say so. */
export type FeltMessage = EmotionalState['emotionalHistory'][number];

export interface SessionData {
  session: Resource<Session>;
  messages: Resource<Message[]>;
  state: Resource<EmotionalState>;
  graph: Resource<MemoryGraph>;
  /** What stands in the context when there is room for everything: who is not in it has folded. */
  standing: Resource<Context>;
}

/** Everything that is read about a session, each part on its own: one that fails leaves the others. */
export function useSessionData(client: PACTClient, sessionId: string, version: number): SessionData {
  return {
    session: useResource(
      useCallback(() => client.getSession(sessionId), [client, sessionId]),
      version,
    ),
    messages: useResource(
      useCallback(() => latestMessages(client, sessionId), [client, sessionId]),
      version,
    ),
    state: useResource(
      useCallback(() => client.getEmotionalState(sessionId), [client, sessionId]),
      version,
    ),
    graph: useResource(
      useCallback(() => client.getMemoryGraph(sessionId, { limit: SHOWN_NODES }), [client, sessionId]),
      version,
    ),
    standing: useResource(
      useCallback(() => client.getContext(sessionId, { maxTokens: NO_BUDGET }), [client, sessionId]),
      version,
    ),
  };
}

async function latestMessages(client: PACTClient, sessionId: string): Promise<Message[]> {
  const page = await client.listMessages(sessionId, { limit: SHOWN_MESSAGES, order: 'desc' });
  return [...page.data].reverse();
}
