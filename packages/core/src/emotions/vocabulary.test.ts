import { EMOTIONS as ENGINE_EMOTIONS } from '@pact/models';
import { expect, test } from 'vitest';
import { EMOTIONS } from './vocabulary.ts';

test('the built-in engine speaks the words of the domain', () => {
  expect(ENGINE_EMOTIONS).toEqual(EMOTIONS);
});
