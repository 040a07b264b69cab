import { camelCase, GENERATED, type Operation, pageItemOf } from './document.ts';
import { answerName, inputFields, inputName } from './types.ts';

/** `client.ts`: one method an operation. */
export function clientFile(operations: Operation[]): string {
  const types = new Set(operations.flatMap((operation) => [inputName(operation), answerName(operation)]));
  return `${GENERATED}
import type { Page } from '../page.ts';
import type { Operation } from '../request.ts';
import type { RequestOptions } from '../transport.ts';
import * as operations from './operations.ts';
import type {
${[...types]
  .sort()
  .map((name) => `  ${name},\n`)
  .join('')}} from './types.ts';

/** The operations of the API, one method each. How a call travels is its subclass's. */
export abstract class Operations {
  /** Makes a call and resolves to its answer. */
  protected abstract call<T>(operation: Operation, input: object, options?: RequestOptions): Promise<T>;
  /** Makes a call that lists, and resolves to its first page. */
  protected abstract list<T>(operation: Operation, input: object, options?: RequestOptions): Promise<Page<T>>;

${operations.map(method).join('\n')}}
`;
}

function method(operation: Operation): string {
  const { name, pathFields } = operation;
  const takesSession = pathFields.some((field) => field.name === 'session_id');
  const isOptional = inputFields(operation).every((field) => !field.required);
  const parameters = [
    ...(takesSession ? ['sessionId: string'] : []),
    `input: ${inputName(operation)}${isOptional ? ' = {}' : ''}`,
    'options?: RequestOptions',
  ];
  const answer = answerName(operation);
  const [verb, result] = pageItemOf(operation.answer) ? ['list', `Page<${answer}>`] : ['call', answer];
  const input = takesSession ? '{ ...input, sessionId }' : 'input';
  return `${docstring(operation)}  ${name}(${parameters.join(', ')}): Promise<${result}> {
    return this.${verb}(operations.${name}, ${input}, options);
  }
`;
}

/** Only a 404 differs from operation to operation; what else can fail is told once, at the errors. */
function docstring({ summary, method, path, notFound }: Operation): string {
  const lines = [
    `${summary}.`,
    '',
    `\`${method} ${path.replace(/\{(\w+)\}/g, (_, name) => `{${camelCase(name)}}`)}\``,
  ];
  if (notFound) lines.push('', `@throws {NotFoundError} ${notFound}`);
  return `  /**\n${lines.map((line) => `   *${line && ` ${line}`}\n`).join('')}   */\n`;
}
