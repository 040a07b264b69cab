import { BaseListChatMessageHistory } from '@langchain/core/chat_history';
import type { BaseMessage } from '@langchain/core/messages';
import { type Message, PACTClient } from '@neurobloom/pact';
import { type Conversation, openSession } from './conversation.ts';
import { fromSaved, toSaved } from './stored-messages.ts';

/** The most messages that PACT takes in one call. */
const MESSAGES_A_CALL = 1_000;

export interface PACTChatMessageHistoryFields extends Conversation {
  /** Default: a new client, which reads `PACT_API_KEY`. */
  client?: PACTClient | undefined;
}

/**
 * A chat's messages, kept in a session of PACT: also those that a summary has taken the place of.
 *
 * Messages come back as they were added: type, words, name, id, tool calls and content blocks; not what the model call
 * cost (`usage_metadata`, `response_metadata`). One with an id that the session has already is not added again.
 * When PACT cannot be reached, or refuses, each method rejects with the client's error: no message is lost silently.
 *
 *     new RunnableWithMessageHistory({
 *       runnable,
 *       getMessageHistory: (threadId) => new PACTChatMessageHistory({ threadId }),
 *     });
 */
export class PACTChatMessageHistory extends BaseListChatMessageHistory {
  static override lc_name() {
    return 'PACTChatMessageHistory';
  }
  override lc_namespace = ['pact', 'chat_history'];
  readonly #client: PACTClient;
  readonly #conversation: Conversation;

  constructor({ client, ...conversation }: PACTChatMessageHistoryFields) {
    super();
    if (!conversation.sessionId && !conversation.threadId) {
      throw new Error('PACTChatMessageHistory needs a threadId or a sessionId.');
    }
    this.#client = client ?? new PACTClient();
    this.#conversation = conversation;
  }

  /** All of them, oldest first. */
  override async getMessages(): Promise<BaseMessage[]> {
    const saved: Message[] = [];
    for await (const message of await this.#client.listMessages(await this.#session(), { limit: 200 })) {
      saved.push(message);
    }
    return fromSaved(saved);
  }

  override addMessage(message: BaseMessage): Promise<void> {
    return this.addMessages([message]);
  }

  /** In one call for every 1,000. */
  override async addMessages(messages: BaseMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const sessionId = await this.#session();
    const saved = messages.flatMap(toSaved);
    for (let at = 0; at < saved.length; at += MESSAGES_A_CALL) {
      await this.#client.saveMessages(sessionId, { messages: saved.slice(at, at + MESSAGES_A_CALL) });
    }
  }

  /**
   * Erases the session from every store of PACT, memory and emotion too. A `threadId` begins anew with the next message;
   * a `sessionId` is gone for good.
   */
  override async clear(): Promise<void> {
    await this.#client.deleteSession(await this.#session());
  }

  #session(): Promise<string> {
    return openSession(this.#client, this.#conversation);
  }
}
