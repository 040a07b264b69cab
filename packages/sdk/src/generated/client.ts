// Generated from openapi.json by scripts/generate.ts. Do not edit.

import type { PagePromise } from '../page.ts';
import type { PACTPromise } from '../promise.ts';
import type { Operation } from '../request.ts';
import type { EventStream, StreamOptions } from '../stream.ts';
import type { RequestOptions } from '../transport.ts';
import * as operations from './operations.ts';
import type {
  ConsolidateInput,
  Consolidated,
  Context,
  CreateSessionInput,
  CreatedSession,
  DeleteSessionAnswer,
  DeleteSessionInput,
  EmotionalState,
  EraseUserInput,
  Erasure,
  ExpandInput,
  Expanded,
  ExportUserInput,
  GetContextInput,
  GetEmotionalStateInput,
  GetErasureInput,
  GetMemoryGraphInput,
  GetSessionInput,
  Health,
  HealthInput,
  ListMessagesInput,
  ListSessionsInput,
  MemoryGraph,
  Message,
  PrioritySet,
  RecallInput,
  Recalled,
  SaveInteractionInput,
  SaveMessagesInput,
  SavedInteraction,
  SavedMessages,
  Session,
  SetPriorityInput,
  StreamEvent,
  StreamInput,
  Usage,
  UsageInput,
  UserExport,
} from './types.ts';

/** The operations of the API, one method each. How a call travels is its subclass's. */
export abstract class Operations {
  /** Makes a call and resolves to its answer. @internal */
  protected abstract call<T>(operation: Operation, input: object, options?: RequestOptions): PACTPromise<T>;
  /** Makes a call that lists, and resolves to its first page. @internal */
  protected abstract list<T>(operation: Operation, input: object, options?: RequestOptions): PagePromise<T>;
  /** Follows what happens. @internal */
  protected abstract events<T>(operation: Operation, input: object, options?: StreamOptions): EventStream<T>;

  /**
   * Open a session.
   *
   * `POST /sessions`
   */
  createSession(input: CreateSessionInput = {}, options?: RequestOptions): PACTPromise<CreatedSession> {
    return this.call(operations.createSession, input, options);
  }

  /**
   * List sessions, newest first.
   *
   * `GET /sessions`
   */
  listSessions(input: ListSessionsInput = {}, options?: RequestOptions): PagePromise<Session> {
    return this.list(operations.listSessions, input, options);
  }

