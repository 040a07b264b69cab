export { createTextCache } from './archive/texts.ts';
export { Expand, Expanded, expand } from './consolidation/expand.ts';
export { Consolidated, consolidate } from './consolidation/index.ts';
export { Context, GetContext, getContext } from './context/index.ts';
export type {
  Actor,
  Concept,
  Ctx,
  Embedder,
  EmotionReading,
  Job,
  Models,
  ObjectStore,
  Queue,
  SessionChanges,
} from './ctx.ts';
export { EmotionalStateAnswer, getEmotionalState } from './emotions/index.ts';
export { EMOTIONS, type Emotion } from './emotions/vocabulary.ts';
export { Erasure, ErasureId, eraseSession, eraseUser, getErasure } from './erasure.ts';
export { ERRORS, type ErrorCode, type ErrorDetails, PactError } from './errors.ts';
export { timestamp } from './fields.ts';
export { GetGraph, Graph, getGraph } from './graph/index.ts';
export { createId } from './ids.ts';
export {
  SavedInteraction,
  SavedMessages,
  SaveInteraction,
  SaveMessages,
  saveInteraction,
  saveMessages,
} from './interactions.ts';
export { foldDue, type JobCtx, runJob } from './jobs.ts';
export {
  type AuthenticatedKey,
  authenticate,
  ensureWorkspace,
  isKeyShaped,
  newSecret,
  type Plan,
  revokeKey,
  revokeOtherKeys,
  SCOPES,
  type Scope,
  storeKey,
} from './keys.ts';
export { ListMessages, listMessages, MessagePage } from './messages.ts';
export { PrioritySet, SetPriority, setPriority } from './priorities.ts';
export { Recall, Recalled, recall } from './recall/index.ts';
export { createIndexCache } from './recall/turn-index.ts';
export {
  CreatedSession,
  CreateSession,
  createSession,
  getSession,
  ListSessions,
  listSessions,
  Session,
  SessionId,
  SessionPage,
} from './sessions.ts';
export { exportUser, UserExport, UserId } from './users.ts';
