/** A parsed `embed.bin`: for each piece one row of 4-bit codes and a scale that holds both range and weight. */
export interface TokenTable {
  rows: ReadonlyMap<string, number>;
  levels: Float32Array;
  scales: Float32Array;
  codes: Uint8Array;
}

const MAGIC = 'PACTEMB1';
const HEADER_BYTES = 20;
const LEVELS = 16;

/**
 * Layout, little-endian: 8 bytes of magic; three uint32: dimensions, rows, bytes of vocabulary; 16 float32 levels;
 * one float32 scale a row; the rows' codes, two a byte, low half first; the pieces in UTF-8, one a line.
 *
 * @throws Error where the file is not such a table or its vectors have another length.
 */
export function parseTable(file: Uint8Array, dimensions: number): TokenTable {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || view.getUint32(8, true) !== dimensions) {
    throw new Error(`embed.bin is not a ${MAGIC} table of ${dimensions} dimensions`);
  }
  const count = view.getUint32(12, true);
  const scalesAt = HEADER_BYTES + LEVELS * 4;
  const codesAt = scalesAt + count * 4;
  const wordsAt = codesAt + (count * dimensions) / 2;
  if (bytes.length !== wordsAt + view.getUint32(16, true)) throw new Error('embed.bin is cut short');
  const words = new TextDecoder().decode(bytes.subarray(wordsAt)).split('\n');
  return {
    rows: new Map(words.map((word, row) => [word, row])),
    levels: floats(view, HEADER_BYTES, LEVELS),
    scales: floats(view, scalesAt, count),
    codes: bytes.subarray(codesAt, wordsAt),
  };
}

/** Adds a row, with its weight, to a running sum as long as the table's rows. */
export function addRow(sum: Float64Array, table: TokenTable, row: number): void {
  const { levels, codes } = table;
  const scale = table.scales[row]!;
  let at = (row * sum.length) / 2;
  for (let i = 0; i < sum.length; i += 2) {
    const pair = codes[at]!;
    sum[i]! += scale * levels[pair & 15]!;
    sum[i + 1]! += scale * levels[pair >> 4]!;
    at += 1;
  }
}

function floats(view: DataView, offset: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = view.getFloat32(offset + i * 4, true);
  return values;
}
