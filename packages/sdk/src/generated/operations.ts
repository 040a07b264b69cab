// Generated from openapi.json by scripts/generate.ts. Do not edit.

import type { Names } from '../names.ts';
import type { Operation } from '../request.ts';

const createdSessionFromWire: Names = {
  session_id: 'sessionId',
  created_at: 'createdAt',
};

const sessionFromWire: Names = {
  session_id: 'sessionId',
  external_id: 'externalId',
  consolidation_threshold: 'consolidationThreshold',
  token_threshold: 'tokenThreshold',
  track_emotion: 'trackEmotion',
  message_count: 'messageCount',
  token_count: 'tokenCount',
  folded_count: 'foldedCount',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
};

const savedInteractionFromWire: Names = {
  interaction_id: 'interactionId',
  emotional_analysis: ['emotionalAnalysis', {
    user_emotion: 'userEmotion',
  }],
  consolidation_triggered: 'consolidationTriggered',
  token_count: 'tokenCount',
};

const savedMessagesFromWire: Names = {
  message_ids: 'messageIds',
  token_count: 'tokenCount',
  consolidation_triggered: 'consolidationTriggered',
};

const messageFromWire: Names = {
  external_id: 'externalId',
  emotional_metadata: ['emotionalMetadata', {
    detected_emotion: 'detectedEmotion',
  }],
};

const emotionalSummaryFromWire: Names = {
  current_emotion: 'currentEmotion',
  key_emotions: 'keyEmotions',
};

const summarySentenceFromWire: Names = {
  source_ids: 'sourceIds',
};

const contextFromWire: Names = {
  session_id: 'sessionId',
  messages: ['messages', messageFromWire],
  emotional_state: 'emotionalState',
  emotional_detail: ['emotionalDetail', emotionalSummaryFromWire],
  consolidated_summary: 'consolidatedSummary',
  summary_model: 'summaryModel',
  summary_sentences: ['summarySentences', summarySentenceFromWire],
  token_count: 'tokenCount',
};

const emotionalStateFromWire: Names = {
  current_emotion: 'currentEmotion',
  key_emotions: 'keyEmotions',
  session_id: 'sessionId',
  change_points: ['changePoints', {
    message_id: 'messageId',
  }],
  dynamics: ['dynamics', {
    home_base: 'homeBase',
    rise_rate: 'riseRate',
    recovery_rate: 'recoveryRate',
  }],
  emotional_history: ['emotionalHistory', {
    message_id: 'messageId',
    model_reading: 'modelReading',
  }],
};

const memoryNodeFromWire: Names = {
  emotional_tag: 'emotionalTag',
  entity_type: 'entityType',
  user_mentions: 'userMentions',
};

const memoryGraphFromWire: Names = {
  session_id: 'sessionId',
  nodes: ['nodes', memoryNodeFromWire],
  metadata: ['metadata', {
    total_nodes: 'totalNodes',
    total_edges: 'totalEdges',
  }],
};

const consolidatedFromWire: Names = {
  session_id: 'sessionId',
  consolidation_result: ['consolidationResult', {
    messages_before: 'messagesBefore',
    messages_after: 'messagesAfter',
    tokens_saved: 'tokensSaved',
    consolidated_summary: 'consolidatedSummary',
    summary_sentences: ['summarySentences', summarySentenceFromWire],
    preserved_highlights: ['preservedHighlights', {
      message_id: 'messageId',
    }],
  }],
};

const expandedFromWire: Names = {
  data: ['data', messageFromWire],
};

const prioritySetFromWire: Names = {
  session_id: 'sessionId',
  updated_at: 'updatedAt',
};

const messageAddedFromWire: Names = {
  session_id: 'sessionId',
  message: ['message', messageFromWire],
};

const emotionalStateChangedFromWire: Names = {
  session_id: 'sessionId',
  message_id: 'messageId',
};

const consolidationTriggeredFromWire: Names = {
  session_id: 'sessionId',
  messages_before: 'messagesBefore',
  messages_after: 'messagesAfter',
  tokens_saved: 'tokensSaved',
};

const sessionDeletedFromWire: Names = {
  session_id: 'sessionId',
};

const recallExplanationFromWire: Names = {
  message_id: 'messageId',
  kept_out_by: 'keptOutBy',
  excluded_by: 'excludedBy',
  why_not: 'whyNot',
};

