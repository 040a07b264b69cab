import type { z } from 'zod';

/**
 * The one place where camelCase meets snake_case. Names are mapped along the schema and nowhere else: what a client put
 * into free-form metadata comes back as it was.
 */

type Schema = z.core.$ZodType;
type Definition = z.core.$ZodTypeDef & Record<string, unknown>;

export const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camelCase = (name: string) =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A domain answer in the wire's names. */
export function toWire(schema: Schema, value: unknown): unknown {
  return rename(schema, value, snakeCase, (key) => key);
}

/** The wire's names in those of the domain. Unknown fields are left out, wrong types are left for validation. */
export function fromWire(schema: Schema, value: unknown): unknown {
  return rename(schema, value, (key) => key, snakeCase);
}

/**
 * A query string's values as the types that the schema wants. A value that does not read as its type stays a string, for
 * validation to refuse by name.
 */
export function fromQuery(schema: Schema, query: Record<string, unknown>): Record<string, unknown> {
  const shape = shapeOf(schema) ?? {};
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape)) {
    const raw = query[snakeCase(key)];
    if (raw !== undefined) values[key] = coerce(kindOf(field), raw);
  }
  return values;
}

/** The fields of an object schema, through optional, default and their like. */
export function shapeOf(schema: Schema): Record<string, Schema> | undefined {
  const inner = unwrap(schema);
  const { type, shape } = definitionOf(inner);
  return type === 'object' ? (shape as Record<string, Schema>) : undefined;
}

function rename(
  schema: Schema,
  value: unknown,
  outName: (key: string) => string,
  inName: (key: string) => string,
): unknown {
  const inner = unwrap(schema);
  const definition = definitionOf(inner);
  if (value === null || typeof value !== 'object') return value;
  if (definition.type === 'array') {
    const element = definition['element'] as Schema;
    return Array.isArray(value) ? value.map((item) => rename(element, item, outName, inName)) : value;
  }
  if (definition.type === 'union') {
    const fits = (definition['options'] as Schema[]).find((option) => isLike(option, value));
    return fits ? rename(fits, value, outName, inName) : value;
  }
  // A loose object is the client's own: its keys are not ours to rename.
  if (definition.type !== 'object' || definition['catchall'] || Array.isArray(value)) return value;
  const source = value as Record<string, unknown>;
  const renamed: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(definition['shape'] as Record<string, Schema>)) {
    const item = source[inName(key)];
    if (item !== undefined) renamed[outName(key)] = rename(field, item, outName, inName);
  }
  return renamed;
}

function isLike(option: Schema, value: object): boolean {
  return (definitionOf(unwrap(option)).type === 'array') === Array.isArray(value);
}

const TRUE = new Set(['true', 'True', '1']);
const FALSE = new Set(['false', 'False', '0']);

function coerce(kind: string, raw: unknown): unknown {
  const value = Array.isArray(raw) ? raw.at(-1) : raw;
  if (typeof value !== 'string') return value;
  if (kind === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (kind === 'boolean') return TRUE.has(value) ? true : FALSE.has(value) ? false : value;
  return value;
}

const kindOf = (schema: Schema) => definitionOf(unwrap(schema)).type;

function unwrap(schema: Schema): Schema {
  const { type, innerType } = definitionOf(schema);
  return type === 'optional' || type === 'default' || type === 'nullable' || type === 'prefault'
    ? unwrap(innerType as Schema)
    : schema;
}

const definitionOf = (schema: Schema) => schema._zod.def as Definition;
