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
  LanguageModel,
  Models,
  ObjectStore,
  Queue,
  SessionChanges,
  SpentTokens,
  UsageCounts,
} from './ctx.ts';
export { EmotionalStateAnswer, getEmotionalState } from './emotions/index.ts';
export { EMOTIONS, type Emotion } from './emotions/vocabulary.ts';
export { enrichSession } from './enrichment/index.ts';
export { Erasure, ErasureId, eraseSession, eraseUser, getErasure } from './erasure.ts';
export { ERRORS, type ErrorCode, type ErrorDetails, PactError } from './errors.ts';
export { timestamp } from './fields.ts';
export { GetGraph, Graph, getGraph } from './graph/index.ts';
export { isRecorded } from './idempotency.ts';
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
  createKey,
  ensureWorkspace,
  hashSecret,
  isKeyShaped,
  type KeyRow,
  listKeys,
  newSecret,
  PLANS,
  type Plan,
  revokeKey,
  revokeOtherKeys,
  rotateKey,
  SCOPES,
  type Scope,
  storeKey,
  workspaceOfKey,
} from './keys.ts';
export { eventsAfter, LIVE_EVENTS, type LiveEvent, revisionsOf, Stream, startOf } from './live/index.ts';
export { encodePosition } from './live/position.ts';
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
export {
  dayOf,
  GetUsage,
  getUsage,
  nextMonth,
  tokensStoredThisMonth,
  USAGE_SLOTS,
  Usage,
  type UsageCount,
  wasWritten,
  writeUsage,
} from './usage.ts';
export { exportUser, UserExport, UserId } from './users.ts';