const recalledFromWire: Names = {
  results: ['results', {
    message: ['message', messageFromWire],
    session_id: 'sessionId',
  }],
  token_count: 'tokenCount',
  explanations: ['explanations', recallExplanationFromWire],
};

const erasureFromWire: Names = {
  erasure_id: 'erasureId',
  subject_id: 'subjectId',
  requested_at: 'requestedAt',
  completed_at: 'completedAt',
};

const exportedSessionFromWire: Names = {
  session: ['session', sessionFromWire],
  messages: ['messages', messageFromWire],
  emotional_history: ['emotionalHistory', {
    message_id: 'messageId',
    model_reading: 'modelReading',
  }],
  graph: ['graph', {
    nodes: ['nodes', {
      entity_type: 'entityType',
      last_at: 'lastAt',
    }],
  }],
  summary: ['summary', {
    sentences: ['sentences', summarySentenceFromWire],
  }],
  priorities: ['priorities', {
    updated_at: 'updatedAt',
  }],
};

const userExportFromWire: Names = {
  user_id: 'userId',
  exported_at: 'exportedAt',
  sessions: ['sessions', exportedSessionFromWire],
};

const usageFromWire: Names = {
  data: ['data', {
    key_id: 'keyId',
    tokens_stored: 'tokensStored',
    tokens_served: 'tokensServed',
    tokens_saved: 'tokensSaved',
    model: ['model', {
      input_tokens: 'inputTokens',
      output_tokens: 'outputTokens',
    }],
  }],
  totals: ['totals', {
    tokens_stored: 'tokensStored',
    tokens_served: 'tokensServed',
    tokens_saved: 'tokensSaved',
    model: ['model', {
      input_tokens: 'inputTokens',
      output_tokens: 'outputTokens',
    }],
  }],
};

const healthFromWire: Names = {
  services: ['services', {
    llm_api: 'llmApi',
  }],
};

/** POST /sessions */
export const createSession: Operation = {
  method: 'POST',
  path: '/sessions',
  bodyFields: {
    metadata: 'metadata',
    externalId: 'external_id',
    consolidationThreshold: 'consolidation_threshold',
    tokenThreshold: 'token_threshold',
    trackEmotion: 'track_emotion',
  },
  answer: createdSessionFromWire,
};

/** GET /sessions */
export const listSessions: Operation = {
  method: 'GET',
  path: '/sessions',
  queryFields: {
    limit: 'limit',
    cursor: 'cursor',
    userId: 'user_id',
    application: 'application',
  },
  answer: {
    data: ['data', sessionFromWire],
    next_cursor: 'nextCursor',
    has_more: 'hasMore',
  },
};

/** GET /sessions/{session_id} */
export const getSession: Operation = {
  method: 'GET',
  path: '/sessions/{session_id}',
  pathFields: {
    sessionId: 'session_id',
  },
  answer: sessionFromWire,
};

/** DELETE /sessions/{session_id} */
export const deleteSession: Operation = {
  method: 'DELETE',
  path: '/sessions/{session_id}',
  pathFields: {
    sessionId: 'session_id',
  },
  answerHeader: ['X-Pact-Erasure', 'erasureId'],
};

/** POST /sessions/{session_id}/interactions */
export const saveInteraction: Operation = {
  method: 'POST',
  path: '/sessions/{session_id}/interactions',
  pathFields: {
    sessionId: 'session_id',
  },
  bodyFields: {
    userMessage: 'user_message',
    aiMessage: 'ai_message',
    trackEmotion: 'track_emotion',
    consolidate: 'consolidate',
    occurredAt: 'occurred_at',
  },
  answer: savedInteractionFromWire,
};

/** POST /sessions/{session_id}/messages */
export const saveMessages: Operation = {
  method: 'POST',
  path: '/sessions/{session_id}/messages',
  pathFields: {
    sessionId: 'session_id',
  },
  bodyFields: {
    messages: ['messages', {
      occurredAt: 'occurred_at',
      externalId: 'external_id',
    }],
  },
  answer: savedMessagesFromWire,
};

