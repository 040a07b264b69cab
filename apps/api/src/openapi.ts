import { ERRORS, type ErrorCode } from '@pact/core';
import { z } from 'zod';
import { ErrorBody } from './errors.ts';
import { type Operation, operations } from './operations.ts';
import { VERSION } from './version.ts';
import { snakeCase } from './wire.ts';

type Json = Record<string, unknown>;

const SERVERS = [
  { url: 'https://api.neurobloom.ai/pact/v1', description: 'Production' },
  { url: 'https://api-staging.neurobloom.ai/pact/v1', description: 'Staging' },
  { url: 'http://localhost:8787/pact/v1', description: 'Local' },
];

let document: Json | undefined;

/** OpenAPI 3.1 of the REST wire, from the router. Made once: it never changes while a process lives. */
export function openApiDocument(): Json {
  document ??= build();
  return document;
}

function build(): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const operation of operations()) {
    const { path, method } = operation.meta;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, schemas) };
  }
  convert(ErrorBody, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'PACT',
      version: VERSION,
      description:
        'Memory for AI agents: what was said, how it felt and what it was about. `valence` and `arousal` run from 0 to 1; 0.5 is neutral, or calm-neutral.',
    },
    servers: SERVERS,
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `sk_test_…` or `sk_prod_…`.' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function describe(operation: Operation, schemas: Json): Json {
  const { meta, name, pathParameters, hasBody } = operation;
  const input = convert(operation.input, 'input', schemas) as { properties?: Json; required?: string[] };
  const properties = input.properties ?? {};
  const required = new Set(input.required ?? []);
  const others = Object.keys(properties).filter(
    (field) => !pathParameters.includes(field) && !HEADER_PARAMETERS[field],
  );
  const body = Object.fromEntries(others.map((field) => [field, properties[field]]));
  const bodyRequired = others.filter((field) => required.has(field));
  return {
    operationId: name,
    tags: [meta.tag],
    summary: meta.summary,
    ...(meta.description ? { description: meta.description } : {}),
    ...(meta.scope ? {} : { security: [] }),
    parameters: parametersOf(operation, properties, required),
    ...(hasBody && others.length > 0
      ? {
          requestBody: {
            required: bodyRequired.length > 0,
            content: json({
              type: 'object',
              properties: body,
              ...(bodyRequired.length > 0 ? { required: bodyRequired } : {}),
            }),
          },
        }
      : {}),
    responses: responses(operation, schemas),
  };
}

function parametersOf(
  { pathParameters, hasBody }: Operation,
  properties: Json,
  required: Set<string>,
): Json[] {
  const others = Object.keys(properties).filter(
    (field) => !pathParameters.includes(field) && !HEADER_PARAMETERS[field],
  );
  return [
    ...pathParameters.map((field) => ({
      name: field,
      in: 'path',
      required: true,
      schema: properties[field],
    })),
    ...(hasBody
      ? [idempotencyKey]
      : others.map((field) => ({
          name: field,
          in: 'query',
          required: required.has(field),
          schema: properties[field],
        }))),
    ...Object.keys(HEADER_PARAMETERS)
      .filter((field) => properties[field])
      .map((field) => ({
        name: HEADER_PARAMETERS[field],
        in: 'header',
        required: false,
        schema: properties[field],
      })),
  ];
}

/** Fields that REST takes from a header. */
const HEADER_PARAMETERS: Record<string, string> = { last_event_id: 'Last-Event-ID' };

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Sent again with the same key and body, the first answer is replayed for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const cacheHeader = {
  description:
    'hit: kept from an earlier request, and nothing of the session has changed since. miss: read now.',
  schema: { type: 'string', enum: ['hit', 'miss'] },
};

function responses({ meta, output, events, pathParameters, hasBody }: Operation, schemas: Json): Json {
  const success = events
    ? { description: 'A stream without end.', content: eventStream(events, schemas) }
    : meta.status === 204
      ? { description: 'Done; no body.' }
      : { description: 'Done.', content: json(convert(output, 'output', schemas)) };
  const codes: ErrorCode[] = ['invalid_request', 'internal_error', 'unavailable'];
  if (meta.scope) codes.push('unauthorized', 'forbidden', 'rate_limit_exceeded');
  // A search names the session it looks in, in its body.
  if (pathParameters.length > 0 || meta.path === '/recall') codes.push('not_found');
  if (hasBody) codes.push('conflict', 'too_large', 'idempotency_mismatch');
  const headers = {
    ...Object.fromEntries(
      Object.keys(meta.headers ?? {}).map((header) => [header, { schema: { type: 'string' } }]),
    ),
    ...(meta.cached ? { 'X-Cache': cacheHeader } : {}),
  };
  return {
    [meta.status ?? 200]: { ...success, ...(Object.keys(headers).length > 0 ? { headers } : {}) },
    ...Object.fromEntries(codes.map((code) => [ERRORS[code].status, refusal(code, meta.path)])),
  };
}

function refusal(code: ErrorCode, path: string): Json {
  const { words, retryable } = ERRORS[code];
  const description = `\`${code}\`: ${words}${retryable ? ' Safe to retry.' : ''}`;
  if (path === '/health' && code === 'unavailable') {
    return { description, content: json({ $ref: '#/components/schemas/Health' }) };
  }
  return { description, content: json({ $ref: '#/components/schemas/Error' }) };
}

/** One event of the stream, as its lines `event`, `id` and `data` tell it; `data` is JSON. */
function eventStream(events: NonNullable<Operation['events']>, schemas: Json): Json {
  const oneOf = Object.entries(events).map(([name, schema]) => ({
    type: 'object',
    properties: {
      event: { const: name },
      id: { type: 'string' },
      data: convert(schema, 'output', schemas),
    },
    required: ['event', 'id', 'data'],
  }));
  return { 'text/event-stream': { schema: { oneOf } } };
}

const json = (schema: unknown) => ({ 'application/json': { schema } });

/** A Zod schema as JSON Schema in the wire's names; schemas with an id move to `schemas` and are referred to. */
function convert(schema: z.core.$ZodType, io: 'input' | 'output', schemas: Json): Json {
  const converted = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => rename(zodSchema, jsonSchema),
  });
  const { $defs, $schema: _, ...inline } = refer(converted) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries($defs ?? {})) schemas[name] ??= withoutId(definition);
  const { id } = inline as { id?: string };
  if (!id) return inline;
  schemas[id] ??= withoutId(inline);
  return { $ref: `#/components/schemas/${id}` };
}

/** Property names as the wire has them. A loose object's own keys are the client's. */
function rename(zodSchema: z.core.$ZodType, jsonSchema: Json): void {
  const definition = zodSchema._zod.def as { type: string; catchall?: unknown };
  if (definition.type !== 'object' || definition.catchall || !jsonSchema['properties']) return;
  jsonSchema['properties'] = Object.fromEntries(
    Object.entries(jsonSchema['properties'] as Json).map(([key, value]) => [snakeCase(key), value]),
  );
  if (jsonSchema['required']) jsonSchema['required'] = (jsonSchema['required'] as string[]).map(snakeCase);
}

function refer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refer);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      key === '$ref' && typeof item === 'string'
        ? [key, item.replace('#/$defs/', '#/components/schemas/')]
        : [key, refer(item)],
    ),
  );
}

function withoutId({ id: _, ...definition }: Json): Json {
  return definition;
}
