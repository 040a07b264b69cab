import {
  camelCase,
  componentOf,
  type Field,
  isFreeForm,
  type OpenApiDocument,
  type Schema,
} from './document.ts';

/** The wire's names to TypeScript's, or back. */
export type Direction = 'toWire' | 'fromWire';

/** What each key is called on the other side, and the names inside its value. Keys that keep their name are not in it. */
type NameTree = { [key: string]: string | [name: string, inner: NameTree | Shared] };

/** The names of a schema that several operations speak of, as a constant of the table. */
class Shared {
  readonly constant: string;
  constructor(constant: string) {
    this.constant = constant;
  }
}

/** Collects the name tables of a document as source text; a schema of the document becomes one constant. */
export class NameTables {
  readonly #document: OpenApiDocument;
  readonly #trees = new Map<string, NameTree>();
  readonly #open = new Set<string>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /** The names in a schema, as an expression; undefined where every name is the same on both sides. */
  expression(schema: Schema, direction: Direction, indent: string): string | undefined {
    const names = this.#names(schema, direction);
    return names && print(names, indent);
  }

  /** All of an operation's fields in one place, those with one name too: what is not listed is not sent. */
  fields(fields: Field[], indent: string): string {
    const tree: NameTree = {};
    for (const { name, schema } of fields) tree[camelCase(name)] = entry(name, this.#names(schema, 'toWire'));
    return print(tree, indent);
  }

  /** The constants that the expressions refer to, each after those it refers to. */
  constants(): string {
    return [...this.#trees].map(([name, tree]) => `const ${name}: Names = ${print(tree, '')};\n`).join('\n');
  }

  #names(schema: Schema, direction: Direction): NameTree | Shared | undefined {
    if (schema.$ref) return this.#shared(componentOf(schema.$ref), direction);
    if (schema.items) return this.#names(schema.items, direction);
    if (schema.anyOf) return this.#union(schema.anyOf, direction);
    const tree: NameTree = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const camel = isFreeForm(schema) ? name : camelCase(name);
      const [from, to] = direction === 'toWire' ? [camel, name] : [name, camel];
      const inner = this.#names(property, direction);
      if (inner || from !== to) tree[from] = entry(to, inner);
    }
    return Object.keys(tree).length > 0 ? tree : undefined;
  }

  #shared(component: string, direction: Direction): Shared | undefined {
    const constant = `${component.charAt(0).toLowerCase()}${component.slice(1)}${direction === 'toWire' ? 'ToWire' : 'FromWire'}`;
    if (this.#trees.has(constant)) return new Shared(constant);
    const schema = this.#document.components.schemas[component];
    if (!schema) throw new Error(`The document refers to ${component}, which it does not have.`);
    if (this.#open.has(constant)) throw new Error(`${component} holds itself, which a name table cannot.`);
    this.#open.add(constant);
    const names = this.#names(schema, direction);
    this.#open.delete(constant);
    if (!names || names instanceof Shared) return names;
    this.#trees.set(constant, names);
    return new Shared(constant);
  }

  /** Options are told apart by nothing but their keys, so at most one of them may rename any. */
  #union(options: Schema[], direction: Direction): NameTree | Shared | undefined {
    const renaming = options
      .map((option) => this.#names(option, direction))
      .filter((names) => names !== undefined);
    if (renaming.length > 1)
      throw new Error('Two options of a union rename keys: which one holds cannot be told.');
    return renaming[0];
  }
}

const entry = (name: string, inner: NameTree | Shared | undefined): NameTree[string] =>
  inner ? [name, inner] : name;

function print(names: NameTree | Shared, indent: string): string {
  if (names instanceof Shared) return names.constant;
  const inner = `${indent}  `;
  const lines = Object.entries(names).map(([key, to]) => {
    const value = typeof to === 'string' ? `'${to}'` : `['${to[0]}', ${print(to[1], inner)}]`;
    return `${inner}${key}: ${value},\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}
