import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Concept, extractConcepts } from '../concepts.ts';

const entities = (text: string) => extractConcepts(text).filter(({ kind }) => kind === 'entity');
const named = (text: string) => Object.fromEntries(entities(text).map(({ name, type }) => [name, type]));

describe('the type of an entity', () => {
  test.each<[text: string, name: string, type: Concept['type']]>([
    ['We met Priya Raman at the fair.', 'Priya Raman', 'person'],
    ['I saw Dr. Chen today.', 'Dr. Chen', 'person'],
    ['my daughter Zorana loves chess', 'Zorana', 'person'],
    ['Please remind Zorana about the tent.', 'Zorana', 'person'],
    ['My name is Zorana.', 'Zorana', 'person'],
    ['we fly to lisbon', 'Lisbon', 'place'],
    ['I live on Elm Street.', 'Elm Street', 'place'],
    ['We left ACME Corp in spring.', 'ACME Corp', 'organisation'],
    ['I work at Zalorix as a welder.', 'Zalorix', 'organisation'],
    ['The Hartley Foundation paid.', 'Hartley Foundation', 'organisation'],
    ['our kubernetes cluster', 'Kubernetes', 'product'],
    ['does the Dyson V8 work on carpets', 'Dyson V8', 'product'],
    ['Where is order 48213?', '48213', 'id'],
    ['I am on flight BA117.', 'BA117', 'id'],
    ['My tracking number is 1Z999AA10123456784', '1Z999AA10123456784', 'id'],
    ['see you on March 14', 'March 14', 'date'],
    ['it expires on 2026-03-02.', '2026-03-02', 'date'],
    ['We talked about Zalorix.', 'Zalorix', undefined],
  ])('of %s is that of %s: %s', (text, name, type) => {
    expect(named(text)).toHaveProperty([name]);
    expect(named(text)[name]).toBe(type);
  });

  test.each([
    'order 3 pizzas and 12 eggs',
    'the order 2024 was large',
    'COVID-19 and GPT-4',
    'at 10:30 in room 4',
    'the March payment',
    'version 1.2.3 of it',
    '2026-03-02T09:00:00Z ERROR x',
  ])('is no number that identifies and no date in: %s', (text) => {
    expect(entities(text).filter(({ type }) => type === 'id' || type === 'date')).toEqual([]);
  });
});

describe('the other names of an entity', () => {
  const otherKeys = (text: string) => entities(text)[0]?.otherKeys ?? [];

  test('are the parts of a person’s name, a company without its form, a date turned round, a number with its label', () => {
    expect(otherKeys('I met Priya Raman.')).toEqual(['priya', 'raman']);
    expect(otherKeys('I met Dr. Chen.')).toEqual(['chen']);
    expect(otherKeys('We left ACME Corp.')).toEqual(['acme']);
    expect(otherKeys('see you on 14 March 2026')).toEqual(['march 14 2026']);
    expect(otherKeys('Where is order 48213?')).toContain('order 48213');
  });

  test('are none for places and for names of which nothing is known', () => {
    expect(otherKeys('We love New York.')).toEqual([]);
    expect(otherKeys('We ran the Boston Marathon.')).toEqual([]);
  });
});

describe('a capital at the start of a sentence', () => {
  test('alone makes a guess, which anything else settles', () => {
    expect(entities('Zalorix is great.')[0]).toMatchObject({ name: 'Zalorix', isGuess: true });
    expect(entities('Zalorix is great. I like Zalorix.')[0]).not.toHaveProperty('isGuess');
    expect(entities('Insulin is expensive. I need insulin.')).toEqual([]);
  });

  test('of a request is none: the name comes after it', () => {
    expect(Object.keys(named('Restart Redis and email Priya.'))).toEqual(['Redis', 'Priya']);
  });
});

describe('odd text', () => {
  test.each([
    '+const port = 8787',
    'diff --git a/src/app.ts b/src/app.ts',
    'SELECT name FROM users WHERE id = 1',
    '{"status": "ok", "items": [{"name": "kettle"}]}',
    'asdkjfh aslkdjfh',
    'ROTFL!!!',
    'necesito cambiar mi vuelo',
    '今日は田中さんと会議があります',
  ])('names nothing: %s', (text) => {
    expect(extractConcepts(text)).toEqual([]);
  });

  test('cut in the middle of a word or of a log line is not read there', () => {
    const log = Array.from(
      { length: 300 },
      (_, at) => `2026-11-23T09:00:00Z ERROR worker-${at} banana timeout`,
    );
    expect(extractConcepts(log.join('\n'))).toEqual([]);
    expect(extractConcepts('kettle '.repeat(2_000)).map(({ key }) => key)).toEqual(['kettle']);
  });

  test('of any kind never names more than twelve, nor a number or date that is not written there', () => {
    const piece = fc.constantFrom(
      'order ',
      '#',
      '48213 ',
      'March 14 ',
      'Priya ',
      'ACME Corp ',
      '\n',
      '2026-01-02 ',
      'Dr. ',
      '🙂 ',
      '\u202e',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const concepts = extractConcepts(text);
        expect(concepts.length).toBeLessThanOrEqual(12);
        // As a reader sees it: what is invisible stands between no two words.
        const seen = text.replace(/\p{Cf}/gu, '').replace(/\s+/g, ' ');
        for (const { type, name } of concepts)
          if (type === 'id' || type === 'date') expect(seen).toContain(name);
      }),
    );
  });
});
