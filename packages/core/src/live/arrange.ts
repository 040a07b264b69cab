import { encodePosition, type Position } from './position.ts';

/** Something that happened, with the position behind it. */
export interface Step<Event> {
  atMs: number;
  event: Event;
  moves: Partial<Position>;
}

/** Steps in their own order, and whether the database holds more of them. */
export interface Strand<Event> {
  steps: Step<Event>[];
  hasMore: boolean;
}

/**
 * Merges what was said and what was folded by time, each strand in its own order. Stops where a strand ends that has more
 * in the database: what comes next could belong there.
 */
export function arrange<Event extends object>(
  said: Strand<Event>,
  folded: Strand<Event>,
  input: { position: Position; limit: number },
): { events: (Event & { id: string })[]; position: Position; hasMore: boolean } {
  const events: (Event & { id: string })[] = [];
  let { position } = input;
  let [at, foldAt] = [0, 0];
  while (events.length < input.limit) {
    const spoken = said.steps[at];
    const fold = folded.steps[foldAt];
    if ((!spoken && said.hasMore) || (!fold && folded.hasMore)) break;
    const next = spoken && fold ? (fold.atMs < spoken.atMs ? fold : spoken) : (spoken ?? fold);
    if (!next) break;
    if (next === fold) foldAt += 1;
    else at += 1;
    position = { ...position, ...next.moves };
    events.push({ ...next.event, id: encodePosition(position) });
  }
  const isAllTold = at === said.steps.length && foldAt === folded.steps.length;
  const hasMore = !isAllTold || said.hasMore || folded.hasMore;
  return { events, position, hasMore };
}
