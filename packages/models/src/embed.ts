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
