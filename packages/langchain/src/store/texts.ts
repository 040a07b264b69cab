/** The longest text that PACT takes as a message, in characters. */
export const LONGEST_TEXT = 200_000;

/**
 * The texts of a value that its paths lead to. `$` is the whole value, a leaf a line; `a.b` a field of a field; `a[0]`,
 * `a[-1]` one of a list, `a[*]` each of them in a text of its own.
 */
export function textsAt(value: Record<string, unknown>, paths: string[]): string[] {
  const texts = paths.flatMap((path) => {
    const steps = path === '$' ? [] : path.split(/\.|(?=\[)/).filter(Boolean);
    return follow(value, steps).map((found) => leaves(found).join('\n'));
  });
  return texts.filter((text) => text.trim() !== '').map((text) => text.slice(0, LONGEST_TEXT).toWellFormed());
}

function follow(value: unknown, [step, ...rest]: string[]): unknown[] {
  if (step === undefined) return [value];
  const index = /^\[(\*|-?\d+)\]$/.exec(step)?.[1];
  if (index === '*') return Array.isArray(value) ? value.flatMap((one) => follow(one, rest)) : [];
  if (index !== undefined) return Array.isArray(value) ? follow(value.at(Number(index)), rest) : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
  return follow((value as Record<string, unknown>)[step], rest);
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return value && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [];
}
