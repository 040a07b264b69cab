import { PactError } from '../errors.ts';

/** How far a viewer has seen a session. Messages and folds are numbered by the database, so that nothing else need be kept. */
export interface Position {
  /** The last message that was told. */
  sequence: number;
  /** Whether what that message did to the emotional state was told too. */
  isStateTold: boolean;
  /** The last consolidation that was told. */
  generation: number;
}

/** Before everything. */
export const ORIGIN: Position = { sequence: 0, isStateTold: true, generation: 0 };

/** The id of the event that leads to a position: `12-3`, or `12.1-3` once the state after message 12 was told. */
export const encodePosition = ({ sequence, isStateTold, generation }: Position) =>
  `${sequence}${isStateTold ? '.1' : ''}-${generation}`;

/** @throws {PactError} invalid_request, for an id that no event has, or that lies beyond the end of the session. */
export function decodePosition(eventId: string, end: Position): Position {
  const [, sequence, told, generation] = /^(\d{1,10})(\.1)?-(\d{1,10})$/.exec(eventId) ?? [];
  const position = {
    sequence: Number(sequence),
    isStateTold: told !== undefined,
    generation: Number(generation),
  };
  if (position.sequence <= end.sequence && position.generation <= end.generation) return position;
  throw new PactError('invalid_request', {
    message: 'Invalid header Last-Event-ID: it is not the id of an event of this session.',
    details: { field: 'Last-Event-ID', received: `${eventId.length} characters` },
  });
}
