import { describe, expect, test } from 'vitest';
import { readQuestion } from './question.ts';
import { hashOf, stemOf } from './words.ts';

const SPEAKERS = ['Melanie', 'Amir'];

describe('a query', () => {
  test.each([
    ['What did Melanie paint?', [0], 'What did paint?'],
    ['When is Mel coming?', [0], 'When is coming?'],
    ['Where does Melani live?', [0], 'Where does live?'],
    ["What is Amir's dog called?", [1], 'What is dog called?'],
    ['Have Melanie and Amir met?', [0, 1], 'Have and met?'],
    ['What about the melting pot?', [], 'What about the melting pot?'],
  ])('%j names its speakers, which then count no more', (query, speakers, masked) => {
    const question = readQuestion(query, SPEAKERS);
    expect(question.speakers).toEqual(speakers);
    expect(question.masked).toBe(masked);
    expect(question.terms.has(hashOf('melani'))).toBe(false);
  });

  test('says "I" for the user and "you" for the assistant, where turns have no names', () => {
    expect(readQuestion('What did I order?', ['user', 'assistant']).speakers).toEqual([0]);
    expect(readQuestion('What would you recommend?', ['user', 'assistant']).speakers).toEqual([1]);
    expect(readQuestion('What is in the box?', ['user', 'assistant']).speakers).toEqual([]);
  });

  test('keeps its words, and knows what it asks for', () => {
    const question = readQuestion('How many boats did Amir sell in June 2024?', SPEAKERS);
    expect(question.terms.get(hashOf(stemOf('boats')))).toBe(1);
    expect(question.asks).toEqual({ anything: true, when: false, howMany: true });
    expect(question.dates).toEqual({ months: [6], years: [2024] });
    expect(readQuestion('When did it start?', SPEAKERS).asks.when).toBe(true);
    expect(readQuestion('parcel code harbour', SPEAKERS).asks.anything).toBe(false);
  });

  test.each(['', '   ', '?', '🙂', 'the of and', 'Melanie', '\u202e\u200b', 'x'.repeat(4_000)])(
    'is read whatever it is (%#)',
    (query) => expect(() => readQuestion(query, SPEAKERS)).not.toThrow(),
  );
});
