import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../ids.ts';
import { readingOf } from '../testing.ts';
import { type AnalysedMessage, graphDelta } from './delta.ts';
import type { Mention } from './names.ts';
import { depthOf } from './rank.ts';
import type { GraphNode } from './shape.ts';
import { associationOf, evocationOf } from './strength.ts';

const mention = (name: string, more: Partial<Mention> = {}): Mention => ({
  kind: 'topic',
  key: name,
  name,
  weight: 1,
  aliases: [],
  nodeId: nodeId('sess_1', more.kind ?? 'topic', name),
  ...more,
});
const message = (sequence: number, more: Partial<AnalysedMessage> = {}): AnalysedMessage => ({
  id: `msg_${sequence}`,
  sequence,
  role: 'user',
  occurredAt: new Date(0),
  mentions: [],
  reading: null,
  ...more,
});

describe('the graph of some messages', () => {
  test('has one node a concept, its mentions summed', () => {
    const { nodes } = graphDelta('sess_1', [
      message(1, { mentions: [mention('kettle')] }),
      message(2, { mentions: [mention('kettle')] }),
    ]);
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({ mentions: 2, weight: 2, firstSequence: 1, lastSequence: 2 });
  });

  test('counts one mention a message, under however many names', () => {
    const id = { nodeId: 'node_priya' };
    const { nodes, edges } = graphDelta('sess_1', [
      message(1, {
        mentions: [
          mention('Priya Raman', { kind: 'entity', weight: 0.6, ...id }),
          mention('Priya', { kind: 'entity', weight: 0.8, ...id }),
        ],
      }),
    ]);
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({ mentions: 1, weight: 0.8 });
    expect([nodes[0]!.name, ...nodes[0]!.aliases].sort()).toEqual(['Priya', 'Priya Raman']);
    expect(edges).toHaveLength(1);
  });

  test('keeps the longest name of an entity, whichever came first, and the first of a topic', () => {
    const named = (kind: Mention['kind'], ...names: string[]) =>
      graphDelta(
        'sess_1',
        names.map((name, at) => message(at, { mentions: [mention(name, { kind, nodeId: 'node_1' })] })),
      ).nodes[0]!;
    expect(named('entity', 'Chen', 'Dr. Chen')).toMatchObject({ name: 'Dr. Chen', aliases: ['Chen'] });
    expect(named('entity', 'Dr. Chen', 'Chen')).toMatchObject({ name: 'Dr. Chen', aliases: ['Chen'] });
    expect(named('topic', 'meeting', 'meetings')).toMatchObject({ name: 'meeting', aliases: ['meetings'] });
  });

  test('names an entity as it was written as a name, whatever it was called as a topic before or after', () => {
    const topic = mention('deniz', { nodeId: 'node_1' });
    const entity = mention('Deniz', { kind: 'entity', nodeId: 'node_1' });
    const nameOf = (...mentions: Mention[]) =>
      graphDelta(
        'sess_1',
        mentions.map((one, at) => message(at, { mentions: [one] })),
      ).nodes[0];
    expect(nameOf(topic, entity)).toMatchObject({ name: 'Deniz', aliases: ['deniz'] });
    expect(nameOf(entity, topic)).toMatchObject({ name: 'Deniz', aliases: ['deniz'] });
    expect(nameOf(entity, { ...topic, name: 'denizes' })).toMatchObject({ name: 'Deniz' });
  });

  test('ties what comes up together, once and without a direction', () => {
    const mentions = [mention('kettle'), mention('courier')];
    const { edges } = graphDelta('sess_1', [
      message(1, { mentions }),
      message(2, { mentions: mentions.toReversed() }),
    ]);
    const ties = edges.filter(({ type }) => type === 'co_occurs');
    expect(ties).toHaveLength(1);
    expect(ties[0]?.weight).toBe(2);
  });

  test("weighs others' words less than the user's, and says whose they were", () => {
    const of = (role: AnalysedMessage['role']) =>
      graphDelta('sess_1', [message(1, { role, mentions: [mention('kettle')] })]);
    for (const role of ['assistant', 'tool'] as const) {
      expect(of(role).nodes[0]!.weight).toBeLessThan(of('user').nodes[0]!.weight / 2);
      expect(of(role).edges[0]!.weight).toBeLessThan(of('user').edges[0]!.weight / 2);
      expect(of(role).nodes[0]).toMatchObject({ mentions: 1, userMentions: 0 });
    }
    expect(of('user').nodes[0]).toMatchObject({ mentions: 1, userMentions: 1 });
  });

  test('ties a concept to what was felt about it, and leaves neutral and doubtful readings out', () => {
    const felt = (reading: AnalysedMessage['reading']) =>
      graphDelta('sess_1', [message(1, { mentions: [mention('kettle')], reading })]);
    expect(felt(readingOf('angry')).edges.map(({ type }) => type)).toContain('evokes');
    expect(felt(readingOf('neutral')).nodes).toHaveLength(1);
    expect(felt(readingOf('angry', { confidence: 0.1 })).nodes).toHaveLength(1);
  });

  const anyMessages = fc
    .array(
      fc.record({
        names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 7 }),
        weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
        role: fc.constantFrom('user' as const, 'assistant' as const),
      }),
      { maxLength: 12 },
    )
    .map((all) =>
      all.map(({ names, weight, role }, at) =>
        message(at, {
          role,
          mentions: names.map((name, place) => mention(name, { weight: weight / (place + 1) })),
          reading: role === 'user' ? readingOf('happy') : null,
        }),
      ),
    );

  test('ends every edge at a node or a message, no edge where it began, and each is in 0 to 1 when served', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const { nodes, edges } = graphDelta('sess_1', messages);
        const ends = new Set([...nodes.map(({ id }) => id), ...messages.map(({ id }) => id)]);
        const weights = new Map(nodes.map(({ id, weight }) => [id, weight]));
        for (const { fromId, toId, type, weight } of edges) {
          expect(ends).toContain(fromId);
          expect(ends).toContain(toId);
          expect(fromId).not.toBe(toId);
          const [one, other] = [weights.get(fromId)!, weights.get(toId)!];
          // The square root of a product is not the product of the square roots to the last bit.
          if (type === 'co_occurs') expect(weight).toBeLessThanOrEqual(Math.sqrt(one * other) + 1e-9);
          if (type === 'evokes') expect(weight).toBeLessThanOrEqual(one + 1e-9);
          if (type === 'mentions') expect(weight).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('is the same whether messages come one by one or together', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const together = new Map(graphDelta('sess_1', messages).nodes.map((node) => [node.id, node.weight]));
        const apart = new Map<string, number>();
        for (const one of messages)
          for (const { id, weight } of graphDelta('sess_1', [one]).nodes)
            apart.set(id, (apart.get(id) ?? 0) + weight);
        expect([...apart.keys()].sort()).toEqual([...together.keys()].sort());
        for (const [id, weight] of apart) expect(weight).toBeCloseTo(together.get(id)!, 9);
      }),
    );
  });
});

