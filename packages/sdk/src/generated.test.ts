import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { OpenApiDocument } from '../scripts/document.ts';
import { generate } from '../scripts/generate.ts';
import { PACTClient } from './index.ts';

const document: OpenApiDocument = JSON.parse(
  readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'),
);
const folder = new URL('./generated/', import.meta.url);

test('the generated files are what openapi.json gives', () => {
  const files = generate(document);
  expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  for (const [name, text] of Object.entries(files)) {
    expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text);
  }
});

test('every operation of the document is a method', () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const names = operations.map(({ operationId }) => operationId);
  const pact = new PACTClient({ apiKey: 'sk_test_1' }) as unknown as Record<string, unknown>;
  expect(names.filter((name) => typeof pact[name] !== 'function')).toEqual([]);
});

test('the methods are called as the published description calls them', () => {
  const published = [
    ...[
      'createSession',
      'saveInteraction',
      'getContext',
      'getEmotionalState',
      'getMemoryGraph',
      'consolidate',
    ],
    ...[
      'setPriority',
      'deleteSession',
      'recall',
      'listSessions',
      'exportUser',
      'eraseUser',
      'usage',
      'stream',
    ],
  ];
  const pact = new PACTClient({ apiKey: 'sk_test_1' }) as unknown as Record<string, unknown>;
  expect(published.filter((name) => typeof pact[name] !== 'function')).toEqual([]);
});

test('a schema that the generator would get wrong is refused, not guessed', () => {
  const answering = (schema: object) =>
    ({
      paths: {
        '/x': {
          get: {
            operationId: 'x',
            responses: { 200: { description: '', content: { 'application/json': { schema } } } },
          },
        },
      },
      components: {
        schemas: { Tree: { properties: { sub_trees: { items: { $ref: '#/components/schemas/Tree' } } } } },
      },
    }) as OpenApiDocument;
  expect(() => generate(answering({ $ref: '#/components/schemas/Tree' }))).toThrow(/holds itself/);
  const option = (key: string) => ({ properties: { [key]: { type: 'string' } } });
  expect(() => generate(answering({ anyOf: [option('a_b'), option('c_d')] }))).toThrow(/Two options/);
});
