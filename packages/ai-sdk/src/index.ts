export type { Conversation } from './conversation.ts';
export { type PACTMiddlewareOptions, pactMiddleware } from './middleware.ts';
export {
  type PACTTools,
  type PACTToolsOptions,
  pactTools,
  type RecalledMessage,
  type ToldState,
} from './tools.ts';