  /**
   * Read a session.
   *
   * `GET /sessions/{sessionId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getSession(sessionId: string, input: GetSessionInput = {}, options?: RequestOptions): PACTPromise<Session> {
    return this.call(operations.getSession, { ...input, sessionId }, options);
  }

  /**
   * Erase a session from every store.
   *
   * `DELETE /sessions/{sessionId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  deleteSession(sessionId: string, input: DeleteSessionInput = {}, options?: RequestOptions): PACTPromise<DeleteSessionAnswer> {
    return this.call(operations.deleteSession, { ...input, sessionId }, options);
  }

  /**
   * Save what the user said and what the agent answered.
   *
   * `POST /sessions/{sessionId}/interactions`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  saveInteraction(sessionId: string, input: SaveInteractionInput, options?: RequestOptions): PACTPromise<SavedInteraction> {
    return this.call(operations.saveInteraction, { ...input, sessionId }, options);
  }

  /**
   * Save messages of any roles: an import, or a chat of many.
   *
   * `POST /sessions/{sessionId}/messages`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  saveMessages(sessionId: string, input: SaveMessagesInput, options?: RequestOptions): PACTPromise<SavedMessages> {
    return this.call(operations.saveMessages, { ...input, sessionId }, options);
  }

  /**
   * Read everything said, folded turns too.
   *
   * `GET /sessions/{sessionId}/messages`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  listMessages(sessionId: string, input: ListMessagesInput = {}, options?: RequestOptions): PagePromise<Message> {
    return this.list(operations.listMessages, { ...input, sessionId }, options);
  }

  /**
   * Read the context that matters now, within a token budget.
   *
   * `GET /sessions/{sessionId}/context`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getContext(sessionId: string, input: GetContextInput = {}, options?: RequestOptions): PACTPromise<Context> {
    return this.call(operations.getContext, { ...input, sessionId }, options);
  }

  /**
   * Read how the session feels, and how it came there.
   *
   * `GET /sessions/{sessionId}/emotional_state`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getEmotionalState(sessionId: string, input: GetEmotionalStateInput = {}, options?: RequestOptions): PACTPromise<EmotionalState> {
    return this.call(operations.getEmotionalState, { ...input, sessionId }, options);
  }

  /**
   * Read the memory graph.
   *
   * `GET /sessions/{sessionId}/graph`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getMemoryGraph(sessionId: string, input: GetMemoryGraphInput = {}, options?: RequestOptions): PACTPromise<MemoryGraph> {
    return this.call(operations.getMemoryGraph, { ...input, sessionId }, options);
  }

  /**
   * Fold older turns into the summary now.
   *
   * `POST /sessions/{sessionId}/consolidate`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  consolidate(sessionId: string, input: ConsolidateInput = {}, options?: RequestOptions): PACTPromise<Consolidated> {
    return this.call(operations.consolidate, { ...input, sessionId }, options);
  }

  /**
   * Read the messages behind a sentence of the summary.
   *
   * `POST /sessions/{sessionId}/expand`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  expand(sessionId: string, input: ExpandInput, options?: RequestOptions): PACTPromise<Expanded> {
    return this.call(operations.expand, { ...input, sessionId }, options);
  }

  /**
   * Rank a topic.
   *
   * `POST /sessions/{sessionId}/priority`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  setPriority(sessionId: string, input: SetPriorityInput, options?: RequestOptions): PACTPromise<PrioritySet> {
    return this.call(operations.setPriority, { ...input, sessionId }, options);
  }

  /**
   * Follow a session live. Server-sent events, each with an id. Sent again as `Last-Event-ID`, the stream goes on right behind it, on any server: nothing is missed and nothing comes twice.
   *
   * `GET /sessions/{sessionId}/stream`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  stream(sessionId: string, input: StreamInput = {}, options?: StreamOptions): EventStream<StreamEvent> {
    return this.events(operations.stream, { ...input, sessionId }, options);
  }

  /**
   * Find the messages that bear on a query.
   *
   * `POST /recall`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  recall(input: RecallInput, options?: RequestOptions): PACTPromise<Recalled> {
    return this.call(operations.recall, input, options);
  }

  /**
   * Read the receipt of an erasure.
   *
   * `GET /erasures/{erasureId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getErasure(input: GetErasureInput, options?: RequestOptions): PACTPromise<Erasure> {
    return this.call(operations.getErasure, input, options);
  }

  /**
   * Read everything held about one end user.
   *
   * `GET /users/{userId}/export`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  exportUser(input: ExportUserInput, options?: RequestOptions): PACTPromise<UserExport> {
    return this.call(operations.exportUser, input, options);
  }

  /**
   * Erase one end user from every store, across sessions. Answers with the receipt. Of a user without sessions it says that nothing was held, so that it may be sent again.
   *
   * `DELETE /users/{userId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  eraseUser(input: EraseUserInput, options?: RequestOptions): PACTPromise<Erasure> {
    return this.call(operations.eraseUser, input, options);
  }

  /**
   * Read what the workspace used, by day or by key.
   *
   * `GET /usage`
   */
  usage(input: UsageInput = {}, options?: RequestOptions): PACTPromise<Usage> {
    return this.call(operations.usage, input, options);
  }

  /**
   * Whether the service can serve; needs no key.
   *
   * `GET /health`
   */
  health(input: HealthInput = {}, options?: RequestOptions): PACTPromise<Health> {
    return this.call(operations.health, input, options);
  }
}
