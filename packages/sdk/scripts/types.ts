import { descriptionsOf, methodLink } from './descriptions.ts';
import {
  camelCase,
  componentOf,
  type Field,
  GENERATED,
  headerCamelCase,
  isFreeForm,
  type OpenApiDocument,
  type Operation,
  pageItemOf,
  pascalCase,
  type Schema,
} from './document.ts';

/** Which way a value travels: an input may hold more than it must (a `Date`, a frozen list), an answer is exact. */
type Direction = 'input' | 'answer';

/** The global `Error` keeps its name. */
const RENAMED: Record<string, string> = { Error: 'ErrorBody' };

/** What a header that is an operation's answer is called in TypeScript. */
export const HEADER_FIELDS: Record<string, string> = { 'X-Pact-Erasure': 'erasureId' };

const INDENT = '  ';

/** `types.ts`: every schema of the document, and what each operation takes and gives. */
export function typesFile(document: OpenApiDocument, operations: Operation[]): string {
  const words = wireWords(document, operations);
  const descriptions = descriptionsOf(document, operations);
  const declarations = [
    ...Object.entries(document.components.schemas).map(([name, schema]) =>
      declare(typeName(name), { description: descriptions.get(name) ?? '', ...schema }, 'answer', words),
    ),
    ...operations.map((operation) => inputDeclaration(operation, words)),
    ...operations.flatMap((operation) =>
      operation.events ? eventDeclaration(operation, words) : answerDeclaration(operation, words),
    ),
  ];
  return `${GENERATED}\n${declarations.join('\n\n')}\n`;
}

export const inputName = (operation: Operation) => `${pascalCase(operation.name)}Input`;

/** The name of what a call resolves to; for a list, of one item. */
export function answerName(operation: Operation): string {
  const schema = pageItemOf(operation.answer) ?? operation.answer;
  return schema?.$ref ? typeName(componentOf(schema.$ref)) : `${pascalCase(operation.name)}Answer`;
}

/** The name of what a stream brings: one of its events. */
export const eventName = (operation: Operation) => `${pascalCase(operation.name)}Event`;

/** What an operation takes beside the session that it is about. */
export const inputFields = ({ pathFields, queryFields, bodyFields, headerFields }: Operation): Field[] => [
  ...pathFields.filter((field) => field.name !== 'session_id'),
  ...queryFields,
  ...bodyFields,
  ...headerFields.map((field) => ({ ...field, name: headerCamelCase(field.name) })),
];

const typeName = (component: string) => RENAMED[component] ?? component;

function inputDeclaration(operation: Operation, words: Set<string>): string {
  const fields = inputFields(operation);
  const name = inputName(operation);
  const method = methodLink(operation);
  if (fields.length === 0) {
    return `/** ${method} takes nothing yet. */\nexport type ${name} = Record<string, never>;`;
  }
  const schema: Schema = {
    description: `What ${method} takes.`,
    properties: Object.fromEntries(fields.map((field) => [field.name, field.schema])),
    required: fields.filter((field) => field.required).map((field) => field.name),
  };
  return declare(name, schema, 'input', words);
}

function answerDeclaration(operation: Operation, words: Set<string>): string[] {
  const schema = pageItemOf(operation.answer) ?? operation.answer;
  if (schema?.$ref) return [];
  const description = `What ${methodLink(operation)} answers.`;
  if (schema) return [declare(answerName(operation), { description, ...schema }, 'answer', words)];
  const fields = operation.answerHeaders.map((header) => {
    const field = HEADER_FIELDS[header];
    if (!field) throw new Error(`The header ${header} of ${operation.name} has no name in TypeScript.`);
    return `${INDENT}${field}: string;\n`;
  });
  return [`/** ${description} */\nexport interface ${answerName(operation)} {\n${fields.join('')}}`];
}

/** One of several, told apart by `type`. */
function eventDeclaration(operation: Operation, words: Set<string>): string[] {
  const options = Object.entries(operation.events ?? {}).map(([name, schema]) => {
    const data = typeOf(schema, 'answer', INDENT, words);
    return `\n${INDENT}| { type: '${name}'; id: string; data: ${data} }`;
  });
  const doc = `/** An event of ${methodLink(operation)}: \`type\` says which. \`id\` says where it stands. */\n`;
  return [`${doc}export type ${eventName(operation)} =${options.join('')};`];
}

