// Generated from openapi.json by scripts/generate.ts. Do not edit.

/** What {@link PACTClient.consolidate} answers. */
export interface Consolidated {
  sessionId: string;
  consolidationResult: {
    /** Messages that stood verbatim before. */
    messagesBefore: number;
    messagesAfter: number;
    tokensSaved: number;
    consolidatedSummary: string;
    summarySentences: SummarySentence[];
    preservedHighlights: {
      messageId: string;
      content: string;
      reason: 'priority' | 'emotion';
      emotion?: Emotion;
    }[];
  };
  timestamp: string;
}

/** What an event of {@link PACTClient.stream} tells. */
export interface ConsolidationTriggered {
  sessionId: string;
  trigger: 'threshold' | 'request' | 'priority';
  /** Messages that stood verbatim before. */
  messagesBefore: number;
  messagesAfter: number;
  tokensSaved: number;
  timestamp: string;
}

/** What {@link PACTClient.getContext} answers. */
export interface Context {
  sessionId: string;
  messages: Message[];
  /** Where the user stands, in one word; null when not asked for, or when emotion is not tracked. */
  emotionalState: Emotion | null;
  emotionalDetail: EmotionalSummary | null;
  /** Empty until something folded. */
  consolidatedSummary: string;
  /** Set when a model provider worded the summary: by which model. `summarySentences` is what it worded. */
  summaryModel?: string;
  summarySentences: SummarySentence[];
  /** Tokens (o200k_base) of summary, state and messages as served; never above maxTokens. */
  tokenCount: number;
  /** True when something did not fit. */
  truncated: boolean;
  /** What was considered and left out; at most the latest 400 are considered. */
  dropped: {
    id: string;
    reason: 'over_budget' | 'longer_than_budget' | 'archive_unavailable';
  }[];
  /** For `format` text, openai or anthropic: the same context, ready to send to a model. */
  prompt?: string | {
    role: 'system' | 'user' | 'assistant';
    content: string;
  }[] | {
    system: string;
    messages: {
      role: 'system' | 'user' | 'assistant';
      content: string;
    }[];
  };
}

/** What {@link PACTClient.createSession} answers. */
export interface CreatedSession {
  sessionId: string;
  createdAt: string;
  status: 'active';
}

/** One label a message. */
export type Emotion = 'admiring' | 'afraid' | 'amused' | 'angry' | 'approving' | 'caring' | 'confused' | 'curious' | 'disappointed' | 'disapproving' | 'disgusted' | 'embarrassed' | 'excited' | 'frustrated' | 'grateful' | 'grieving' | 'happy' | 'hopeful' | 'longing' | 'loving' | 'proud' | 'realizing' | 'relieved' | 'remorseful' | 'sad' | 'stressed' | 'surprised' | 'worried' | 'neutral';

/** What {@link PACTClient.getEmotionalState} answers. */
export interface EmotionalState {
  currentEmotion: Emotion;
  /** 0 most negative, 0.5 neutral, 1 most positive */
  valence: number;
  /** 0 calmest, 0.5 calm-neutral, 1 most excited */
  arousal: number;
  trend: Trend;
  keyEmotions: {
    emotion: Emotion;
    /** Its share of the session's feeling, 0 to 1. */
    intensity: number;
  }[];
  sessionId: string;
  /** Messages at which the valence settled at another level, oldest first; the latest ten. */
  changePoints?: {
    messageId: string;
    timestamp: string;
    direction: 'positive' | 'negative';
    /** 0 most negative, 0.5 neutral, 1 most positive */
    from: number;
    /** 0 most negative, 0.5 neutral, 1 most positive */
    to: number;
  }[];
  /** Valence falling while arousal rises, over two user turns or more. */
  escalation?: {
    active: boolean;
    /** User turns of the present run; active from two on. */
    turns: number;
    since: string | null;
  };
  /** How the feeling moves: utterance emotion dynamics. */
  dynamics?: {
    /** Where the user usually is, drawn to neutral while there are few messages. */
    homeBase: {
      /** 0 most negative, 0.5 neutral, 1 most positive */
      valence: number;
      /** 0 calmest, 0.5 calm-neutral, 1 most excited */
      arousal: number;
    };
    /** Standard deviation of valence from message to message; null while it cannot be told. */
    variability: number | null;
    /** Correlation of valence with that of the message before; high: feelings last. */
    inertia: number | null;
    /** Valence a message by which displacements leave the home base. */
    riseRate: number | null;
    /** Valence a message by which they come back. */
    recoveryRate: number | null;
  };
  /** One entry a user message, oldest first; the latest 500. */
  emotionalHistory: {
    timestamp: string;
    emotion: Emotion;
    /** 0 most negative, 0.5 neutral, 1 most positive */
    valence: number;
    /** 0 calmest, 0.5 calm-neutral, 1 most excited */
    arousal: number;
    messageId: string;
    /** Calibrated probability that the label is right. 0 to 1. */
    confidence: number;
    /** The words that carried it: UTF-16 offsets into the message, strongest first. */
    words: {
      text: string;
      start: number;
      end: number;
      weight: number;
    }[];
    /** What a configured model provider made of a message that the built-in engine is unsure of. It moves nothing: state, trend and alerts follow the built-in readings. */
    modelReading?: {
      model: string;
      emotion: Emotion;
      /** 0 most negative, 0.5 neutral, 1 most positive */
      valence: number;
      /** 0 calmest, 0.5 calm-neutral, 1 most excited */
      arousal: number;
    };
  }[];
}

