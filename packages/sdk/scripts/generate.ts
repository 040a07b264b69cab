/** Writes `src/generated` from `openapi.json`. Says nothing when all is well. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clientFile } from './client.ts';
import { type OpenApiDocument, operationsOf } from './document.ts';
import { operationsFile } from './operations.ts';
import { typesFile } from './types.ts';

const SOURCE = new URL('../openapi.json', import.meta.url);
const TARGET = new URL('../src/generated/', import.meta.url);

/** The generated files, name to text. The same document gives the same text. */
export function generate(document: OpenApiDocument): Record<string, string> {
  const operations = operationsOf(document);
  return {
    'types.ts': typesFile(document, operations),
    'operations.ts': operationsFile(document, operations),
    'client.ts': clientFile(operations),
  };
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  mkdirSync(TARGET, { recursive: true });
  for (const [name, text] of Object.entries(generate(JSON.parse(readFileSync(SOURCE, 'utf8'))))) {
    writeFileSync(new URL(name, TARGET), text);
  }
}
