/**
 * What keys are called on the other side of the wire, and the names inside their values. A key that is not listed keeps
 * its name, and what is under it is left alone: the keys of free-form metadata are its owner's.
 */
export type Names = { readonly [key: string]: string | readonly [name: string, inner: Names] };

/** A value with its keys renamed along the table; lists are renamed item by item. */
export function rename(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const to = Object.hasOwn(names, key) ? names[key] : undefined;
      return to === undefined ? [key, item] : renamed(to, item);
    }),
  );
}

/** The fields of an input that the table lists, renamed. Those that are not given are left out. */
export function pick(input: object, fields: Names | undefined): [name: string, value: unknown][] {
  const given = input as Record<string, unknown>;
  return Object.entries(fields ?? {})
    .filter(([key]) => given[key] !== undefined)
    .map(([key, to]) => renamed(to, given[key]));
}

const renamed = (to: Names[string], value: unknown): [name: string, value: unknown] =>
  typeof to === 'string' ? [to, value] : [to[0], rename(value, to[1])];
