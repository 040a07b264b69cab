import type { CallToolResult, McpServer, ToolAnnotations } from '@modelcontextprotocol/server';
import { AuthenticationError, PACTError, PermissionError, RateLimitError } from '@neurobloom/pact';
import { z } from 'zod';
import type { Memory } from './memory.ts';

/** What a tool answers with: words for a model, and the same for a program. */
interface Told<Output> {
  text: string;
  output: Output;
}

export interface Tool<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  annotations: ToolAnnotations;
  run(memory: Memory, input: z.output<Input>): Promise<Told<z.input<Output>>>;
}

/** Helps to write a tool: its parts' types follow from its schemas. */
export const tool = <Input extends z.ZodObject, Output extends z.ZodObject>(parts: Tool<Input, Output>) =>
  parts;

/** Which session a tool works on. */
export const sessionId = z
  .string()
  .min(1)
  .optional()
  .describe(
    "Another session of the user, as list_sessions names it. Leave it out for the user's ongoing session.",
  );

/** Gives a server a tool that works on a memory. */
export function register<Input extends z.ZodObject, Output extends z.ZodObject>(
  server: McpServer,
  memory: Memory,
  { name, title, description, input, output, annotations, run }: Tool<Input, Output>,
): void {
  // The memory is PACT's and nothing beyond it, which is what a closed world means here.
  const hints = { openWorldHint: false, ...annotations };
  server.registerTool(
    name,
    {
      title,
      description,
      // What it is of is known to `run` alone: two schemas at once are too many for the registration's overloads.
      inputSchema: input as z.ZodObject,
      outputSchema: output as z.ZodObject,
      annotations: hints,
    },
    async (given): Promise<CallToolResult> => {
      try {
        const told = await run(memory, given as z.output<Input>);
        return { content: [{ type: 'text', text: told.text }], structuredContent: told.output };
      } catch (error) {
        return { content: [{ type: 'text', text: sentenceOf(error) }], isError: true };
      }
    },
  );
}

/** One sentence for the model and for whoever reads along: what went wrong, and what to do about it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof AuthenticationError) {
    return 'PACT does not know the API key: give pact-mcp a valid one, as PACT_API_KEY or, over HTTP, as the bearer key.';
  }
  if (error instanceof PermissionError) return `The API key may not do this: ${error.message}`;
  if (error instanceof RateLimitError && error.retryAfter !== undefined) {
    return `${error.message} Try again in ${error.retryAfter} s.`;
  }
  if (error instanceof PACTError) return error.message;
  console.error(error);
  return `pact-mcp itself failed: ${error instanceof Error ? error.message : String(error)}`;
}
