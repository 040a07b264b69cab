export { PACTChatMessageHistory, type PACTChatMessageHistoryFields } from './chat-history.ts';
export type { Conversation } from './conversation.ts';
export { type PACTMiddlewareOptions, type PACTRuntime, pactMiddleware } from './middleware.ts';
export { PACTRetriever, type PACTRetrieverFields, type RecalledMetadata } from './retriever.ts';
export { PACTStore, type PACTStoreFields } from './store/index.ts';
