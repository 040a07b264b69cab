import type { CallbackManagerForRetrieverRun } from '@langchain/core/callbacks/manager';
import { Document } from '@langchain/core/documents';
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers';
import { type Emotion, PACTClient, type Recalled, type RecallInput, type Role } from '@neurobloom/pact';
import { openSession } from './conversation.ts';

/** Where a retriever looks, and how much it returns. */
export interface PACTRetrieverFields extends BaseRetrieverInput {
  /** Default: a new client, which reads `PACT_API_KEY`. */
  client?: PACTClient | undefined;
  /** Search one session: `sess_…`. */
  sessionId?: string | undefined;
  /** Search the session of your own thread. */
  threadId?: string | undefined;
  /** Search every session of one end user. Without any of the three: the whole workspace. */
  userId?: string | undefined;
  /** The most documents, 1 to 100. Default 10. */
  limit?: number | undefined;
  /** Documents stop before their text exceeds it, 1 to 1,000,000 tokens. Default: no budget. */
  maxTokens?: number | undefined;
  /** Only messages of these roles, emotions, topics or times. */
  filters?: RecallInput['filters'];
  /** True: say in the metadata which parts make the score, and why. Default false. */
  explain?: boolean | undefined;
}

/** What a document of {@link PACTRetriever} says of its message. */
export interface RecalledMetadata {
  messageId: string;
  sessionId: string;
  role: Role;
  /** The speaker, when there are several of one role. */
  name?: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  /** Your own id of the message. */
  externalId?: string;
  /** What the user felt; absent where no emotion is tracked, and of other roles. */
  emotion?: Emotion;
  /** Calibrated probability of the emotion, 0 to 1. */
  emotionConfidence?: number;
  /** Comparable within one answer; higher is better. */
  score: number;
  /** With `explain`: the parts of the score, which sum to it. */
  scores?: Recalled['results'][number]['scores'];
  /** With `explain`: what spoke for the message. */
  why?: string[];
}

/**
 * Finds what was said that bears on a question, best first: one document for a message.
 *
 * When PACT cannot be reached, or refuses, `invoke` rejects with the client's error.
 *
 *     const retriever = new PACTRetriever({ userId: 'ada', limit: 5 });
 *     const documents = await retriever.invoke('What did she order?');
 */
export class PACTRetriever extends BaseRetriever<RecalledMetadata> {
  static override lc_name() {
    return 'PACTRetriever';
  }
  override lc_namespace = ['pact', 'retrievers'];
  readonly #fields: PACTRetrieverFields;
  readonly #client: PACTClient;

  constructor(fields: PACTRetrieverFields = {}) {
    const { callbacks, tags, metadata, verbose } = fields;
    super(
      Object.fromEntries(Object.entries({ callbacks, tags, metadata, verbose }).filter(([, field]) => field)),
    );
    this.#fields = fields;
    this.#client = fields.client ?? new PACTClient();
  }

  override async _getRelevantDocuments(
    query: string,
    _run?: CallbackManagerForRetrieverRun,
  ): Promise<Document<RecalledMetadata>[]> {
    const { sessionId, threadId, userId, limit, maxTokens, filters, explain } = this.#fields;
    const scope =
      sessionId || threadId
        ? { sessionId: await openSession(this.#client, { sessionId, threadId, userId }) }
        : { userId };
    const { results } = await this.#client.recall({ query, ...scope, limit, maxTokens, filters, explain });
    return results.map(toDocument);
  }
}

function toDocument({ message, ...found }: Recalled['results'][number]): Document<RecalledMetadata> {
  const { id, content, emotionalMetadata: felt, ...said } = message;
  return new Document({
    id,
    pageContent: content,
    metadata: {
      messageId: id,
      ...said,
      ...(felt && { emotion: felt.detectedEmotion, emotionConfidence: felt.confidence }),
      ...found,
    },
  });
}
