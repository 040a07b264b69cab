import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Concept } from '../ctx.ts';
import { models } from '../testing.ts';
import { arePartsOfOneName, type Names, resolveNames } from './names.ts';

const nothing: Names = { byKey: new Map(), topics: new Set() };
const entity = (name: string, more: Partial<Concept> = {}): Concept => ({
  kind: 'entity',
  key: name.toLowerCase(),
  name,
  weight: 1,
  aliases: [],
  ...more,
});

/** The node of each name, message by message: the same letter for the same node. */
function nodesOf(...texts: string[]): Record<string, string> {
  const concepts = texts.map((text) => models.extractConcepts(text));
  const { mentions } = resolveNames('sess_1', concepts, nothing);
  const letters = new Map<string, string>();
  const found: Record<string, string> = {};
  for (const [at, list] of mentions.entries())
    for (const { name, nodeId } of list) {
      if (name === 'ticket') continue;
      if (!letters.has(nodeId)) letters.set(nodeId, String.fromCharCode(65 + letters.size));
      found[`${at} ${name}`] = letters.get(nodeId)!;
    }
  return found;
}

const same = (...texts: string[]) => new Set(Object.values(nodesOf(...texts))).size === 1;

describe('names across messages', () => {
  test.each([
    ['a first name after the full one', ['I met Priya Raman.', 'We like Priya.']],
    ['a full name after the first', ['We like Priya.', 'I met Priya Raman.']],
    ['a last name after one with a title', ['I saw Dr. Chen.', 'We like Chen.']],
    ['a title after the bare name', ['We saw Chen.', 'I like Dr. Chen.']],
    ['a full name after one with a title', ['I saw Mr. Osei.', 'We like Kofi Osei.']],
    ['a company without its legal form', ['We left ACME Corp.', 'I like ACME.']],
    ['a legal form after the bare company', ['I like ACME.', 'We left ACME Corp.']],
    ['a name in small letters once it is known', ['I met Priya Raman.', 'priya!']],
    ['a name that was first written small', ['ask oleksandr', 'We like Oleksandr.']],
    ['a number with and without what it numbers', ['Where is ticket 48213?', 'I mean #48213']],
    ['a date said the other way round', ['See you on March 14', 'Yes, 14 March']],
  ])('lead to one node: %s', (_, texts) => {
    expect(same(...texts)).toBe(true);
  });

  test.each([
    ['two people of one first name', ['I met Samantha Lee.', 'I met Samantha Fox.']],
    ['two people of one last name', ['I met Tomasz Nowak.', 'I met Ana Nowak.']],
    ['a man and a woman of one name', ['I saw Mr. Osei.', 'I saw Mrs. Osei.']],
    ['a last name and the animal', ['I met Samantha Fox.', 'there is a fox in my garden']],
    ['a city and a marathon', ['We love Boston.', 'We love the Boston Marathon.']],
  ])('lead to different nodes: %s', (_, texts) => {
    expect(same(...texts)).toBe(false);
  });

  test('give a name that two share to the one named in full last', () => {
    const found = nodesOf('I met Samantha Lee.', 'I met Samantha Fox.', 'We like Samantha.');
    expect(found['2 Samantha']).toBe(found['1 Samantha Fox']);
  });

  test('do not mix what the types tell apart', () => {
    const [person, place] = [entity('Florence', { type: 'person' }), entity('Florence', { type: 'place' })];
    const { mentions, filed } = resolveNames('sess_1', [[person]], nothing);
    const again = resolveNames('sess_1', [[person]], { byKey: filed, topics: new Set() });
    expect(again.mentions[0]![0]!.nodeId).toBe(mentions[0]![0]!.nodeId);
    expect(again.filed.size).toBe(0);
    expect(resolveNames('sess_1', [[place]], { byKey: filed, topics: new Set() }).mentions).toHaveLength(1);
  });

  test('file nothing the second time, and come out the same in one batch as in two', () => {
    const anyName = fc.constantFrom(
      'Priya',
      'Priya Raman',
      'Dr. Chen',
      'Chen',
      'Wei Chen',
      'ACME',
      'ACME Corp',
      'Mr. Osei',
      'Osei',
    );
    const anyTexts = fc.array(anyName, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyTexts, anyTexts, (first, second) => {
        const concepts = (names: string[]) => names.map((name) => models.extractConcepts(`I like ${name}.`));
        const ids = (mentions: { nodeId: string }[][]) => mentions.flat().map(({ nodeId }) => nodeId);
        const together = resolveNames('sess_1', [...concepts(first), ...concepts(second)], nothing);
        const one = resolveNames('sess_1', concepts(first), nothing);
        const two = resolveNames('sess_1', concepts(second), { byKey: one.filed, topics: new Set() });
        expect([...ids(one.mentions), ...ids(two.mentions)]).toEqual(ids(together.mentions));
      }),
    );
  });

  test('never lose a mention, whatever is written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 6 }), (texts) => {
        const concepts = texts.map((text) => models.extractConcepts(text));
        const { mentions } = resolveNames('sess_1', concepts, nothing);
        expect(mentions.map((list) => list.length)).toEqual(concepts.map((list) => list.length));
        for (const { nodeId } of mentions.flat()) expect(nodeId).toMatch(/^node_/);
      }),
    );
  });
});

describe('two names of people', () => {
  test.each([
    ['priya', 'priya raman', true],
    ['raman', 'priya raman', true],
    ['mr osei', 'kofi osei', true],
    ['mr kofi', 'kofi osei', false],
    ['dr wei chen', 'dr chen', true],
    ['mr osei', 'mrs osei', false],
    ['priya raman', 'priya shah', false],
    ['maria garcia lopez', 'maria lopez', true],
  ])('%s and %s may be one: %s', (one, other, expected) => {
    expect(arePartsOfOneName(one, other)).toBe(expected);
    expect(arePartsOfOneName(other, one)).toBe(expected);
  });
});