/** GET /sessions/{session_id}/messages */
export const listMessages: Operation = {
  method: 'GET',
  path: '/sessions/{session_id}/messages',
  pathFields: {
    sessionId: 'session_id',
  },
  queryFields: {
    limit: 'limit',
    cursor: 'cursor',
    order: 'order',
  },
  answer: {
    data: ['data', messageFromWire],
    next_cursor: 'nextCursor',
    has_more: 'hasMore',
  },
};

/** GET /sessions/{session_id}/context */
export const getContext: Operation = {
  method: 'GET',
  path: '/sessions/{session_id}/context',
  pathFields: {
    sessionId: 'session_id',
  },
  queryFields: {
    maxTokens: 'max_tokens',
    includeEmotional: 'include_emotional',
    query: 'query',
    format: 'format',
  },
  answer: contextFromWire,
};

/** GET /sessions/{session_id}/emotional_state */
export const getEmotionalState: Operation = {
  method: 'GET',
  path: '/sessions/{session_id}/emotional_state',
  pathFields: {
    sessionId: 'session_id',
  },
  answer: emotionalStateFromWire,
};

/** GET /sessions/{session_id}/graph */
export const getMemoryGraph: Operation = {
  method: 'GET',
  path: '/sessions/{session_id}/graph',
  pathFields: {
    sessionId: 'session_id',
  },
  queryFields: {
    limit: 'limit',
    minImportance: 'min_importance',
  },
  answer: memoryGraphFromWire,
};

/** POST /sessions/{session_id}/consolidate */
export const consolidate: Operation = {
  method: 'POST',
  path: '/sessions/{session_id}/consolidate',
  pathFields: {
    sessionId: 'session_id',
  },
  answer: consolidatedFromWire,
};

/** POST /sessions/{session_id}/expand */
export const expand: Operation = {
  method: 'POST',
  path: '/sessions/{session_id}/expand',
  pathFields: {
    sessionId: 'session_id',
  },
  bodyFields: {
    sourceIds: 'source_ids',
    around: 'around',
  },
  answer: expandedFromWire,
};

/** POST /sessions/{session_id}/priority */
export const setPriority: Operation = {
  method: 'POST',
  path: '/sessions/{session_id}/priority',
  pathFields: {
    sessionId: 'session_id',
  },
  bodyFields: {
    topic: 'topic',
    priority: 'priority',
  },
  answer: prioritySetFromWire,
};

/** GET /sessions/{session_id}/stream */
export const stream: Operation = {
  method: 'GET',
  path: '/sessions/{session_id}/stream',
  pathFields: {
    sessionId: 'session_id',
  },
  queryFields: {
    from: 'from',
  },
  headerFields: { lastEventId: 'Last-Event-ID' },
  events: {
    message_added: messageAddedFromWire,
    emotional_state_changed: emotionalStateChangedFromWire,
    consolidation_triggered: consolidationTriggeredFromWire,
    session_deleted: sessionDeletedFromWire,
  },
};

/** POST /recall */
export const recall: Operation = {
  method: 'POST',
  path: '/recall',
  bodyFields: {
    query: 'query',
    sessionId: 'session_id',
    userId: 'user_id',
    limit: 'limit',
    maxTokens: 'max_tokens',
    filters: 'filters',
    explain: 'explain',
    explainMessageIds: 'explain_message_ids',
  },
  answer: recalledFromWire,
};

/** GET /erasures/{erasure_id} */
export const getErasure: Operation = {
  method: 'GET',
  path: '/erasures/{erasure_id}',
  pathFields: {
    erasureId: 'erasure_id',
  },
  answer: erasureFromWire,
};

/** GET /users/{user_id}/export */
export const exportUser: Operation = {
  method: 'GET',
  path: '/users/{user_id}/export',
  pathFields: {
    userId: 'user_id',
  },
  answer: userExportFromWire,
};

/** DELETE /users/{user_id} */
export const eraseUser: Operation = {
  method: 'DELETE',
  path: '/users/{user_id}',
  pathFields: {
    userId: 'user_id',
  },
  answer: erasureFromWire,
};

/** GET /usage */
export const usage: Operation = {
  method: 'GET',
  path: '/usage',
  queryFields: {
    from: 'from',
    to: 'to',
    groupBy: 'group_by',
  },
  answer: usageFromWire,
};

/** GET /health */
export const health: Operation = {
  method: 'GET',
  path: '/health',
  answer: healthFromWire,
  answeringStatuses: [503],
  needsKey: false,
};
