import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Concept } from '../ctx.ts';
import { readingOf } from '../testing.ts';
import { type AnalysedMessage, graphDelta } from './delta.ts';
import { importanceOf, recencyOf, relative } from './importance.ts';
import { depthOf } from './index.ts';

const concept = (name: string, more: Partial<Concept> = {}): Concept => ({
  kind: 'topic',
  key: name,
  name,
  weight: 1,
  aliases: [],
  ...more,
});
const message = (sequence: number, more: Partial<AnalysedMessage> = {}): AnalysedMessage => ({
  id: `msg_${sequence}`,
  sequence,
  role: 'user',
  occurredAt: new Date(0),
  concepts: [],
  reading: null,
  ...more,
});

describe('the graph of some messages', () => {
  test('has one node a concept, its mentions summed', () => {
    const { nodes } = graphDelta('sess_1', [
      message(1, { concepts: [concept('kettle')] }),
      message(2, { concepts: [concept('kettle')] }),
    ]);
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({ mentions: 2, weight: 2, firstSequence: 1, lastSequence: 2 });
  });

  test('gives a concept another node in another session, and the same in the same', () => {
    const [first] = graphDelta('sess_1', [message(1, { concepts: [concept('kettle')] })]).nodes;
    const [again] = graphDelta('sess_1', [message(2, { concepts: [concept('kettle')] })]).nodes;
    const [other] = graphDelta('sess_2', [message(1, { concepts: [concept('kettle')] })]).nodes;
    expect(again?.id).toBe(first?.id);
    expect(other?.id).not.toBe(first?.id);
  });

  test('ties what comes up together, once and without a direction', () => {
    const concepts = [concept('kettle'), concept('courier')];
    const { edges } = graphDelta('sess_1', [
      message(1, { concepts }),
      message(2, { concepts: concepts.toReversed() }),
    ]);
    const ties = edges.filter(({ type }) => type === 'co_occurs');
    expect(ties).toHaveLength(1);
    expect(ties[0]?.weight).toBe(2);
  });

  test("weighs the assistant's words less than the user's", () => {
    const [user] = graphDelta('sess_1', [message(1, { concepts: [concept('kettle')] })]).nodes;
    const [assistant] = graphDelta('sess_1', [
      message(1, { role: 'assistant', concepts: [concept('kettle')] }),
    ]).nodes;
    expect(assistant!.weight).toBeLessThan(user!.weight);
  });

  test('ties a concept to what was felt about it, and leaves neutral and doubtful readings out', () => {
    const felt = (reading: AnalysedMessage['reading']) =>
      graphDelta('sess_1', [message(1, { concepts: [concept('kettle')], reading })]);
    expect(felt(readingOf('angry')).edges.map(({ type }) => type)).toContain('evokes');
    expect(felt(readingOf('neutral')).nodes).toHaveLength(1);
    expect(felt(readingOf('angry', { confidence: 0.1 })).nodes).toHaveLength(1);
  });

  test('ends every edge at a node or a message', () => {
    const concepts = fc.array(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g').map((name) => concept(name)),
      { maxLength: 7 },
    );
    fc.assert(
      fc.property(fc.array(concepts, { maxLength: 6 }), (all) => {
        const messages = all.map((some, at) => message(at, { concepts: some, reading: readingOf('happy') }));
        const { nodes, edges } = graphDelta('sess_1', messages);
        const ends = new Set([...nodes.map(({ id }) => id), ...messages.map(({ id }) => id)]);
        for (const { fromId, toId } of edges) {
          expect(ends).toContain(fromId);
          expect(ends).toContain(toId);
          expect(fromId).not.toBe(toId);
        }
      }),
    );
  });
});

describe('importance', () => {
  const parts = fc.record({
    frequency: fc.double({ min: 0, max: 1, noNaN: true }),
    recency: fc.double({ min: 0, max: 1, noNaN: true }),
    emotion: fc.double({ min: 0, max: 1, noNaN: true }),
    centrality: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test('lies in 0 to 1, and each part can only raise it', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom('frequency', 'recency', 'emotion', 'centrality'), (some, part) => {
        const importance = importanceOf(some);
        expect(importance).toBeGreaterThanOrEqual(0);
        expect(importance).toBeLessThanOrEqual(1);
        expect(importanceOf({ ...some, [part]: 1 })).toBeGreaterThanOrEqual(importance);
      }),
    );
  });

  test('puts every high-priority topic above every low-priority one', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(importanceOf(one, 'high')).toBeGreaterThanOrEqual(importanceOf(other, 'low'));
      }),
    );
  });

  test('fades with every message that does not speak of it', () => {
    expect(recencyOf(10, 10)).toBe(1);
    expect(recencyOf(10, 60)).toBeCloseTo(1 / Math.E);
    expect(relative(0, 5)).toBe(0);
    expect(relative(5, 5)).toBe(1);
  });
});

describe('depth', () => {
  const node = (id: string, type: 'message' | 'topic' | 'emotion') => ({
    id,
    type,
    content: id,
    importance: 0,
  });
  const edge = (from: string, to: string) => ({ from, to, type: 'mentions' as const, weight: 1 });

  test('counts hops from the messages', () => {
    const nodes = [node('m', 'message'), node('t', 'topic'), node('e', 'emotion')];
    expect(depthOf([], [])).toBe(0);
    expect(depthOf(nodes, [])).toBe(0);
    expect(depthOf(nodes, [edge('m', 't')])).toBe(1);
    expect(depthOf(nodes, [edge('m', 't'), edge('t', 'e')])).toBe(2);
  });

  test('ends on a ring', () => {
    expect(depthOf([node('m', 'message'), node('t', 'topic')], [edge('m', 't'), edge('t', 'm')])).toBe(1);
  });
});
