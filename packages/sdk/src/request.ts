import { PACTError } from './errors.ts';
import { type Names, pick, rename } from './names.ts';

/** Where an operation lives on the wire, and what its fields are called there. */
export interface Operation {
  readonly method: string;
  /** With its path fields in braces, in the wire's names. */
  readonly path: string;
  readonly pathFields?: Names;
  readonly queryFields?: Names;
  readonly bodyFields?: Names;
  /** Fields that travel as headers. */
  readonly headerFields?: Readonly<Record<string, string>>;
  /** Names in the answer; undefined when it has no body. */
  readonly answer?: Names;
  /** Names in the events of a stream, by the event's name. */
  readonly events?: Readonly<Record<string, Names>>;
  /** The header that is the answer of an operation without a body, and what it is called in TypeScript. */
  readonly answerHeader?: readonly [header: string, name: string];
  /** Statuses of 400 and above that carry an answer all the same. */
  readonly answeringStatuses?: readonly number[];
  /** False for what anybody may ask. */
  readonly needsKey?: boolean;
}

/** A call, ready to be sent. */
export interface Request {
  readonly operation: Operation;
  /** Path and query, to be put behind the base URL. */
  readonly path: string;
  readonly body: string | undefined;
  /** Those that the input gives. */
  readonly headers: Record<string, string>;
}

/** What an answer was read from. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
}

/** An operation's input as a request. Fields that the operation does not have are left out. */
export function toRequest(operation: Operation, input: object): Request {
  const { bodyFields, headerFields } = operation;
  return {
    operation,
    path: pathOf(operation, input) + queryOf(operation, input),
    body: bodyFields && JSON.stringify(Object.fromEntries(pick(input, bodyFields))),
    headers: Object.fromEntries(pick(input, headerFields).map(([name, value]) => [name, String(value)])),
  };
}

/** What a call resolves to. */
export function fromAnswer(operation: Operation, answer: Answer): unknown {
  const { answer: names, answerHeader } = operation;
  if (names) return rename(answer.body, names);
  if (!answerHeader) return undefined;
  const [header, name] = answerHeader;
  const value = answer.headers.get(header);
  if (value === null) {
    throw new PACTError(
      `It is done, but the answer lacks the header ${header}: a proxy may have removed it.`,
    );
  }
  return { [name]: value };
}

function pathOf({ path, pathFields }: Operation, input: object): string {
  const values = Object.fromEntries(pick(input, pathFields));
  return path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = values[field];
    // An empty or dotted id would make a request of another path: of all sessions, say.
    if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) {
      throw new PACTError(`${field} must be an id, not ${JSON.stringify(value)}.`);
    }
    return encodeURIComponent(value);
  });
}

function queryOf({ queryFields }: Operation, input: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of pick(input, queryFields)) {
    if (value !== null) query.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  return query.size > 0 ? `?${query}` : '';
}