/** The session has another emotion than before, or its valence moved by 0.05 or more. */
export interface EmotionalStateChanged {
  sessionId: string;
  /** The message that changed it. */
  messageId: string;
  emotion: Emotion;
  /** 0 most negative, 0.5 neutral, 1 most positive */
  valence: number;
  /** 0 calmest, 0.5 calm-neutral, 1 most excited */
  arousal: number;
  trend: Trend;
  timestamp: string;
}

/** A part of {@link Context}. */
export interface EmotionalSummary {
  currentEmotion: Emotion;
  /** 0 most negative, 0.5 neutral, 1 most positive */
  valence: number;
  /** 0 calmest, 0.5 calm-neutral, 1 most excited */
  arousal: number;
  trend: Trend;
  keyEmotions: {
    emotion: Emotion;
    /** Its share of the session's feeling, 0 to 1. */
    intensity: number;
  }[];
}

/** The receipt of an erasure: ids and counts, no content. */
export interface Erasure {
  erasureId: string;
  subject: 'session' | 'user';
  subjectId: string;
  /** Every store that was searched, and how many entries were removed from it. */
  stores: {
    store: string;
    removed: number;
  }[];
  requestedAt: string;
  /** Null while the erasure is under way. */
  completedAt: string | null;
}

/** What PACT answers when it refuses. */
export interface ErrorBody {
  error: {
    code: 'invalid_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'too_large' | 'idempotency_mismatch' | 'rate_limit_exceeded' | 'internal_error' | 'unavailable';
    message: string;
    details?: {
      field: string;
      received: string;
    };
    requestId: string;
    /** Seconds after which trying again makes sense. */
    retryAfter?: number;
  };
}

/** What {@link PACTClient.expand} answers. */
export interface Expanded {
  /** In order of arrival, word for word. */
  data: Message[];
}

/** A part of {@link UserExport}. */
export interface ExportedSession {
  session: Session;
  /** Everything said, folded turns too, oldest first. */
  messages: Message[];
  emotionalHistory: {
    messageId: string;
    timestamp: string;
    emotion: Emotion;
    /** Calibrated probability that the label is right. 0 to 1. */
    confidence: number;
    /** 0 most negative, 0.5 neutral, 1 most positive */
    valence: number;
    /** 0 calmest, 0.5 calm-neutral, 1 most excited */
    arousal: number;
    words: {
      text: string;
      start: number;
      end: number;
      weight: number;
    }[];
    /** What a configured model read beside it. */
    modelReading: {
      model: string;
      emotion: Emotion;
      /** 0 most negative, 0.5 neutral, 1 most positive */
      valence: number;
      /** 0 calmest, 0.5 calm-neutral, 1 most excited */
      arousal: number;
    } | null;
  }[];
  graph: {
    nodes: {
      id: string;
      type: 'topic' | 'entity' | 'emotion';
      content: string;
      aliases: string[];
      entityType: string | null;
      mentions: number;
      /** Sum of its salience over the messages that mention it. */
      weight: number;
      lastAt: string;
    }[];
    edges: {
      from: string;
      to: string;
      type: string;
      weight: number;
    }[];
  };
  summary: {
    text: string;
    sentences: SummarySentence[];
    /** The same in the words of a configured model. */
    worded: {
      model: string;
      text: string;
    } | null;
  };
  priorities: {
    topic: string;
    priority: string;
    updatedAt: string;
  }[];
}

