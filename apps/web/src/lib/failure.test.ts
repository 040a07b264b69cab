import { PACTAPIError, PACTConnectionError, type PACTErrorCode } from '@neurobloom/pact';
import { describe, expect, it } from 'vitest';
import { explainFailure } from './failure.ts';

function refusal(status: number, code: PACTErrorCode, retryAfter?: number): PACTAPIError {
  return new PACTAPIError('as the API says', {
    status,
    code,
    details: undefined,
    requestId: 'req_1',
    retryAfter,
  });
}

describe('a failure', () => {
  it.each([
    [401, 'unauthorized', 'The API does not know this key'],
    [403, 'forbidden', 'This key may not do that'],
    [404, 'not_found', 'There is no such session'],
    [429, 'rate_limit_exceeded', 'Too many requests with this key'],
    [500, 'internal_error', 'The API could not do it'],
    [503, 'unavailable', 'The API could not do it'],
    [404, 'unreadable_answer', 'What answers there is not PACT'],
  ] as const)('of status %i and code %s is told as "%s", with its request', (status, code, title) => {
    expect(explainFailure(refusal(status, code))).toMatchObject({ title, requestId: 'req_1' });
  });

  it('tells how long to wait, as the API asks', () => {
    const advice = (seconds?: number) => explainFailure(refusal(429, 'rate_limit_exceeded', seconds)).advice;
    expect([advice(0.4), advice(12), advice()]).toEqual([
      'Try again in 1 second.',
      'Try again in 12 seconds.',
      'Try again in a minute.',
    ]);
  });

  it('to connect asks whether the API is running', () => {
    expect(explainFailure(new PACTConnectionError('refused')).title).toBe('The API does not answer');
  });

  it.each([[new Error('odd')], ['odd'], [undefined], [null]])(
    'that nobody foresaw has words too: %s',
    (error) => {
      expect(explainFailure(error).title).not.toBe('');
    },
  );
});
