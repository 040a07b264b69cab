import type { PACTClient } from '@neurobloom/pact';

/** Which conversation of PACT is meant: one of its sessions, or a chat of your own. */
export interface Conversation {
  /** A session that exists: `sess_…`. Goes before `threadId`. */
  sessionId?: string | undefined;
  /** Your own id of the chat, at most 256 characters. Its session is opened when it is first used. */
  threadId?: string | undefined;
  /** The end user, at most 256 characters: written into a session that is opened here. */
  userId?: string | undefined;
}

/** The session of a conversation. Asking again with the same chat finds the same one. */
export async function openSession(
  client: PACTClient,
  { sessionId, threadId, userId }: Conversation,
  signal?: AbortSignal,
): Promise<string> {
  if (sessionId) return sessionId;
  if (!threadId) throw new Error('PACT finds no conversation: give threadId or sessionId.');
  const metadata = userId ? { user_id: userId, application: 'ai-sdk' } : { application: 'ai-sdk' };
  return (await client.createSession({ externalId: threadId, metadata }, { signal })).sessionId;
}
