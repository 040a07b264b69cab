import { readFileSync } from 'node:fs';
import { addRow, parseTable, type TokenTable } from './embed/table.ts';
import { pieces } from './embed/wordpiece.ts';

/** Length of every vector that `embed` returns; the width of the database column. */
export const EMBEDDING_DIMENSIONS = 256;

/** Name and version of the table behind `embed`. Vectors of different names are not comparable. */
export const EMBEDDING_MODEL = 'pact-static-minilm-256-v1';

/**
 * The meaning of a text as a point on the unit sphere, by adding up one stored row a word piece.
 * Word order is not seen. Reads at most the first 16,000 UTF-16 units.
 *
 * @returns 256 numbers of Euclidean length 1, so that a dot product is the cosine similarity (-1..1),
 *   or all zeros where no piece of the text is in the table. Never throws on any string.
 */
export function embed(text: string): Float32Array {
  const table = loadTable();
  const sum = new Float64Array(EMBEDDING_DIMENSIONS);
  for (const row of pieces(text, table.rows)) addRow(sum, table, row);
  return toUnitLength(sum);
}

/**
 * The different word pieces of a text, by their numbers in the table, in order of first use. At most 512: with the vectors
 * behind them they tell, piece by piece, how near two texts are.
 */
export function embeddingPieces(text: string): Uint16Array {
  const different = new Set(pieces(text, loadTable().rows));
  return Uint16Array.from([...different].slice(0, MAX_PIECES));
}

const MAX_PIECES = 512;

/**
 * How near other word pieces are to one: the cosine of their directions, -1 to 1, and 1 for itself. 0 for a number that
 * the table lacks. What was asked once is remembered for the pieces asked for lately.
 */
export function nearPiece(piece: number): (other: number) => number {
  const row = similaritiesOf(piece);
  const direction = directionOf(piece);
  return (other) => {
    const known = row[other];
    if (known === undefined) return 0;
    if (known !== UNKNOWN) return known;
    const similarity = other === piece ? 1 : dotOf(direction, directionOf(other));
    row[other] = similarity;
    return similarity;
  };
}

const UNKNOWN = 2;
/** Pieces whose similarities are remembered, a hundred kilobytes each. */
const MAX_REMEMBERED = 96;
const similarities = new Map<number, Float32Array>();

function similaritiesOf(piece: number): Float32Array {
  const known = similarities.get(piece);
  if (known) return known;
  if (similarities.size >= MAX_REMEMBERED) similarities.delete(similarities.keys().next().value!);
  const row = new Float32Array(loadTable().scales.length).fill(UNKNOWN);
  similarities.set(piece, row);
  return row;
}

function dotOf(a: Float32Array, b: Float32Array): number {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < EMBEDDING_DIMENSIONS; i += 2) {
    even += a[i]! * b[i]!;
    odd += a[i + 1]! * b[i + 1]!;
  }
  return even + odd;
}

/** Directions of the pieces asked for lately, a kilobyte each. */
const directions = new Map<number, Float32Array>();
const MAX_DIRECTIONS = 16_384;

function directionOf(piece: number): Float32Array {
  const known = directions.get(piece);
  if (known) return known;
  if (directions.size >= MAX_DIRECTIONS) directions.clear();
  const table = loadTable();
  const sum = new Float64Array(EMBEDDING_DIMENSIONS);
  if (piece < table.scales.length) addRow(sum, table, piece);
  const direction = toUnitLength(sum);
  directions.set(piece, direction);
  return direction;
}

let loaded: TokenTable | undefined;

function loadTable(): TokenTable {
  loaded ??= parseTable(readFileSync(new URL('../weights/embed.bin', import.meta.url)), EMBEDDING_DIMENSIONS);
  return loaded;
}

function toUnitLength(sum: Float64Array): Float32Array {
  let squares = 0;
  for (const value of sum) squares += value * value;
  const unit = new Float32Array(sum.length);
  if (squares === 0) return unit;
  const length = Math.sqrt(squares);
  for (let i = 0; i < sum.length; i += 1) unit[i] = sum[i]! / length;
  return unit;
}
