import { z } from 'zod';

/** Longest message, in UTF-16 units. */
export const MAX_MESSAGE_LENGTH = 200_000;
const MAX_METADATA_BYTES = 16 * 1024;
const MAX_METADATA_DEPTH = 32;
export const EARLIEST_MS = Date.parse('1900-01-01T00:00:00Z');
export const LATEST_MS = Date.parse('2200-01-01T00:00:00Z');

/** Text that comes back exactly as it was sent: what storage cannot hold (NUL, half a surrogate pair) is refused by name. */
export const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((value) => !value.includes('\0'), 'contains the character U+0000, which cannot be stored')
    .refine((value) => value.isWellFormed(), 'contains half a surrogate pair, which is not a character')
    .refine(
      (value) => !value.startsWith('\uFEFF'),
      'begins with U+FEFF, a byte order mark, which is not text',
    );

/** A short, non-empty name or foreign id. */
export const label = (maxLength = 256) => text(maxLength).min(1);

/** One of our ids. Its shape is not checked: an id that cannot exist is simply not found. */
export const id = () => z.string();

/** False for an id that no row can have, and that the database would choke on. */
export const isPossibleId = (value: string) =>
  value.length <= 200 && !value.includes('\0') && value.isWellFormed();

/** A point in time with its offset, between the years 1900 and 2200. */
export const instant = () =>
  z.iso
    .datetime({ offset: true })
    .refine(
      (value) => Date.parse(value) >= EARLIEST_MS && Date.parse(value) < LATEST_MS,
      'is not between 1900 and 2200',
    )
    .meta({ format: 'date-time' });

/** The time of an answer: UTC, ISO 8601. */
export const timestamp = () => z.string().meta({ format: 'date-time' });

/** Valence or arousal, or another share: 0 to 1. */
export const share = (description: string) => z.number().min(0).max(1).meta({ description });

export const valence = () => share('0 most negative, 0.5 neutral, 1 most positive');
export const arousal = () => share('0 calmest, 0.5 calm-neutral, 1 most excited');

/** The client's own notes on a session: any JSON object up to 16 KB, returned as it came. */
export const metadata = () =>
  z
    .looseObject({ user_id: label().optional(), application: label().optional() })
    .refine((value) => isShallow(value), `is nested deeper than ${MAX_METADATA_DEPTH} levels`)
    .refine((value) => byteLength(value) <= MAX_METADATA_BYTES, `is larger than ${MAX_METADATA_BYTES} bytes`)
    .refine((value) => isStorable(value), 'contains U+0000, half a surrogate pair, or a number without end');

function byteLength(value: object): number {
  return isShallow(value) ? Buffer.byteLength(JSON.stringify(value)) : 0;
}

/** Walks level by level and not by recursion: nesting is what an attacker chooses. */
function isShallow(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_METADATA_DEPTH) return false;
    level = level.flatMap((item) => (item && typeof item === 'object' ? Object.values(item) : []));
  }
  return true;
}

function isStorable(value: object): boolean {
  if (!isShallow(value)) return true;
  let storable = true;
  const check = (piece: unknown) => {
    if (typeof piece === 'string' && (piece.includes('\0') || !piece.isWellFormed())) storable = false;
    if (typeof piece === 'number' && !Number.isFinite(piece)) storable = false;
  };
  JSON.stringify(value, (key, piece: unknown) => {
    check(key);
    check(piece);
    return piece;
  });
  return storable;
}
