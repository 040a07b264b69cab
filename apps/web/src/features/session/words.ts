import type { Session } from '@neurobloom/pact';

/** What a session is called: the name that its maker gave it, or the beginning of its id. */
export function titleOf({ sessionId, externalId, metadata }: Session): string {
  const named = [
    metadata['title'],
    externalId,
    metadata['userId'],
    metadata['user_id'],
    metadata['application'],
  ];
  const name = named.find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof name === 'string' ? name : `${sessionId.slice(0, 13)}…`;
}

/** When it was, as short as it can be said: the time today, else the date. In the reader's own language and zone. */
export function momentOf(timestamp: string): string {
  const moment = new Date(timestamp);
  const isToday = moment.toDateString() === new Date().toDateString();
  return moment.toLocaleString(
    undefined,
    isToday ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short', year: 'numeric' },
  );
}

/** "1 token", "2 tokens". */
export function count(amount: number, one: string): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : `${one}s`}`;
}

/** The address of a session's page, or of the page without one. */
export function addressOf(sessionId: string | undefined): string {
  return sessionId === undefined ? '/session/' : `/session/?id=${encodeURIComponent(sessionId)}`;
}
