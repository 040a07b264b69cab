import { describe, expect, it } from 'vitest';
import { mask } from './mask.ts';
import { tokenize } from './tokens.ts';

const keysOf = (text: string) => tokenize(mask(text).body).tokens.map(({ keys }) => keys[0]);

describe('mask leaves only the own voice of the writer', () => {
  it.each([
    ['a fence', 'look\n```\nI am furious\n```\nplease', ['look', '\n', '<code>', '\n', 'please']],
    ['inline code', 'why does `hate()` fail', ['why', 'does', '<code>', 'fail']],
    ['a quoted line', '> I am furious\nwhat now', ['<quote>', '\n', 'what', 'now']],
    ['a log line', '2026-01-02 10:11:12 ERROR sad\nhelp', ['<code>', '\n', 'help']],
    ['a stack trace', 'TypeError: I am sad\n    at run (a.ts:1:2)\nhelp', ['<code>', '\n', 'help']],
    ['a quotation', 'translate "I hate this" please', ['translate', '<said>', 'please']],
    ['a link', 'see https://sad.example/furious now', ['see', '<url>', 'now']],
  ])('blanks %s', (_, text, keys) => {
    expect(keysOf(text)).toEqual(keys);
  });

  it('reads a message that is one quotation altogether', () => {
    expect(keysOf('"I hate this"')).toEqual(['i', 'hate', 'this']);
  });

  it('keeps one quoted word: it is emphasis, not a voice', () => {
    expect(keysOf('a "great" idea')).toEqual(['a', 'great', 'idea']);
  });

  it('is not deceived by private signs in the text', () => {
    expect(keysOf('hi \ue000\ue002 there')).toEqual(['hi', 'there']);
  });

  it('tells where an offset lay before invisible signs were removed', () => {
    const text = '\u200bhi \u200d\u200dyou';
    const { body, origin } = mask(text);
    expect(body).toBe('hi you');
    expect([origin(0), origin(1), origin(3)]).toEqual([1, 2, 6]);
  });
});

describe('tokenize knows how people write', () => {
  it('folds stretched words and remembers that they were stretched', () => {
    const [token] = tokenize('SOOOO').tokens;
    expect(token).toMatchObject({ keys: ['soo', 'so'], caps: true, long: true });
  });

  it('offers the owner of a possessive', () => {
    expect(tokenize("boss's").tokens[0]?.keys).toEqual(["boss's", 'boss']);
  });

  it('groups emoji and emoticons, runs of marks, swearing, handles and names', () => {
    expect(keysOf('😡 :( !!!! ?!? ... f*** @sam snake_case camelCase 3.5')).toEqual([
      'em:angry',
      'em:sad',
      '!!',
      '??',
      '...',
      '<swear>',
      '<handle>',
      '<name>',
      '<name>',
      '<number>',
    ]);
  });

  it('keeps three of a run and counts the rest', () => {
    const { tokens, repeats } = tokenize('no '.repeat(30));
    expect(tokens.map(({ keys }) => keys[0])).toEqual(['no', 'no', 'no']);
    expect(repeats).toBe(27);
  });
});