/** What {@link PACTClient.health} answers. */
export interface Health {
  status: 'healthy' | 'degraded' | 'unavailable' | 'disabled';
  version: string;
  timestamp: string;
  services: {
    database: 'healthy' | 'degraded' | 'unavailable' | 'disabled';
    cache: 'healthy' | 'degraded' | 'unavailable' | 'disabled';
    llmApi: 'healthy' | 'degraded' | 'unavailable' | 'disabled';
  };
}

/** mentions: message → topic or entity, its salience there, times 0.35 when it is not the user who speaks. co_occurs: two of those in one message, the cosine of their mentions, less while they met seldom. evokes: topic or entity → the emotion it came with, as a share of its mentions. expresses: message → its emotion, the confidence. */
export interface MemoryEdge {
  from: string;
  to: string;
  type: 'mentions' | 'co_occurs' | 'evokes' | 'expresses';
  /** 0 to 1. */
  weight: number;
}

/** What {@link PACTClient.getMemoryGraph} answers. */
export interface MemoryGraph {
  sessionId: string;
  nodes: MemoryNode[];
  /** Both ends are among the nodes served. */
  edges: MemoryEdge[];
  metadata: {
    /** In the session, served or not. */
    totalNodes: number;
    totalEdges: number;
    /** The most hops from a served message to a node it leads to. */
    depth: number;
  };
}

/** A part of {@link MemoryGraph}. */
export interface MemoryNode {
  id: string;
  type: 'message' | 'topic' | 'entity' | 'emotion';
  /** The topic's, entity's or emotion's name; the beginning of a message. */
  content: string;
  /** Frequency, recency, emotion, centrality and the user’s share of the mentions, moved by the priority: 0 to 1. Ranked high: 0.75 and more; not ranked: 0.75 at most; ranked low: 0.4 at most. */
  importance: number;
  emotionalTag?: Emotion;
  /** What an entity is, where that is sure. */
  entityType?: 'person' | 'place' | 'organisation' | 'product' | 'date' | 'id';
  /** Other names and spellings under which it came up. */
  aliases?: string[];
  /** Messages that mention it. */
  mentions?: number;
  /** Those of the user: 0 for what only an assistant or a tool brought up. */
  userMentions?: number;
}

/** One of what {@link PACTClient.listMessages} lists. */
export interface Message {
  id: string;
  role: Role;
  /** The speaker, when there are several of one role. */
  name?: string;
  /** Exactly what was sent. */
  content: string;
  timestamp: string;
  externalId?: string;
  emotionalMetadata?: {
    detectedEmotion: Emotion;
    /** Calibrated probability of the label. 0 to 1. */
    confidence: number;
  };
}

/** What an event of {@link PACTClient.stream} tells. */
export interface MessageAdded {
  sessionId: string;
  message: Message;
}

/** What {@link PACTClient.setPriority} takes. */
export type Priority = 'high' | 'medium' | 'low';

/** What {@link PACTClient.setPriority} answers. */
export interface PrioritySet {
  sessionId: string;
  topic: string;
  priority: Priority;
  updatedAt: string;
}

