import { PACTAPIError, PACTConnectionError } from '@neurobloom/pact';

/** What went wrong with a request, as a reader needs it: what happened, and what to do now. */
export interface Failure {
  title: string;
  advice: string;
  /** Names the request in the API's log. */
  requestId: string | undefined;
}

/** Turns whatever a request threw into words. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof PACTAPIError) return { ...wordsFor(error), requestId: error.requestId };
  if (error instanceof PACTConnectionError)
    return {
      title: 'The API does not answer',
      advice: 'Is it running? On this computer, npm start starts it.',
      requestId: undefined,
    };
  const advice = error instanceof Error ? error.message : 'Nothing more is known about it.';
  return { title: 'The request could not be made', advice, requestId: undefined };
}

function wordsFor({ status, code, message, retryAfter }: PACTAPIError): Omit<Failure, 'requestId'> {
  if (code === 'unreadable_answer') return { title: 'What answers there is not PACT', advice: message };
  if (status === 401) return { title: 'The API does not know this key', advice: 'It may have been revoked.' };
  if (status === 403)
    return { title: 'This key may not do that', advice: 'Use one with the scope it needs.' };
  if (status === 404)
    return { title: 'There is no such session', advice: 'It was deleted, or it belongs to another key.' };
  if (status === 429) return { title: 'Too many requests with this key', advice: waitFor(retryAfter) };
  if (status >= 500) return { title: 'The API could not do it', advice: 'Trying again is safe.' };
  return { title: 'The API refused the request', advice: message };
}

function waitFor(seconds: number | undefined): string {
  if (seconds === undefined) return 'Try again in a minute.';
  const whole = Math.max(1, Math.ceil(seconds));
  return `Try again in ${whole} ${whole === 1 ? 'second' : 'seconds'}.`;
}
