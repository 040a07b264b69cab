import { describe, expect, it } from 'vitest';
import { isThisComputer, parseSettings } from './settings.ts';

describe('settings', () => {
  it('are taken as they are, but for spaces and slashes at the end', () => {
    expect(parseSettings({ apiUrl: ' http://localhost:8787/pact/v1/ ', apiKey: ' sk_test_1 ' })).toEqual({
      apiUrl: 'http://localhost:8787/pact/v1',
      apiKey: 'sk_test_1',
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'sk_test_1'],
    ['no key', { apiUrl: 'http://localhost:8787/pact/v1' }],
    ['an empty key', { apiUrl: 'http://localhost:8787/pact/v1', apiKey: '  ' }],
    ['a key with a space in it', { apiUrl: 'http://localhost:8787/pact/v1', apiKey: 'sk_test 1' }],
    ['no address', { apiKey: 'sk_test_1' }],
    ['an address without a scheme', { apiUrl: 'localhost', apiKey: 'sk_test_1' }],
    ['an address that is a script', { apiUrl: 'javascript:alert(1)', apiKey: 'sk_test_1' }],
    ['numbers', { apiUrl: 1, apiKey: 2 }],
  ])('are refused when they are %s', (_, value) => {
    expect(parseSettings(value)).toBeUndefined();
  });
});

describe('this computer', () => {
  it.each(['localhost', '127.0.0.1', '127.8.9.1', '[::1]'])('is called %s', (name) => {
    expect(isThisComputer(name)).toBe(true);
  });

  it.each(['neurobloom.ai', 'localhost.example.com', '127.0.0.1.example.com', '10.0.0.1', ''])(
    'is not called "%s"',
    (name) => {
      expect(isThisComputer(name)).toBe(false);
    },
  );
});
