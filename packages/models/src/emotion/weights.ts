import { readFileSync } from 'node:fs';
import { EMOTIONS } from './labels.ts';

/*
 * emotion.bin, little-endian:
 *   bytes 0-3 "PEMO" · u16 version · u16 columns (29 labels, valence, arousal) · u32 rows · f32 temperature
 *   f32 intercept per column · f32 (valence, arousal) per label · f32 x 3 valence blend · f32 x 3 arousal blend
 *   u32 crc32 per row, ascending · f32 scale per row · int8 rows x columns
 */
const MAGIC = 'PEMO';
const VERSION = 1;
const HEADER_BYTES = 16;
const LABELS = EMOTIONS.length;
const COLUMNS = LABELS + 2;

/** Intercept, factor on the label's anchor, factor on the regression. */
type Blend = readonly [intercept: number, fromLabels: number, fromText: number];

export interface Weights {
  temperature: number;
  intercepts: Float32Array;
  /** Typical valence and arousal of a label, in turn. */
  anchors: Float32Array;
  valence: Blend;
  arousal: Blend;
  columns: number;
  hashes: Uint32Array;
  scales: Float32Array;
  cells: Int8Array;
}

let loaded: Weights | undefined;

/** The trained weights, read once. Throws when the file is not of this version. */
export function weights(): Weights {
  loaded ??= parse(readFileSync(new URL('../../weights/emotion.bin', import.meta.url)));
  return loaded;
}

function parse(file: Buffer): Weights {
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
  const view = new DataView(bytes);
  const version = view.getUint16(4, true);
  const columns = view.getUint16(6, true);
  if (file.toString('latin1', 0, 4) !== MAGIC || version !== VERSION || columns !== COLUMNS) {
    throw new Error(
      `emotion.bin: version ${version} with ${columns} columns, wanted ${VERSION} with ${COLUMNS}`,
    );
  }
  const rows = view.getUint32(8, true);
  let at = HEADER_BYTES;
  const floats = (count: number) => {
    const out = new Float32Array(bytes, at, count);
    at += 4 * count;
    return out;
  };
  const intercepts = floats(columns);
  const anchors = floats(2 * LABELS);
  const blends = floats(6);
  const hashes = new Uint32Array(bytes, at, rows);
  at += 4 * rows;
  const scales = floats(rows);
  const cells = new Int8Array(bytes, at, rows * columns);
  return {
    temperature: view.getFloat32(12, true),
    intercepts,
    anchors,
    valence: [blends[0]!, blends[1]!, blends[2]!],
    arousal: [blends[3]!, blends[4]!, blends[5]!],
    columns,
    hashes,
    scales,
    cells,
  };
}

/** Row of a feature, or -1 when training did not keep it. */
export function rowOf(table: Weights, feature: string): number {
  const wanted = crc32(feature);
  let low = 0;
  let high = table.hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const here = table.hashes[middle]!;
    if (here === wanted) return middle;
    if (here < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (IEEE) of the UTF-8 bytes, as zlib computes it. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, 'utf8')) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
