import type { Place, Size } from './graph-layout.ts';
import { type Box, boxOf, type Label, overlap, widthOf } from './label-room.ts';

export interface Named {
  id: string;
  /** Empty: the node has no name to show, and is only in the way. */
  text: string;
  radius: number;
  importance: number;
}

export interface GraphLabel extends Label {
  id: string;
}

/** Names that may cover a node where there is no other place for them: those of the most important nodes. */
const MAY_COVER = 8;

/** Names for the most important nodes, beside them: as many as find room without covering each other. */
export function labelNodes(nodes: Named[], places: Map<string, Place>, size: Size): GraphLabel[] {
  const shapes = nodes.flatMap((node) => around(places.get(node.id), node.radius));
  const taken: Box[] = [];
  const byImportance = [...nodes].sort((a, b) => b.importance - a.importance || (a.id < b.id ? -1 : 1));
  return byImportance.flatMap((node, rank) => {
    const place = places.get(node.id);
    if (!place || node.text === '') return [];
    const possible = candidates(node, place, size).filter((label) => {
      const box = boxOf(label);
      return box.top >= 0 && box.bottom <= size.height && !taken.some((other) => overlap(box, other));
    });
    const clear = possible.find((label) => !shapes.some((shape) => overlap(boxOf(label), shape)));
    const best = clear ?? (rank < MAY_COVER ? possible[0] : undefined);
    if (!best) return [];
    taken.push(boxOf(best));
    return [best];
  });
}

function around(place: Place | undefined, radius: number): Box[] {
  if (!place) return [];
  const { x, y } = place;
  return [{ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }];
}

/** Beneath, above, to the right, to the left. */
function candidates({ id, text, radius }: Named, { x, y }: Place, size: Size): GraphLabel[] {
  const half = widthOf(text) / 2;
  const aside = half + radius + 6;
  const spots: [x: number, y: number][] = [
    [x, y + radius + 15],
    [x, y - radius - 6],
    [x + aside, y + 4],
    [x - aside, y + 4],
  ];
  return spots.map(([middle, line]) => {
    const inside = Math.min(Math.max(middle, half), Math.max(half, size.width - half));
    return { id, text, x: inside, y: line, anchor: 'middle' };
  });
}
