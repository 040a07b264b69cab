/** How a program used 0.1.0 beyond its operations. Type-checked against the sources of today, never run. */
import {
  AuthenticationError,
  ConflictError,
  type EventStream,
  InvalidRequestError,
  NotFoundError,
  PACTAPIError,
  PACTClient,
  type PACTClientOptions,
  PACTConnectionError,
  type PACTError,
  type PACTErrorCode,
  type PACTErrorDetails,
  type PACTPromise,
  type PACTResponse,
  PACTTimeoutError,
  type Page,
  type PagePromise,
  PermissionError,
  RateLimitError,
  type RequestOptions,
  ServerError,
  type StreamOptions,
  type WithResponse,
} from '../../src/index.ts';
import type * as then from './generated/types.ts';

export const clientOptions: Required<PACTClientOptions> = {
  apiKey: 'sk_test_1',
  credentials: 'include',
  baseUrl: 'http://localhost:8787/pact/v1',
  timeoutMs: 30_000,
  maxRetries: 2,
  fetch,
  allowBrowserKey: false,
};
export const requestOptions: Required<RequestOptions> = {
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  maxRetries: 2,
  idempotencyKey: 'mine',
};
export const streamOptions: Required<StreamOptions> = {
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  idleTimeoutMs: 45_000,
  maxRetries: 10,
};

export async function calls(): Promise<string> {
  const pact = new PACTClient();
  const configured = new PACTClient({ ...clientOptions, credentials: undefined });
  const call: PACTPromise<then.Context> = configured.getContext('sess_1');
  const plain: Promise<then.Context> = call;
  const { data, response }: WithResponse<then.Context> = await call.withResponse();
  const told: PACTResponse = response;
  const requestId: string | undefined = told.requestId;
  const status: number = told.status;
  const headers: Headers = told.headers;
  return [await plain, data, pact.baseUrl, requestId, status, headers.get('X-Cache')].join(' ');
}

export async function pages(pact: PACTClient): Promise<then.Message[]> {
  const list: PagePromise<then.Message> = pact.listMessages('sess_1', { order: 'desc' }, requestOptions);
  const page: Page<then.Message> = await list;
  const next: Page<then.Message> | null = page.hasMore ? await page.nextPage() : null;
  const cursor: string | null = page.nextCursor;
  const messages: then.Message[] = [...page.data, ...(next?.data ?? [])];
  for await (const message of page) messages.push(message);
  for await (const message of pact.listMessages('sess_1', { cursor: cursor ?? undefined }))
    messages.push(message);
  return messages;
}

export async function events(pact: PACTClient): Promise<string | undefined> {
  const stream: EventStream<then.StreamEvent> = pact.stream('sess_1', { from: 'start' }, streamOptions);
  await stream.opened();
  for await (const event of stream) {
    if (event.type === 'message_added') console.log(event.data.message.content, event.id);
    else if (event.type === 'emotional_state_changed') console.log(event.data.emotion, event.data.valence);
    else if (event.type === 'consolidation_triggered') console.log(event.data.tokensSaved);
    else console.log(event.data.sessionId);
  }
  const { value } = await stream.next();
  await stream.return();
  return value?.id ?? stream.lastEventId;
}

/** Each stands for the statuses it stood for, and is what it was. */
export function failures(error: unknown): string {
  const kinds: (typeof PACTAPIError)[] = [
    ...[InvalidRequestError, AuthenticationError, PermissionError, NotFoundError],
    ...[ConflictError, RateLimitError, ServerError],
  ];
  if (error instanceof PACTAPIError) {
    const code: PACTErrorCode = error.code;
    const known: then.ErrorBody['error']['code'] | 'unreadable_answer' = code;
    const details: PACTErrorDetails | undefined = error.details;
    const told: string | undefined = details?.field;
    const seconds: number | undefined = error.retryAfter;
    const requestId: string | undefined = error.requestId;
    return [kinds.length, error.status, known, told, seconds, requestId, error.message].join(' ');
  }
  const late: PACTConnectionError | undefined = error instanceof PACTTimeoutError ? error : undefined;
  const broken: PACTError | undefined = error instanceof PACTConnectionError ? error : undefined;
  return (late ?? broken)?.name ?? '';
}