/** A part of {@link Recalled}. */
export interface RecallExplanation {
  messageId: string;
  /** below_limit: others ranked higher · over_budget: maxTokens · filtered_out: see excludedBy · unrelated: no word of the query, and more against it than for it · out_of_scope: not in what was searched. */
  outcome: 'returned' | 'below_limit' | 'over_budget' | 'filtered_out' | 'unrelated' | 'out_of_scope';
  /** 1 for the best; null when it could not come back. */
  rank: number | null;
  /** Messages that could have come back. */
  of: number;
  score: number | null;
  scores: {
    lexical: number;
    semantic: number;
    neighbours: number;
    session: number;
    speaker: number;
    time: number;
    entity: number;
    form: number;
  } | null;
  /** The part of the score by which it trails the last result most. */
  keptOutBy: 'lexical' | 'semantic' | 'neighbours' | 'session' | 'speaker' | 'time' | 'entity' | 'form' | null;
  excludedBy: 'roles' | 'emotions' | 'from' | 'to' | 'topics' | null;
  /** What spoke for it and against it. */
  why: string[];
  /** What kept it out; empty when it was returned. */
  whyNot: string[];
}

/** What {@link PACTClient.recall} answers. */
export interface Recalled {
  results: {
    message: Message;
    sessionId: string;
    /** Comparable within one answer; higher is better. */
    score: number;
    /** With `explain`: the parts of the score; they sum to it. */
    scores?: {
      lexical: number;
      semantic: number;
      neighbours: number;
      session: number;
      speaker: number;
      time: number;
      entity: number;
      form: number;
    };
    why?: string[];
  }[];
  /** Tokens (o200k_base) of the contents served. */
  tokenCount: number;
  /** Results that were found and left out, because their text cannot be read now; absent when none. */
  omitted?: {
    id: string;
    reason: 'archive_unavailable';
  }[];
  /** With `explain`: which set of weights ranked: `people` or `assistant`, chosen by who speaks how much. */
  recipe?: string;
  /** With `explain`: the model whose meanings ranked. The built-in one, where the configured one gave no answer in time. */
  embedding?: string;
  /** With `explainMessageIds`: one each. */
  explanations?: RecallExplanation[];
}

/** Who speaks. Emotion is read from `user` alone. */
export type Role = 'user' | 'assistant' | 'system' | 'tool';

/** What {@link PACTClient.saveInteraction} answers. */
export interface SavedInteraction {
  interactionId: string;
  /** Null when emotion is not tracked. */
  emotionalAnalysis: {
    userEmotion: Emotion;
    /** 0 most negative, 0.5 neutral, 1 most positive */
    valence: number;
    /** 0 calmest, 0.5 calm-neutral, 1 most excited */
    arousal: number;
    trend: Trend;
    /** Calibrated probability that the label is right. 0 to 1. */
    confidence: number;
  } | null;
  consolidationTriggered: boolean;
  /** Tokens of the two messages. */
  tokenCount: number;
}

/** What {@link PACTClient.saveMessages} answers. */
export interface SavedMessages {
  messageIds: string[];
  /** Tokens of the messages that were new. */
  tokenCount: number;
  consolidationTriggered: boolean;
}

/** One of what {@link PACTClient.listSessions} lists. */
export interface Session {
  sessionId: string;
  status: 'active';
  externalId?: string;
  metadata: Record<string, unknown>;
  consolidationThreshold: number;
  tokenThreshold: number;
  /** False: the session was opened without emotion. */
  trackEmotion: boolean;
  /** Messages stored, folded ones included. */
  messageCount: number;
  /** Tokens of all of them. */
  tokenCount: number;
  /** Messages whose place in the context a summary has taken. */
  foldedCount: number;
  createdAt: string;
  updatedAt: string;
}

/** The session was erased. The stream ends. */
export interface SessionDeleted {
  sessionId: string;
}

/** A sentence of the summary and the messages it came from. */
export interface SummarySentence {
  text: string;
  /** A name, or the role. */
  speaker: string;
  /** The day it was said, in UTC. */
  day: string;
  sourceIds: string[];
}

/** Where valence is going over the latest user messages. */
export type Trend = 'positive' | 'negative' | 'stable';

