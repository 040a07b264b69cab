import { type Field, GENERATED, headerCamelCase, type OpenApiDocument, type Operation } from './document.ts';
import { NameTables } from './names.ts';
import { HEADER_FIELDS } from './types.ts';

/** `operations.ts`: where each operation lives on the wire, and what its fields are called there. */
export function operationsFile(document: OpenApiDocument, operations: Operation[]): string {
  const tables = new NameTables(document);
  const entries = operations.map((operation) => `${docstring(operation)}${entry(operation, tables)}`);
  return `${GENERATED}
import type { Names } from '../names.ts';
import type { Operation } from '../request.ts';

${tables.constants()}
${entries.join('\n')}`;
}

const docstring = ({ method, path }: Operation) => `/** ${method} ${path} */\n`;

function entry(operation: Operation, tables: NameTables): string {
  const { name, method, path, answer, answerHeaders, answeringStatuses, needsKey } = operation;
  const lines = [
    `method: '${method}'`,
    `path: '${path}'`,
    ...fields('pathFields', operation.pathFields, tables),
    ...fields('queryFields', operation.queryFields, tables),
    ...fields('bodyFields', operation.bodyFields, tables),
    ...headers(operation.headerFields),
    ...events(operation.events, tables),
    ...(answer ? [`answer: ${tables.expression(answer, 'fromWire', '  ') ?? '{}'}`] : []),
    ...answerHeaders.map((header) => `answerHeader: ['${header}', '${HEADER_FIELDS[header]}']`),
    ...(answeringStatuses.length > 0 ? [`answeringStatuses: [${answeringStatuses.join(', ')}]`] : []),
    ...(needsKey ? [] : ['needsKey: false']),
  ];
  return `export const ${name}: Operation = {\n${lines.map((line) => `  ${line},\n`).join('')}};\n`;
}

function fields(property: string, list: Field[], tables: NameTables): string[] {
  return list.length > 0 ? [`${property}: ${tables.fields(list, '  ')}`] : [];
}

function headers(list: Field[]): string[] {
  const entries = list.map(({ name }) => `${headerCamelCase(name)}: '${name}'`);
  return entries.length > 0 ? [`headerFields: { ${entries.join(', ')} }`] : [];
}

function events(described: Operation['events'], tables: NameTables): string[] {
  if (!described) return [];
  const entries = Object.entries(described).map(
    ([name, schema]) => `    ${name}: ${tables.expression(schema, 'fromWire', '    ') ?? '{}'},\n`,
  );
  return [`events: {\n${entries.join('')}  }`];
}
