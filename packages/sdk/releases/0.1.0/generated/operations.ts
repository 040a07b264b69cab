// Written by scripts/freeze.ts when 0.1.0 was released. Never edited.

import type { PACTClient, RequestOptions, StreamOptions } from '../../../src/index.ts';
import type * as then from './types.ts';

export async function createSession(pact: PACTClient, input: then.CreateSessionInput, options: RequestOptions): Promise<then.CreatedSession> {
  void pact.createSession();
  return (await pact.createSession(input, options));
}

export async function listSessions(pact: PACTClient, input: then.ListSessionsInput, options: RequestOptions): Promise<then.Session[]> {
  void pact.listSessions();
  return (await pact.listSessions(input, options)).data;
}

export async function getSession(pact: PACTClient, input: then.GetSessionInput, options: RequestOptions): Promise<then.Session> {
  void pact.getSession('sess_1');
  return (await pact.getSession('sess_1', input, options));
}

export async function deleteSession(pact: PACTClient, input: then.DeleteSessionInput, options: RequestOptions): Promise<then.DeleteSessionAnswer> {
  void pact.deleteSession('sess_1');
  return (await pact.deleteSession('sess_1', input, options));
}

export async function saveInteraction(pact: PACTClient, input: then.SaveInteractionInput, options: RequestOptions): Promise<then.SavedInteraction> {
  return (await pact.saveInteraction('sess_1', input, options));
}

export async function saveMessages(pact: PACTClient, input: then.SaveMessagesInput, options: RequestOptions): Promise<then.SavedMessages> {
  return (await pact.saveMessages('sess_1', input, options));
}

export async function listMessages(pact: PACTClient, input: then.ListMessagesInput, options: RequestOptions): Promise<then.Message[]> {
  void pact.listMessages('sess_1');
  return (await pact.listMessages('sess_1', input, options)).data;
}

export async function getContext(pact: PACTClient, input: then.GetContextInput, options: RequestOptions): Promise<then.Context> {
  void pact.getContext('sess_1');
  return (await pact.getContext('sess_1', input, options));
}

export async function getEmotionalState(pact: PACTClient, input: then.GetEmotionalStateInput, options: RequestOptions): Promise<then.EmotionalState> {
  void pact.getEmotionalState('sess_1');
  return (await pact.getEmotionalState('sess_1', input, options));
}

export async function getMemoryGraph(pact: PACTClient, input: then.GetMemoryGraphInput, options: RequestOptions): Promise<then.MemoryGraph> {
  void pact.getMemoryGraph('sess_1');
  return (await pact.getMemoryGraph('sess_1', input, options));
}

export async function consolidate(pact: PACTClient, input: then.ConsolidateInput, options: RequestOptions): Promise<then.Consolidated> {
  void pact.consolidate('sess_1');
  return (await pact.consolidate('sess_1', input, options));
}

export async function expand(pact: PACTClient, input: then.ExpandInput, options: RequestOptions): Promise<then.Expanded> {
  return (await pact.expand('sess_1', input, options));
}

export async function setPriority(pact: PACTClient, input: then.SetPriorityInput, options: RequestOptions): Promise<then.PrioritySet> {
  return (await pact.setPriority('sess_1', input, options));
}

export function stream(pact: PACTClient, input: then.StreamInput, options: StreamOptions): AsyncIterable<then.StreamEvent> {
  void pact.stream('sess_1');
  return pact.stream('sess_1', input, options);
}

export async function recall(pact: PACTClient, input: then.RecallInput, options: RequestOptions): Promise<then.Recalled> {
  return (await pact.recall(input, options));
}

export async function getErasure(pact: PACTClient, input: then.GetErasureInput, options: RequestOptions): Promise<then.Erasure> {
  return (await pact.getErasure(input, options));
}

export async function exportUser(pact: PACTClient, input: then.ExportUserInput, options: RequestOptions): Promise<then.UserExport> {
  return (await pact.exportUser(input, options));
}

export async function eraseUser(pact: PACTClient, input: then.EraseUserInput, options: RequestOptions): Promise<then.Erasure> {
  return (await pact.eraseUser(input, options));
}

export async function usage(pact: PACTClient, input: then.UsageInput, options: RequestOptions): Promise<then.Usage> {
  void pact.usage();
  return (await pact.usage(input, options));
}

export async function health(pact: PACTClient, input: then.HealthInput, options: RequestOptions): Promise<then.Health> {
  void pact.health();
  return (await pact.health(input, options));
}