/** What {@link PACTClient.usage} answers. */
export interface Usage {
  from: string;
  to: string;
  /** Days, or keys, on which there was something; in their order. */
  data: {
    /** With `groupBy` day. */
    day?: string;
    /** With `groupBy` key. */
    keyId?: string;
    /** Requests that were let in and answered, also with a refusal of their own, such as a missing session; not those refused at the door (key, scope, rate limit, quota), and not failures of the service. */
    requests: number;
    /** Tokens of the messages saved. */
    tokensStored: number;
    /** Tokens of contexts and recalls, as served. */
    tokensServed: number;
    /** Tokens that the whole sessions have beyond the contexts served in their place. */
    tokensSaved: number;
    /** What a configured model provider read and wrote; absent where none was asked. */
    model?: {
      calls: number;
      inputTokens: number;
      outputTokens: number;
    };
  }[];
  totals: {
    /** Requests that were let in and answered, also with a refusal of their own, such as a missing session; not those refused at the door (key, scope, rate limit, quota), and not failures of the service. */
    requests: number;
    /** Tokens of the messages saved. */
    tokensStored: number;
    /** Tokens of contexts and recalls, as served. */
    tokensServed: number;
    /** Tokens that the whole sessions have beyond the contexts served in their place. */
    tokensSaved: number;
    /** What a configured model provider read and wrote; absent where none was asked. */
    model?: {
      calls: number;
      inputTokens: number;
      outputTokens: number;
    };
  };
}

/** Everything held about one end user. */
export interface UserExport {
  userId: string;
  exportedAt: string;
  sessions: ExportedSession[];
}

/** What {@link PACTClient.createSession} takes. */
export interface CreateSessionInput {
  metadata?: {
    /** At most 256 characters. */
    user_id?: string | undefined;
    /** At most 256 characters. */
    application?: string | undefined;
    [key: string]: unknown;
  } | undefined;
  /** Your own id of this conversation. A second request with it returns the same session. At most 256 characters. */
  externalId?: string | undefined;
  /** Messages that may stand before older ones fold. Default 10, 2 to 1000. */
  consolidationThreshold?: number | undefined;
  /** Tokens that may stand before older messages fold. Default 2000, 100 to 1000000. */
  tokenThreshold?: number | undefined;
  /** False: nothing about emotion is ever read from this session or stored for it. It cannot be changed later. Default true. */
  trackEmotion?: boolean | undefined;
}

/** What {@link PACTClient.listSessions} takes. */
export interface ListSessionsInput {
  /** Default 50, 1 to 200. */
  limit?: number | undefined;
  /** At most 1000 characters. */
  cursor?: string | undefined;
  /** Only sessions whose metadata names this end user. At most 256 characters. */
  userId?: string | undefined;
  /** Only sessions whose metadata names this application. At most 256 characters. */
  application?: string | undefined;
}

/** {@link PACTClient.getSession} takes nothing yet. */
export type GetSessionInput = Record<string, never>;

/** {@link PACTClient.deleteSession} takes nothing yet. */
export type DeleteSessionInput = Record<string, never>;

/** What {@link PACTClient.saveInteraction} takes. */
export interface SaveInteractionInput {
  /** At most 200000 characters. */
  userMessage: string;
  /** At most 200000 characters. */
  aiMessage: string;
  /** False: nothing about emotion is read or stored. True reads it only where the session and the workspace allow it. Default true. */
  trackEmotion?: boolean | undefined;
  /** False: this save never folds older turns. Default true. */
  consolidate?: boolean | undefined;
  /** When it was said; without it, now. */
  occurredAt?: string | Date | undefined;
}

/** What {@link PACTClient.saveMessages} takes. */
export interface SaveMessagesInput {
  /** 1 to 1000 items. */
  messages: readonly {
    role: Role;
    /** At most 128 characters. */
    name?: string | undefined;
    /** At most 200000 characters. */
    content: string;
    occurredAt?: string | Date | undefined;
    /** Your own id of the message. One that the session has already is not stored again. At most 256 characters. */
    externalId?: string | undefined;
  }[];
}

/** What {@link PACTClient.listMessages} takes. */
export interface ListMessagesInput {
  /** Default 50, 1 to 200. */
  limit?: number | undefined;
  /** At most 1000 characters. */
  cursor?: string | undefined;
  /** Order of arrival: oldest or newest first. Default "asc". */
  order?: 'asc' | 'desc' | undefined;
}

/** What {@link PACTClient.getContext} takes. */
export interface GetContextInput {
  /** Default 2000, 1 to 1000000. */
  maxTokens?: number | undefined;
  /** Default true. */
  includeEmotional?: boolean | undefined;
  /** What the agent is about to answer: turns that bear on it are served too. At most 4000 characters. */
  query?: string | undefined;
  /** Default "json". */
  format?: 'json' | 'text' | 'openai' | 'anthropic' | undefined;
}

