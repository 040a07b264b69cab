import { describe, expect, it } from 'vitest';
import { type LayoutEdge, type LayoutNode, layoutGraph } from './graph-layout.ts';

const size = { width: 600, height: 400 };

/** A graph with hubs, as memory graphs have them. */
function graph(count: number): { nodes: LayoutNode[]; edges: LayoutEdge[] } {
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: `node_${index}`,
    importance: (index % 10) / 10,
  }));
  const edges = nodes.slice(1).map(({ id }, index) => ({
    from: id,
    to: `node_${index % 7}`,
    weight: 1 + (index % 3),
  }));
  return { nodes, edges };
}

describe('the layout of the graph', () => {
  it('is the same for the same graph', () => {
    const { nodes, edges } = graph(60);
    expect(layoutGraph(nodes, edges, size)).toEqual(layoutGraph(nodes, edges, size));
  });

  it.each([1, 2, 3, 40, 200])('keeps each of %i nodes inside the picture', (count) => {
    const { nodes, edges } = graph(count);
    const places = [...layoutGraph(nodes, edges, size).values()];
    expect(places).toHaveLength(count);
    for (const { x, y } of places) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(size.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(size.height);
    }
  });

  it('puts no two nodes in one place', () => {
    const { nodes, edges } = graph(200);
    const places = [...layoutGraph(nodes, edges, size).values()].map(({ x, y }) => `${x},${y}`);
    expect(new Set(places).size).toBe(200);
  });

  it('puts nodes that belong together nearer to each other than nodes that do not', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, importance: 0.5 }));
    const pairs = ['ab', 'bc', 'ca', 'de', 'ef', 'fd'];
    const edges = pairs.map(([from, to]) => ({ from: from!, to: to!, weight: 1 }));
    const places = layoutGraph(nodes, edges, size);
    const distance = (one: string, other: string) =>
      Math.hypot(places.get(one)!.x - places.get(other)!.x, places.get(one)!.y - places.get(other)!.y);
    expect(distance('a', 'b')).toBeLessThan(distance('a', 'd'));
    expect(distance('e', 'f')).toBeLessThan(distance('c', 'e'));
  });

  it('lives with edges that lead nowhere, to themselves, or weigh nothing', () => {
    const edges = [
      { from: 'a', to: 'gone', weight: 1 },
      { from: 'a', to: 'a', weight: 1 },
      { from: 'a', to: 'b', weight: 0 },
    ];
    const places = layoutGraph(
      [
        { id: 'a', importance: 1 },
        { id: 'b', importance: 0 },
      ],
      edges,
      size,
    );
    for (const { x, y } of places.values()) expect(Number.isFinite(x + y)).toBe(true);
  });

  it('is empty for no nodes', () => {
    expect(layoutGraph([], [], size).size).toBe(0);
  });
});
