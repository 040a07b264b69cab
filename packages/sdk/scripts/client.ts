import { camelCase, GENERATED, type Operation, pageItemOf } from './document.ts';
import { answerName, eventName, inputFields, inputName } from './types.ts';

/** `client.ts`: one method an operation. */
export function clientFile(operations: Operation[]): string {
  const resultName = (operation: Operation) =>
    operation.events ? eventName(operation) : answerName(operation);
  const types = new Set(operations.flatMap((operation) => [inputName(operation), resultName(operation)]));
  return `${GENERATED}
import type { PagePromise } from '../page.ts';
import type { PACTPromise } from '../promise.ts';
import type { Operation } from '../request.ts';
import type { EventStream, StreamOptions } from '../stream.ts';
import type { RequestOptions } from '../transport.ts';
import * as operations from './operations.ts';
import type {
${[...types]
  .sort()
  .map((name) => `  ${name},\n`)
  .join('')}} from './types.ts';

/** The operations of the API, one method each. How a call travels is its subclass's. */
export abstract class Operations {
  /** Makes a call and resolves to its answer. @internal */
  protected abstract call<T>(operation: Operation, input: object, options?: RequestOptions): PACTPromise<T>;
  /** Makes a call that lists, and resolves to its first page. @internal */
  protected abstract list<T>(operation: Operation, input: object, options?: RequestOptions): PagePromise<T>;
  /** Follows what happens. @internal */
  protected abstract events<T>(operation: Operation, input: object, options?: StreamOptions): EventStream<T>;

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
    `options?: ${operation.events ? 'StreamOptions' : 'RequestOptions'}`,
  ];
  const [verb, result] = operation.events
    ? ['events', `EventStream<${eventName(operation)}>`]
    : pageItemOf(operation.answer)
      ? ['list', `PagePromise<${answerName(operation)}>`]
      : ['call', `PACTPromise<${answerName(operation)}>`];
  const input = takesSession ? '{ ...input, sessionId }' : 'input';
  return `${docstring(operation)}  ${name}(${parameters.join(', ')}): ${result} {
    return this.${verb}(operations.${name}, ${input}, options);
  }
`;
}

/** Only a 404 differs from operation to operation; what else can fail is told once, at the errors. */
function docstring({ summary, method, path, notFound }: Operation): string {
  const lines = [
    summary,
    '',
    `\`${method} ${path.replace(/\{(\w+)\}/g, (_, name) => `{${camelCase(name)}}`)}\``,
  ];
  if (notFound) lines.push('', `@throws {NotFoundError} ${notFound}`);
  return `  /**\n${lines.map((line) => `   *${line && ` ${line}`}\n`).join('')}   */\n`;
}
