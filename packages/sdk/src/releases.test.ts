import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const RELEASES = readdirSync(`${PACKAGE}releases`);

/** What the compiler says of the programs of all releases, with some text of a source replaced by another. */
function complaints(source = '', from = '', to = ''): string[] {
  const { config } = ts.readConfigFile(`${PACKAGE}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PACKAGE);
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (path) => {
    const text = readFile(path);
    if (source === '' || !path.endsWith(`/src/${source}`)) return text;
    expect(text).toContain(from);
    return text?.replace(from, to);
  };
  const programs = RELEASES.flatMap((version) => [
    `${PACKAGE}releases/${version}/use.ts`,
    `${PACKAGE}releases/${version}/generated/operations.ts`,
  ]);
  return ts
    .getPreEmitDiagnostics(ts.createProgram(programs, options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('the version that is to be published is among those that are kept', () => {
  const { version } = JSON.parse(readFileSync(`${PACKAGE}package.json`, 'utf8'));
  expect(RELEASES).toContain(version);
});

test('a program that was written for any release of this major version still compiles', () => {
  expect(complaints()).toEqual([]);
});

test.each([
  ['a method is gone', 'generated/client.ts', '  setPriority(', '  rank('],
  [
    'a method takes something else',
    'generated/client.ts',
    'getContext(sessionId: string,',
    'getContext(sessionId: number,',
  ],
  [
    'an input needs a new field',
    'generated/types.ts',
    'export interface RecallInput {',
    'export interface RecallInput {\n  brandNew: string;',
  ],
  [
    'an input takes less',
    'generated/types.ts',
    "order?: 'asc' | 'desc' | undefined;",
    "order?: 'asc' | undefined;",
  ],
  ['an answer has lost a field', 'generated/types.ts', '  consolidatedSummary: ', '  summary: '],
  ['an event has lost a field', 'generated/types.ts', '  tokensSaved: ', '  saved: '],
  ['an option of the client is gone', 'client.ts', '  maxRetries?: number', '  retries?: number'],
  [
    'an error tells less',
    'errors.ts',
    'readonly retryAfter: number | undefined;',
    'readonly again: number | undefined;',
  ],
  ['a name is no longer exported', 'index.ts', '  ConflictError,\n', ''],
  ['a call is no promise with its response', 'promise.ts', '  withResponse()', '  answered()'],
])('it would not if %s', (_, source, from, to) => {
  expect(complaints(source, from, to)).not.toEqual([]);
});
