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

/** Cosine of two word pieces' directions, -1 to 1; 1 for one and the same. 0 for a number that the table lacks. */
export function pieceSimilarity(piece: number, other: number): number {
  if (piece === other) return 1;
  const a = directionOf(piece);
  const b = directionOf(other);
  let dot = 0;
  for (let i = 0; i < EMBEDDING_DIMENSIONS; i += 1) dot += a[i]! * b[i]!;
  return dot;
}

/** Directions of the pieces asked for lately, a kilobyte each. */
const directions = new Map<number, Float32Array>();
const MAX_DIRECTIONS = 8_192;

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
