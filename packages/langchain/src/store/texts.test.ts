import { expect, test } from 'vitest';
import { textsAt } from './texts.ts';

const VALUE = {
  title: 'Tea',
  meta: { by: 'Ada', year: 1851 },
  chapters: [{ text: 'One' }, { text: 'Two' }, { other: true }],
  empty: ' ',
};

test.each([
  ['$', ['Tea\nAda\n1851\nOne\nTwo\ntrue\n ']],
  ['title', ['Tea']],
  ['meta.by', ['Ada']],
  ['meta', ['Ada\n1851']],
  ['chapters[*].text', ['One', 'Two']],
  ['chapters[0].text', ['One']],
  ['chapters[-2].text', ['Two']],
  ['chapters[9].text', []],
  ['empty', []],
  ['title.text', []],
  ['meta[0]', []],
  ['toString', []],
])('%s leads to its texts, and to nothing else', (path, texts) => {
  expect(textsAt(VALUE, [path])).toEqual(texts);
});

test('a text too long for PACT is cut, and between characters', () => {
  const [text] = textsAt({ text: `${'x'.repeat(199_999)}😀` }, ['text']);
  expect(text).toHaveLength(200_000);
  expect(text?.isWellFormed()).toBe(true);
});
