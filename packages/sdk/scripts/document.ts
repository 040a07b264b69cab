/** The parts of an OpenAPI 3.1 document that the client is made of. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  const?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface DescribedOperation {
  operationId: string;
  summary?: string;
  description?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string; headers?: Record<string, unknown> }>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, Schema> };
}

export interface Field {
  name: string;
  schema: Schema;
  required: boolean;
}

/** One operation, in the order in which a client needs to know it. */
export interface Operation {
  name: string;
  summary: string;
  method: string;
  path: string;
  pathFields: Field[];
  queryFields: Field[];
  bodyFields: Field[];
  headerFields: Field[];
  /** What each event of a stream carries, by its name; undefined for what answers at once. */
  events: Record<string, Schema> | undefined;
  /** What a success carries; undefined for an answer without a body. */
  answer: Schema | undefined;
  /** Headers that are the answer of an operation without a body. */
  answerHeaders: string[];
  /** Statuses of 400 and above that carry an answer all the same, as a health check's 503. */
  answeringStatuses: number[];
  needsKey: boolean;
  /** What a 404 of it means. */
  notFound: string | undefined;
}

const ERROR = '#/components/schemas/Error';

/** The operations of a document, in its order. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => read(path, method, described)),
  );
}

function read(path: string, method: string, described: DescribedOperation): Operation {
  const statuses = Object.keys(described.responses);
  const success = described.responses[statuses.find((status) => status.startsWith('2')) ?? ''];
  if (!success) throw new Error(`${described.operationId} has no success among its responses.`);
  const parameters = (place: string): Field[] =>
    (described.parameters ?? [])
      .filter((parameter) => parameter.in === place)
      .map(({ name, required, description, schema }) => ({
        name,
        required: required ?? false,
        schema: description ? { description, ...schema } : schema,
      }));
  const answersWith = (status: string) => jsonOf(described.responses[status]);
  return {
    name: described.operationId,
    summary: [described.summary, described.description].map(sentence).filter(Boolean).join(' '),
    method: method.toUpperCase(),
    path,
    pathFields: parameters('path'),
    queryFields: parameters('query'),
    bodyFields: fieldsOf(jsonOf(described.requestBody)),
    // A key that the client makes itself is an option of a call, not a field of its input.
    headerFields: parameters('header').filter(({ name }) => name !== 'Idempotency-Key'),
    events: eventsOf(success),
    answer: jsonOf(success),
    answerHeaders: jsonOf(success) ? [] : Object.keys(success.headers ?? {}),
    answeringStatuses: statuses
      .filter((status) => Number(status) >= 400 && answersWith(status) && answersWith(status)?.$ref !== ERROR)
      .map(Number),
    needsKey: described.security?.length !== 0,
    notFound: described.responses['404']?.description.replace(/^`\w+`: /, ''),
  };
}

/** An event is described as an object of its name, its id and its data. */
function eventsOf({ content }: Content): Operation['events'] {
  const options = content?.['text/event-stream']?.schema.oneOf;
  const entry = ({ properties }: Schema) => [properties?.['event']?.const, properties?.['data']] as const;
  return options && (Object.fromEntries(options.map(entry)) as Record<string, Schema>);
}

const sentence = (text: string | undefined) => text && `${text.replace(/\.$/, '')}.`;

const jsonOf = (content: Content | undefined) => content?.content?.['application/json']?.schema;

function fieldsOf(schema: Schema | undefined): Field[] {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    required: required.has(name),
  }));
}

/** What a list answers page by page, when that is what the schema describes. */
export function pageItemOf(schema: Schema | undefined): Schema | undefined {
  const properties = schema?.properties ?? {};
  const isPage = 'next_cursor' in properties && 'has_more' in properties;
  return isPage ? properties['data']?.items : undefined;
}

/** An object whose keys are its owner's: they are called the same on both sides of the wire. */
export const isFreeForm = (schema: Schema) => typeof schema.additionalProperties === 'object';

export const camelCase = (name: string) =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `lastEventId` of `Last-Event-ID`. */
export const headerCamelCase = (header: string) => camelCase(header.toLowerCase().replaceAll('-', '_'));

export const pascalCase = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

export const componentOf = (ref: string) => ref.replace('#/components/schemas/', '');

export const GENERATED = '// Generated from openapi.json by scripts/generate.ts. Do not edit.\n';
