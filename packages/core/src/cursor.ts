import { PactError } from './errors.ts';

/** A page's continuation: opaque to the caller, checked when it comes back. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * @returns the position, its parts of the types given.
 * @throws {PactError} invalid_request, for a cursor that this API did not hand out.
 */
export function decodeCursor(cursor: string, types: readonly ('string' | 'number')[]): (string | number)[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits =
      Array.isArray(position) &&
      position.length === types.length &&
      types.every((type, at) => typeof position[at] === type) &&
      position.every(isStorable);
    if (fits) return position as (string | number)[];
  } catch {
    // Falls through to the one refusal.
  }
  throw invalidCursor(cursor);
}

function isStorable(part: unknown): boolean {
  return typeof part === 'string' ? !part.includes('\0') && part.isWellFormed() : Number.isSafeInteger(part);
}

export const invalidCursor = (cursor: string) =>
  new PactError('invalid_request', {
    message: 'Invalid field cursor: it is not one that this API handed out.',
    details: { field: 'cursor', received: `${cursor.length} characters` },
  });
