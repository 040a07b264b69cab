import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import type { PACTClient } from '@neurobloom/pact';

/** What a user said and what the agent answered in the end. Either may be empty. */
export interface Turn {
  userMessage: string;
  aiMessage: string;
  /** The ids of its messages, where they have some. */
  ids: (string | undefined)[];
}

/**
 * The last turn of a conversation: the human messages since the answer before, and the last words of the agent after them.
 * Tool calls and their results are steps on the way, and not part of it.
 */
export function lastTurn(messages: BaseMessage[], structured?: unknown): Turn | undefined {
  const lastHuman = messages.findLastIndex((message) => HumanMessage.isInstance(message));
  if (lastHuman < 0) return undefined;
  const before = messages.slice(0, lastHuman).findLastIndex((message) => AIMessage.isInstance(message));
  const asked = messages
    .slice(before + 1, lastHuman + 1)
    .filter((message) => HumanMessage.isInstance(message));
  const answers = messages.slice(lastHuman + 1).filter((message) => AIMessage.isInstance(message));
  const answer = answers.findLast(({ text }) => text.trim() !== '');
  const isLast = answer !== undefined && answer === answers.at(-1);
  const last = isLast || structured === undefined ? answer : answers.at(-1);
  return {
    userMessage: wordsOf(asked),
    aiMessage: isLast || structured === undefined ? (answer?.text ?? '') : JSON.stringify(structured),
    ids: [...asked, last].map((message) => message?.id),
  };
}

/** The words of messages, each in a paragraph of its own. */
export const wordsOf = (messages: BaseMessage[]) =>
  messages
    .map(({ text }) => text)
    .filter((text) => text.trim() !== '')
    .join('\n\n');

/** Saves a turn once, however often it is tried; a side that said nothing is not saved. */
export async function saveTurn(
  client: PACTClient,
  sessionId: string,
  { userMessage, aiMessage, ids }: Turn,
  signal?: AbortSignal,
): Promise<void> {
  const options = { signal, idempotencyKey: await keyOf([sessionId, userMessage, aiMessage, ...ids]) };
  if (userMessage && aiMessage) {
    await client.saveInteraction(sessionId, { userMessage, aiMessage }, options);
  } else if (userMessage || aiMessage) {
    const role = userMessage ? ('user' as const) : ('assistant' as const);
    await client.saveMessages(
      sessionId,
      { messages: [{ role, content: userMessage || aiMessage }] },
      options,
    );
  }
}

/** The same for the same turn; undefined when a message has no id, since the same words may be said again. */
async function keyOf(parts: (string | undefined)[]): Promise<string | undefined> {
  if (parts.includes(undefined)) return undefined;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
