import type { ListNamespacesOperation, SearchOperation } from '@langchain/langgraph';

type Value = Record<string, unknown>;

const COMPARISONS: Record<string, (value: unknown, wanted: unknown) => boolean> = {
  $eq: isEqual,
  $ne: (value, wanted) => !isEqual(value, wanted),
  $gt: (value, wanted) => Number(value) > Number(wanted),
  $gte: (value, wanted) => Number(value) >= Number(wanted),
  $lt: (value, wanted) => Number(value) < Number(wanted),
  $lte: (value, wanted) => Number(value) <= Number(wanted),
  $in: (value, wanted) => Array.isArray(wanted) && wanted.some((one) => isEqual(value, one)),
  $nin: (value, wanted) => Array.isArray(wanted) && !wanted.some((one) => isEqual(value, one)),
};

/** Whether a value has what a search's filter asks for, each of its fields. */
export function passes(value: Value, filter: SearchOperation['filter']): boolean {
  return Object.entries(filter ?? {}).every(([field, wanted]) => compare(value[field], wanted));
}

function compare(value: unknown, wanted: unknown): boolean {
  const operators = isObject(wanted) ? Object.keys(wanted).filter((key) => key.startsWith('$')) : [];
  if (operators.length === 0) return isEqual(value, wanted);
  return operators.every((operator) => {
    const compares = COMPARISONS[operator];
    if (!compares)
      throw new Error(
        `The filter's operator ${operator} is unknown: ${Object.keys(COMPARISONS).join(', ')}.`,
      );
    return compares(value, (wanted as Value)[operator]);
  });
}

/** Equality of JSON values: the order of an object's fields does not count. */
function isEqual(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  );
}

const isObject = (value: unknown): value is Value => typeof value === 'object' && value !== null;

export const beginsWith = (namespace: string[], prefix: string[]) =>
  prefix.every((label, at) => namespace[at] === label);

/** The namespaces that a listing asks for: matched, cut to its depth, each once, sorted, from its offset to its limit. */
export function select(namespaces: string[][], operation: ListNamespacesOperation): string[][] {
  const { matchConditions = [], maxDepth, offset = 0, limit = 100 } = operation;
  const matched = namespaces.filter((namespace) =>
    matchConditions.every(({ matchType, path }) => {
      const part =
        matchType === 'prefix' ? namespace.slice(0, path.length) : namespace.slice(-path.length || Infinity);
      return part.length === path.length && path.every((label, at) => label === '*' || label === part[at]);
    }),
  );
  const once = new Map(
    matched.map((namespace) => {
      const cut = namespace.slice(0, maxDepth);
      return [JSON.stringify(cut), cut];
    }),
  );
  return [...once.values()].sort(inOrder).slice(offset, offset + limit);
}

function inOrder(one: string[], other: string[]): number {
  for (const [at, label] of one.entries()) {
    const against = other[at];
    if (against === undefined || label > against) return 1;
    if (label < against) return -1;
  }
  return one.length - other.length;
}