/** {@link PACTClient.getEmotionalState} takes nothing yet. */
export type GetEmotionalStateInput = Record<string, never>;

/** What {@link PACTClient.getMemoryGraph} takes. */
export interface GetMemoryGraphInput {
  /** Nodes served: the most important. Default 200, 1 to 2000. */
  limit?: number | undefined;
  /** Default 0, 0 to 1. */
  minImportance?: number | undefined;
}

/** {@link PACTClient.consolidate} takes nothing yet. */
export type ConsolidateInput = Record<string, never>;

/** What {@link PACTClient.expand} takes. */
export interface ExpandInput {
  /** The `sourceIds` of a sentence of the summary, or several of them. 1 to 1000 items. */
  sourceIds: readonly string[];
  /** Messages before and after each one to add. Default 0, 0 to 5. */
  around?: number | undefined;
}

/** What {@link PACTClient.setPriority} takes. */
export interface SetPriorityInput {
  /** At most 200 characters. */
  topic: string;
  /** high: its messages stay verbatim. medium: as if never set. low: it leaves the summary first. */
  priority: Priority;
}

/** What {@link PACTClient.stream} takes. */
export interface StreamInput {
  /** Where a stream without Last-Event-ID begins: with what comes next, or with all that was said. Default "now". */
  from?: 'now' | 'start' | undefined;
  /** Id of the last event that arrived: the stream goes on right behind it. At most 100 characters. */
  lastEventId?: string | undefined;
}

/** What {@link PACTClient.recall} takes. */
export interface RecallInput {
  /** At most 4000 characters. */
  query: string;
  /** Search one session. */
  sessionId?: string | undefined;
  /** Search every session of one end user. Without either: the whole workspace. At most 256 characters. */
  userId?: string | undefined;
  /** Default 10, 1 to 100. */
  limit?: number | undefined;
  /** Results stop before their text exceeds it. 1 to 1000000. */
  maxTokens?: number | undefined;
  filters?: {
    /** At most 4 items. */
    roles?: readonly Role[] | undefined;
    /** At most 29 items. */
    emotions?: readonly Emotion[] | undefined;
    from?: string | Date | undefined;
    to?: string | Date | undefined;
    /** Any of these topics or entities is mentioned. At most 20 items. */
    topics?: readonly string[] | undefined;
  } | undefined;
  /** Default false. */
  explain?: boolean | undefined;
  /** Messages whose place is to be explained, found or not: their rank, and which part of the score kept them out. At most 20 items. */
  explainMessageIds?: readonly string[] | undefined;
}

/** What {@link PACTClient.getErasure} takes. */
export interface GetErasureInput {
  erasureId: string;
}

/** What {@link PACTClient.exportUser} takes. */
export interface ExportUserInput {
  /** As `metadata.user_id` of the sessions names the end user. */
  userId: string;
}

/** What {@link PACTClient.eraseUser} takes. */
export interface EraseUserInput {
  /** As `metadata.user_id` of the sessions names the end user. */
  userId: string;
}

/** What {@link PACTClient.usage} takes. */
export interface UsageInput {
  /** First day, in UTC. Without it, the first of the month of the last day. */
  from?: string | undefined;
  /** Last day, counted in. Without it, today. */
  to?: string | undefined;
  /** Default "day". */
  groupBy?: 'day' | 'key' | undefined;
}

/** {@link PACTClient.health} takes nothing yet. */
export type HealthInput = Record<string, never>;

/** What {@link PACTClient.deleteSession} answers. */
export interface DeleteSessionAnswer {
  erasureId: string;
}

/** An event of {@link PACTClient.stream}: `type` says which. `id` says where it stands. */
export type StreamEvent =
  | { type: 'message_added'; id: string; data: MessageAdded }
  | { type: 'emotional_state_changed'; id: string; data: EmotionalStateChanged }
  | { type: 'consolidation_triggered'; id: string; data: ConsolidationTriggered }
  | { type: 'session_deleted'; id: string; data: SessionDeleted };