describe('the strength of an edge', () => {
  const amount = fc.double({ min: 0.01, max: 50, noNaN: true });

  test('lies in 0 to 1, rises with what is shared and falls with what is not', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, (joint, one, other, more) => {
        const strength = associationOf(joint, one, other);
        expect(strength).toBeGreaterThanOrEqual(0);
        expect(strength).toBeLessThanOrEqual(1);
        expect(associationOf(joint + more, one, other)).toBeGreaterThanOrEqual(strength);
        expect(associationOf(joint, one + more, other)).toBeLessThanOrEqual(strength);
        expect(associationOf(joint, other, one)).toBeCloseTo(strength, 12);
        expect(evocationOf(joint + more, one)).toBeGreaterThanOrEqual(evocationOf(joint, one));
        expect(evocationOf(joint, one + more)).toBeLessThanOrEqual(evocationOf(joint, one));
      }),
    );
  });

  test('puts two things that always meet above two that met as often among much else', () => {
    expect(associationOf(3, 3, 3)).toBeGreaterThan(associationOf(3, 30, 30));
    expect(associationOf(3, 3, 3)).toBeGreaterThan(associationOf(0.5, 0.5, 0.5));
    expect(associationOf(0, 1, 1)).toBe(0);
    expect(evocationOf(1, 0)).toBe(0);
  });
});

describe('depth', () => {
  const node = (id: string, type: GraphNode['type']): GraphNode => ({ id, type, content: id, importance: 0 });
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
