import { componentOf, type OpenApiDocument, type Operation, pageItemOf, type Schema } from './document.ts';

/** A method, as a docstring links to it. */
export const methodLink = ({ name }: Operation) => `{@link PACTClient.${name}}`;

/** What each schema is for that says nothing of itself, by its name in the document: where a reader meets it. */
export function descriptionsOf(document: OpenApiDocument, operations: Operation[]): Map<string, string> {
  const found = new Map<string, string>([['Error', 'What PACT answers when it refuses.']]);
  const add = (schema: Schema | undefined, text: string) => {
    const name = schema?.$ref && componentOf(schema.$ref);
    if (name && !found.has(name)) found.set(name, text);
  };
  for (const operation of operations) {
    add(operation.answer, `What ${methodLink(operation)} answers.`);
    add(pageItemOf(operation.answer), `One of what ${methodLink(operation)} lists.`);
    for (const schema of Object.values(operation.events ?? {})) {
      add(schema, `What an event of ${methodLink(operation)} tells.`);
    }
  }
  for (const operation of operations) {
    for (const { schema } of operation.bodyFields) add(schema, `What ${methodLink(operation)} takes.`);
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    for (const part of partsOf(schema)) add(part, `A part of {@link ${name}}.`);
  }
  return found;
}

/** Every schema inside a schema, as deep as they are spelled out. */
function partsOf({ properties, items, anyOf, oneOf }: Schema): Schema[] {
  const inner = [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(anyOf ?? []),
    ...(oneOf ?? []),
  ];
  return inner.flatMap((schema) => [schema, ...partsOf(schema)]);
}
