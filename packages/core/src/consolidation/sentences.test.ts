import { describe, expect, test } from 'vitest';
import { models } from '../testing.ts';
import { withAbsoluteDates } from './dates.ts';
import { clausesOf, readable, tidy } from './rewrite.ts';
import { type Speech, sentencesOf } from './sentences.ts';

const PEOPLE = new Set(['helena', 'kim']);
const AT = new Date('2026-11-25T09:00:00Z');
const speech = (content: string, more: Partial<Speech> = {}): Speech => ({
  id: 'msg_2',
  sequence: 2,
  role: 'user',
  name: null,
  content,
  occurredAt: AT,
  intensity: 0,
  ...more,
});
const read = (content: string, before?: Speech, more: Partial<Speech> = {}) =>
  sentencesOf(models, speech(content, more), { before, people: PEOPLE, most: 20 });
const texts = (content: string, before?: Speech, more: Partial<Speech> = {}) =>
  read(content, before, more).map(({ text }) => text);

describe('a rewrite', () => {
  test.each([
    ['Hey Kim! Well, I moved to Porto 🎉', 'I moved to Porto.'],
    ['Thanks, Helena! I really love the blue kettle!!', 'I love the blue kettle.'],
    ['Yes, dinner, and then we paint the hall', 'Yes, dinner, and then we paint the hall.'],
    ['I told Marek about the loan, Kim!', 'I told Marek about the loan.'],
    ['I met my friend, Marek.', 'I met my friend, Marek.'],
    ['I am not really happy about the loan', 'I am not really happy about the loan.'],
    ['No, I never drink milk.', 'No, I never drink milk.'],
    ['2. **Carrot cake** keeps for 4 days', 'Carrot cake keeps for 4 days.'],
    ['Do you have 3 cats?!', 'Do you have 3 cats?'],
  ])('of "%s" is "%s"', (before, after) => {
    const tidied = models.splitSentences(before).map((sentence) => tidy(sentence, PEOPLE));
    expect(tidied.filter((text) => text !== 'Hey Kim.' && text !== 'Thanks, Helena.')).toEqual([after]);
  });

  test('takes a second clause for itself, and none that hangs on a condition', () => {
    expect(clausesOf('I bought a red kayak, and my sister took it to Lake Como.')).toHaveLength(2);
    expect(clausesOf('If the bank says yes to us, and my sister agrees to it, I move.')).toHaveLength(1);
    expect(clausesOf('He said "I paid for it, and we went home at once".')).toHaveLength(1);
  });

  test('drops fenced code and characters that are not seen', () => {
    expect(readable('a\u202eb\u200bc\n```js\nconst x = 1;\n```\nend')).toBe('abc\n\n\n\nend');
  });
});

describe('a date', () => {
  test.each([
    ['We met yesterday.', 'We met yesterday (24 November 2026).'],
    ['I start next month.', 'I start next month (December 2026).'],
    ['I quit last year.', 'I quit last year (2025).'],
    ['She was born two years ago.', 'She was born two years ago (2024).'],
    ['I saw him last Saturday.', 'I saw him last Saturday (21 November 2026).'],
    ['I saw him last Tuesday.', 'I saw him last Tuesday.'],
    ['I saw him on Tuesday.', 'I saw him on Tuesday.'],
    ['I am tired today.', 'I am tired today.'],
    ['Yesterday, I met Ana.', 'Yesterday (24 November 2026), I met Ana.'],
    ["Yesterday's bread is cheap.", "Yesterday's bread is cheap."],
    ['He said "see you tomorrow".', 'He said "see you tomorrow".'],
  ])('in "%s" reads "%s"', (said, dated) => {
    expect(withAbsoluteDates(said, AT)).toBe(dated);
  });
});

describe('the sentences of a message', () => {
  const question = speech('And how old is your new puppy?', { id: 'msg_1', sequence: 1, name: 'Kim' });

  test('quote the question that a bare answer needs, and name both messages', () => {
    const [sentence] = read('Seven months.', question, { name: 'Helena' });
    expect(sentence?.text).toBe('To “And how old is your new puppy?”: Seven months.');
    expect(sentence?.sourceIds).toEqual(['msg_1', 'msg_2']);
  });

  test('leave out what an assistant only says again, not what it corrects', () => {
    const said = speech('My order 4471 of the blue kettle never arrived in Porto.', {
      id: 'msg_1',
      sequence: 1,
    });
    const answer = (content: string) => texts(content, said, { role: 'assistant' });
    expect(answer('The order 4471 of the blue kettle never arrived in Porto.')).toEqual([]);
    expect(answer('The order 4472 of the blue kettle arrived in Porto.')).toHaveLength(1);
  });

  test.each([
    ['nothing', ''],
    ['one character', 'k'],
    ['one word a megabyte long', 'word '.repeat(200_000)],
    ['a megabyte without a space', 'x'.repeat(1_000_000)],
    ['only emoji', '🎉🎉👍🏽👨‍👩‍👧'],
    ['only code', 'const total = items.reduce((a, b) => a + b, 0);\nreturn total;'],
    ['fenced code', '```ts\nexport const a = () => ({ b: 1 });\n```'],
    ['courtesy', 'Hey! Thanks so much, wow, that is great!'],
  ])('are none for %s', (_, content) => {
    expect(texts(content)).toEqual([]);
  });

  test.each([
    ['mixed scripts', 'Я живу в Москве с 2019 года. 我住在北京已经三年了。 أعيش في القاهرة.'],
    ['directions and zero-width signs', 'I \u202elive\u202c in\u200b Lisbon with my\u2066 dog\u2069.'],
    ['half a pair', 'My dog \ud83d is called Rex.'],
  ])('are whole for %s', (_, content) => {
    for (const text of texts(content)) {
      expect(text).not.toMatch(/[\u200b\u202a-\u202e\u2060-\u2069]/);
      expect(text.trim()).not.toBe('');
    }
    expect(texts(content).length).toBeGreaterThan(0);
  });
});
