// Generated from openapi.json by scripts/generate.ts. Do not edit.

import type { Page } from '../page.ts';
import type { Operation } from '../request.ts';
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
  DeleteUserInput,
  EmotionalState,
  Erasure,
  ExpandInput,
  Expanded,
  ExportUserInput,
  GetContextInput,
  GetEmotionalStateInput,
  GetErasureInput,
  GetMemoryGraphInput,
  GetSessionInput,
  GetUsageInput,
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
  Usage,
  UserExport,
} from './types.ts';

/** The operations of the API, one method each. How a call travels is its subclass's. */
export abstract class Operations {
  /** Makes a call and resolves to its answer. */
  protected abstract call<T>(operation: Operation, input: object, options?: RequestOptions): Promise<T>;
  /** Makes a call that lists, and resolves to its first page. */
  protected abstract list<T>(operation: Operation, input: object, options?: RequestOptions): Promise<Page<T>>;

  /**
   * Open a session.
   *
   * `POST /sessions`
   */
  createSession(input: CreateSessionInput = {}, options?: RequestOptions): Promise<CreatedSession> {
    return this.call(operations.createSession, input, options);
  }

  /**
   * List sessions, newest first.
   *
   * `GET /sessions`
   */
  listSessions(input: ListSessionsInput = {}, options?: RequestOptions): Promise<Page<Session>> {
    return this.list(operations.listSessions, input, options);
  }

  /**
   * Read a session.
   *
   * `GET /sessions/{sessionId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getSession(sessionId: string, input: GetSessionInput = {}, options?: RequestOptions): Promise<Session> {
    return this.call(operations.getSession, { ...input, sessionId }, options);
  }

  /**
   * Erase a session from every store.
   *
   * `DELETE /sessions/{sessionId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  deleteSession(sessionId: string, input: DeleteSessionInput = {}, options?: RequestOptions): Promise<DeleteSessionAnswer> {
    return this.call(operations.deleteSession, { ...input, sessionId }, options);
  }

  /**
   * Save what the user said and what the agent answered.
   *
   * `POST /sessions/{sessionId}/interactions`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  saveInteraction(sessionId: string, input: SaveInteractionInput, options?: RequestOptions): Promise<SavedInteraction> {
    return this.call(operations.saveInteraction, { ...input, sessionId }, options);
  }

  /**
   * Save messages of any roles: an import, or a chat of many.
   *
   * `POST /sessions/{sessionId}/messages`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  saveMessages(sessionId: string, input: SaveMessagesInput, options?: RequestOptions): Promise<SavedMessages> {
    return this.call(operations.saveMessages, { ...input, sessionId }, options);
  }

  /**
   * Read everything said, folded turns too.
   *
   * `GET /sessions/{sessionId}/messages`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  listMessages(sessionId: string, input: ListMessagesInput = {}, options?: RequestOptions): Promise<Page<Message>> {
    return this.list(operations.listMessages, { ...input, sessionId }, options);
  }

  /**
   * Read the context that matters now, within a token budget.
   *
   * `GET /sessions/{sessionId}/context`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getContext(sessionId: string, input: GetContextInput = {}, options?: RequestOptions): Promise<Context> {
    return this.call(operations.getContext, { ...input, sessionId }, options);
  }

  /**
   * Read how the session feels, and how it came there.
   *
   * `GET /sessions/{sessionId}/emotional_state`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getEmotionalState(sessionId: string, input: GetEmotionalStateInput = {}, options?: RequestOptions): Promise<EmotionalState> {
    return this.call(operations.getEmotionalState, { ...input, sessionId }, options);
  }

  /**
   * Read the memory graph.
   *
   * `GET /sessions/{sessionId}/graph`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getMemoryGraph(sessionId: string, input: GetMemoryGraphInput = {}, options?: RequestOptions): Promise<MemoryGraph> {
    return this.call(operations.getMemoryGraph, { ...input, sessionId }, options);
  }

  /**
   * Fold older turns into the summary now.
   *
   * `POST /sessions/{sessionId}/consolidate`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  consolidate(sessionId: string, input: ConsolidateInput = {}, options?: RequestOptions): Promise<Consolidated> {
    return this.call(operations.consolidate, { ...input, sessionId }, options);
  }

  /**
   * Read the messages behind a sentence of the summary.
   *
   * `POST /sessions/{sessionId}/expand`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  expand(sessionId: string, input: ExpandInput, options?: RequestOptions): Promise<Expanded> {
    return this.call(operations.expand, { ...input, sessionId }, options);
  }

  /**
   * Rank a topic.
   *
   * `POST /sessions/{sessionId}/priority`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  setPriority(sessionId: string, input: SetPriorityInput, options?: RequestOptions): Promise<PrioritySet> {
    return this.call(operations.setPriority, { ...input, sessionId }, options);
  }

  /**
   * Find the messages that bear on a query.
   *
   * `POST /recall`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  recall(input: RecallInput, options?: RequestOptions): Promise<Recalled> {
    return this.call(operations.recall, input, options);
  }

  /**
   * Read the receipt of an erasure.
   *
   * `GET /erasures/{erasureId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  getErasure(input: GetErasureInput, options?: RequestOptions): Promise<Erasure> {
    return this.call(operations.getErasure, input, options);
  }

  /**
   * Read everything held about one end user.
   *
   * `GET /users/{userId}/export`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  exportUser(input: ExportUserInput, options?: RequestOptions): Promise<UserExport> {
    return this.call(operations.exportUser, input, options);
  }

  /**
   * Erase one end user from every store, across sessions. Answers with the receipt. Of a user without sessions it says that nothing was held, so that it may be sent again..
   *
   * `DELETE /users/{userId}`
   *
   * @throws {NotFoundError} There is no such thing.
   */
  deleteUser(input: DeleteUserInput, options?: RequestOptions): Promise<Erasure> {
    return this.call(operations.deleteUser, input, options);
  }

  /**
   * Read what the workspace used, by day or by key.
   *
   * `GET /usage`
   */
  getUsage(input: GetUsageInput = {}, options?: RequestOptions): Promise<Usage> {
    return this.call(operations.getUsage, input, options);
  }

  /**
   * Whether the service can serve; needs no key.
   *
   * `GET /health`
   */
  health(input: HealthInput = {}, options?: RequestOptions): Promise<Health> {
    return this.call(operations.health, input, options);
  }
}
