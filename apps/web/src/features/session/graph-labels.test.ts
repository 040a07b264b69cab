import { describe, expect, it } from 'vitest';
import { labelNodes } from './graph-labels.ts';
import { boxOf, overlap } from './label-room.ts';

const size = { width: 600, height: 400 };
const named = (id: string, importance: number, text = id) => ({ id, text, importance, radius: 8 });

describe('the names in the graph', () => {
  it('go to the more important nodes where there is not room for all', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const places = new Map(ids.map((id) => [id, { x: 300, y: 200 }]));
    const labels = labelNodes(
      ids.map((id, index) => named(id, index / 10)),
      places,
      size,
    );
    expect(labels.map(({ id }) => id)).toEqual(['f', 'e', 'd', 'c']);
    const boxes = labels.map(boxOf);
    for (const [index, box] of boxes.entries())
      for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
  });

  it('move off the nodes where they can', () => {
    const places = new Map([
      ['a', { x: 300, y: 200 }],
      ['b', { x: 300, y: 224 }],
    ]);
    const [label] = labelNodes([named('a', 1), named('b', 0)], places, size);
    expect(label!.y).toBeLessThan(200);
  });

  it('stay inside the picture at its edges', () => {
    const places = new Map([
      ['left', { x: 0, y: 395 }],
      ['right', { x: 600, y: 5 }],
    ]);
    const labels = labelNodes(
      [named('left', 1, 'spring market'), named('right', 1, 'bank statement')],
      places,
      size,
    );
    expect(labels).toHaveLength(2);
    for (const box of labels.map(boxOf)) {
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(size.width);
      expect(box.top).toBeGreaterThanOrEqual(0);
      expect(box.bottom).toBeLessThanOrEqual(size.height);
    }
  });
});
