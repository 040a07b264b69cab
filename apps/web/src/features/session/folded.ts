import type { Context, Message } from '@neurobloom/pact';

type Identified = Pick<Message, 'id'>;
type Standing = { messages: Identified[]; dropped: Pick<Context['dropped'][number], 'id'>[] };

/** The messages whose place a summary has taken: older than something that stands, and not standing themselves. */
export function foldedAmong(messages: Identified[], standing: Standing): Set<string> {
  const standingIds = new Set([...standing.messages, ...standing.dropped].map(({ id }) => id));
  const lastStanding = messages.findLastIndex(({ id }) => standingIds.has(id));
  return new Set(
    messages.flatMap(({ id }, index) => (index < lastStanding && !standingIds.has(id) ? [id] : [])),
  );
}
