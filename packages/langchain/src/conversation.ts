import type { PACTClient } from '@neurobloom/pact';

/** Which conversation of PACT is meant: one of its sessions, or a thread of your own. */
export interface Conversation {
  /** A session that exists: `sess_…`. Goes before `threadId`. */
  sessionId?: string | undefined;
  /** Your own id of the conversation, at most 256 characters. Its session is opened when it is first used. */
  threadId?: string | undefined;
  /** The end user, at most 256 characters: written into a session that is opened here. */
  userId?: string | undefined;
}

/** The session of a conversation. Asking again with the same thread finds the same one. */
export async function openSession(
  client: PACTClient,
  { sessionId, threadId, userId }: Conversation,
  signal?: AbortSignal,
): Promise<string> {
  if (sessionId) return sessionId;
  if (!threadId) throw new Error('PACT needs a conversation: give a threadId or a sessionId.');
  const metadata = userId ? { user_id: userId, application: 'langchain' } : { application: 'langchain' };
  return (await client.createSession({ externalId: threadId, metadata }, { signal })).sessionId;
}