function declare(name: string, schema: Schema, direction: Direction, words: Set<string>): string {
  const doc = docstring(schema, '', words);
  const type = typeOf(schema, direction, '', words);
  return schema.properties
    ? `${doc}export interface ${name} ${type}`
    : `${doc}export type ${name} = ${type};`;
}

function typeOf(schema: Schema, direction: Direction, indent: string, words: Set<string>): string {
  if (schema.$ref) return typeName(componentOf(schema.$ref));
  if (schema.const !== undefined) return quote(schema.const);
  if (schema.enum) return schema.enum.map(quote).join(' | ');
  if (schema.anyOf) {
    return schema.anyOf.map((option) => typeOf(option, direction, indent, words)).join(' | ');
  }
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type }, direction, indent, words)).join(' | ');
  }
  if (schema.items) {
    const item = typeOf(schema.items, direction, indent, words);
    const isUnion = !schema.items.properties && item.includes(' | ');
    return `${direction === 'input' ? 'readonly ' : ''}${isUnion ? `(${item})` : item}[]`;
  }
  if (schema.properties || schema.type === 'object') return objectType(schema, direction, indent, words);
  if (schema.format === 'date-time' && direction === 'input') return 'string | Date';
  return PRIMITIVES[schema.type ?? ''] ?? 'unknown';
}

const PRIMITIVES: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

function objectType(schema: Schema, direction: Direction, indent: string, words: Set<string>): string {
  if (!schema.properties) return 'Record<string, unknown>';
  const inner = indent + INDENT;
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties).map(([name, property]) => {
    const key = isFreeForm(schema) ? name : camelCase(name);
    const type = typeOf(property, direction, inner, words);
    const mark = required.has(name) ? '' : '?';
    const absent = mark && direction === 'input' ? ' | undefined' : '';
    return `${docstring(property, inner, words)}${inner}${key}${mark}: ${type}${absent};\n`;
  });
  if (isFreeForm(schema)) lines.push(`${inner}[key: string]: unknown;\n`);
  return `{\n${lines.join('')}${indent}}`;
}

function docstring(schema: Schema, indent: string, words: Set<string>): string {
  const facts = [schema.description && inTypeScript(schema.description, words), bounds(schema)];
  const text = facts.filter(Boolean).join(' ').replaceAll('*/', '*\\/');
  return text ? `${indent}/** ${text} */\n` : '';
}

/** Default and range, in words; a range that the description tells already is not told again. */
function bounds(schema: Schema): string {
  const facts: string[] = [];
  const { minimum, maximum, maxLength, minItems, maxItems } = schema;
  if (schema.default !== undefined) facts.push(`default ${JSON.stringify(schema.default)}`);
  const isStated = schema.description?.includes(`${maximum}`) && schema.description.includes(`${minimum}`);
  if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && !isStated) {
    facts.push(`${minimum} to ${maximum}`);
  }
  if (maxLength) facts.push(`at most ${maxLength} characters`);
  if (maxItems) facts.push(minItems ? `${minItems} to ${maxItems} items` : `at most ${maxItems} items`);
  return facts.length > 0 ? `${pascalCase(facts.join(', '))}.` : '';
}

/** Every name that the wire writes in snake_case, so that a description can name it as TypeScript does. */
function wireWords(document: OpenApiDocument, operations: Operation[]): Set<string> {
  const words = new Set<string>();
  const add = (schema: Schema | undefined) => {
    if (!schema) return;
    if (!isFreeForm(schema)) for (const name of Object.keys(schema.properties ?? {})) words.add(name);
    for (const property of Object.values(schema.properties ?? {})) add(property);
    for (const option of schema.anyOf ?? []) add(option);
    add(schema.items);
  };
  for (const schema of Object.values(document.components.schemas)) add(schema);
  for (const operation of operations) {
    add(operation.answer);
    for (const { name, schema } of inputFields(operation)) add({ properties: { [name]: schema } });
  }
  return words;
}

/** The keys of metadata are the same on both sides: `metadata.user_id` is one. */
const inTypeScript = (text: string, words: Set<string>) =>
  text.replace(/(?<!metadata\.)\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g, (word) =>
    words.has(word) ? camelCase(word) : word,
  );

const quote = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
