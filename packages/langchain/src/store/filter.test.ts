import { expect, test } from 'vitest';
import { passes } from './filter.ts';

const VALUE = { color: 'red', size: 3, tags: ['a', 'b'], deep: { one: 1, two: [2] }, none: null };

test.each([
  [{ deep: { two: [2], one: 1 } }, true],
  [{ deep: { one: 1 } }, false],
  [{ tags: ['a', 'b'] }, true],
  [{ tags: ['b', 'a'] }, false],
  [{ none: null }, true],
  [{ size: '3' }, false],
  [{ color: { $in: ['red', 'blue'] } }, true],
  [{ color: { $nin: ['red'] } }, false],
  [{ missing: { $ne: 1 } }, true],
  [{ missing: { $gt: 1 } }, false],
  [{}, true],
])('the filter %j lets the value pass: %s', (filter, answer) => {
  expect(passes(VALUE, filter)).toBe(answer);
});

test('an operator that does not exist is refused, not passed over', () => {
  expect(() => passes(VALUE, { size: { $near: 3 } })).toThrow(
    "The filter's operator $near is unknown: $eq, $ne",
  );
});
