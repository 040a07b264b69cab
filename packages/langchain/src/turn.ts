import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import type { PACTClient } from '@neurobloom/pact';

/** What one side of a turn said. */
export interface Said {
  role: 'user' | 'assistant';
  content: string;
  /** The speaker, when there are several of one role. */
  name?: string | undefined;
  /** The id of its message, where it has one. */
  id?: string | undefined;
}

/** The longest name of a speaker that PACT takes, in characters. */
const LONGEST_NAME = 128;

/**
 * The last turn of a conversation: the human messages since the answer before, and the last words of the agent after them; of
 * an agent that answers in a structure, the structure. Tool calls and their results are steps on the way, and not part of it.
 */
export function lastTurn(messages: BaseMessage[], structured?: unknown): Said[] {
  const lastHuman = messages.findLastIndex((message) => HumanMessage.isInstance(message));
  if (lastHuman < 0) return [];
  const before = messages.slice(0, lastHuman).findLastIndex((message) => AIMessage.isInstance(message));
  const asked = messages
    .slice(before + 1, lastHuman + 1)
    .filter((message) => HumanMessage.isInstance(message));
  const answers = messages.slice(lastHuman + 1).filter((message) => AIMessage.isInstance(message));
  const answer =
    structured === undefined
      ? answers.findLast(({ text }) => !isEmpty(text))
      : { text: JSON.stringify(structured), id: answers.at(-1)?.id };
  return [
    ...asked.map(({ text, name, id }) => ({ role: 'user' as const, content: text, name, id })),
    ...(answer ? [{ role: 'assistant' as const, content: answer.text, id: answer.id }] : []),
  ].filter(({ content }) => !isEmpty(content));
}

/** Saves a turn. A message of it that is saved already, by its id and words, is not saved again. */
export async function saveTurn(
  client: PACTClient,
  sessionId: string,
  turn: Said[],
  signal?: AbortSignal,
): Promise<void> {
  if (turn.length === 0) return;
  const messages = turn.map(async ({ role, content, name, id }) => ({
    role,
    content,
    ...(name && name.length <= LONGEST_NAME && { name }),
    // The words too: an application may count its messages anew in each run.
    ...(id && { externalId: await hash([id, role, content]) }),
  }));
  await client.saveMessages(sessionId, { messages: await Promise.all(messages) }, { signal });
}

const isEmpty = (text: string) => text.trim() === '';

async function hash(parts: string[]): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
