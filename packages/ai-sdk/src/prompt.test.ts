import { expect, test } from 'vitest';
import { askedTurn, type Call, withMemory } from './prompt.ts';

const system = { role: 'system' as const, content: 'Be kind.' };
const user = (text: string) => ({ role: 'user' as const, content: [{ type: 'text' as const, text }] });
const assistant = (text: string) => ({
  role: 'assistant' as const,
  content: [{ type: 'text' as const, text }],
});
const result: Call['prompt'][number] = {
  role: 'tool',
  content: [
    { type: 'tool-result', toolCallId: '1', toolName: 'track', output: { type: 'text', value: 'Milan' } },
  ],
};

test('the turn is what the user said since the answer before, files left out', () => {
  const file = { type: 'file' as const, data: 'AAAA', mediaType: 'image/png' };
  const photo = { role: 'user' as const, content: [{ type: 'text' as const, text: 'See: ' }, file] };
  const turn = askedTurn([system, user('Old'), assistant('Yes.'), photo, user('Well?')]);
  expect(turn).toMatchObject({ userMessage: 'See: \n\nWell?', isFirstStep: true, wordsOnTheWay: '' });
});

test('a later step of a turn is known as one, and by the same key', () => {
  const first = askedTurn([user('Where?')]);
  const later = askedTurn([user('Where?'), assistant('I look.'), result, assistant(''), result]);
  expect(later).toMatchObject({ userMessage: 'Where?', isFirstStep: false, wordsOnTheWay: 'I look.' });
  expect(later?.key).toBe(first?.key);
});

test('the same words later in a chat are another turn', () => {
  expect(askedTurn([user('Yes'), assistant('Sure?'), user('Yes')])?.key).not.toBe(
    askedTurn([user('Yes')])?.key,
  );
});

test('a prompt in which no user speaks has no turn', () => {
  expect(askedTurn([system])).toBeUndefined();
});

test('the memory stands behind the instructions and before the first turn', () => {
  const memory = { role: 'system', content: 'M' };
  expect(withMemory([system, user('Hi')], 'M')).toEqual([system, memory, user('Hi')]);
  expect(withMemory([user('Hi')], 'M')).toEqual([memory, user('Hi')]);
  expect(withMemory([system, user('Hi')], '')).toEqual([system, user('Hi')]);
});
