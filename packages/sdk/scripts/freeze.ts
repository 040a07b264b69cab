/**
 * Keeps how the version in package.json is used, so that a later one that breaks it does not pass `npm run check`. Run once a
 * release; write `use.ts` beside what it writes, for what is not generated. A release that is broken on purpose goes, folder
 * and all, with a new major version.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type OpenApiDocument, type Operation, operationsOf, pageItemOf } from './document.ts';
import { answerName, eventName, inputFields, inputName } from './types.ts';

const PACKAGE = new URL('../', import.meta.url);

/** `operations.ts` of a release: each method with what a caller of it gave and was given then. */
export function usesFile(document: OpenApiDocument, version: string): string {
  return `// Written by scripts/freeze.ts when ${version} was released. Never edited.

import type { PACTClient, RequestOptions, StreamOptions } from '../../../src/index.ts';
import type * as then from './types.ts';

${operationsOf(document).map(use).join('\n')}`;
}

function use(operation: Operation): string {
  const { name } = operation;
  const id = operation.pathFields.some((field) => field.name === 'session_id') ? ["'sess_1'"] : [];
  const withAll = [...id, 'input', 'options'].join(', ');
  const isOptional = inputFields(operation).every((field) => !field.required);
  const without = isOptional ? `  void pact.${name}(${id.join('')});\n` : '';
  const parameters = `pact: PACTClient, input: then.${inputName(operation)}`;
  if (operation.events) {
    return `export function ${name}(${parameters}, options: StreamOptions): AsyncIterable<then.${eventName(operation)}> {
${without}  return pact.${name}(${withAll});
}
`;
  }
  const answer = `then.${answerName(operation)}`;
  const isPage = pageItemOf(operation.answer) !== undefined;
  return `export async function ${name}(${parameters}, options: RequestOptions): Promise<${answer}${isPage ? '[]' : ''}> {
${without}  return (await pact.${name}(${withAll}))${isPage ? '.data' : ''};
}
`;
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8'));
  const document = JSON.parse(readFileSync(new URL('openapi.json', PACKAGE), 'utf8'));
  const target = new URL(`releases/${version}/generated/`, PACKAGE);
  mkdirSync(target, { recursive: true });
  cpSync(new URL('src/generated/types.ts', PACKAGE), new URL('types.ts', target));
  writeFileSync(new URL('operations.ts', target), usesFile(document, version));
}
