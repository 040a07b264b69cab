import { z } from 'zod';
import { appRouter } from './router.ts';
import type { Meta } from './trpc.ts';

/** A procedure seen from outside: what REST and the document need to know of it. */
export interface Operation {
  /** Its name in the router, which is its operation id too. */
  name: keyof typeof appRouter._def.procedures & string;
  meta: Meta;
  input: z.core.$ZodType;
  output: z.core.$ZodType;
  /** Set: it answers with a stream of these, by name, and not with its output. */
  events: Record<string, z.core.$ZodType> | undefined;
  /** Names of the path's parameters, as the wire has them. */
  pathParameters: string[];
  /** Whether its input comes in a body; otherwise in path and query. */
  hasBody: boolean;
}

interface ProcedureDefinition {
  meta?: Meta;
  inputs: z.core.$ZodType[];
  output?: z.core.$ZodType;
}

/**
 * Every procedure with its REST route. Reads the router's definition, which tRPC does not document: its version is pinned
 * exactly, and a test walks all operations.
 */
export function operations(): Operation[] {
  return Object.entries(appRouter._def.procedures).map(([name, procedure]) => {
    const { meta, inputs, ...definition } = (procedure as unknown as { _def: ProcedureDefinition })._def;
    const [input] = inputs;
    const output = meta?.events ? z.never() : definition.output;
    if (!meta || !input || !output) throw new Error(`The procedure ${name} lacks its meta, input or output.`);
    return {
      name: name as Operation['name'],
      meta,
      input,
      output,
      events: meta.events,
      pathParameters: [...meta.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!),
      hasBody: meta.method === 'POST',
    };
  });
}
