import { readFileSync } from 'node:fs';
import { crc32 } from './crc.ts';

/*
 * emotion.bin, little-endian:
 *   bytes 0-3 "PEMO" · u16 version · u16 width · u16 hidden · u16 outputs · u32 word rows · u32 n-gram rows · f32 temperature
 *   u32 crc32 of each word, ascending · f32 scale of each word row · f32 scale of each n-gram row
 *   f32 attention, 2 x hidden
 *   five matrices, each f32 scale per output · f32 bias per output · int8 outputs x inputs:
 *     gates of the input, forward then backward, 6 x hidden outputs · recurrent forward · recurrent backward · heads
 *   4-bit word rows, then n-gram rows: the low half of a byte first, each half 8 more than it means
 */
const MAGIC = 'PEMO';
const VERSION = 2;
const HEADER_BYTES = 24;
const LONGEST_GRAMS = 40;

export interface Matrix {
  outputs: number;
  inputs: number;
  bias: Float32Array;
  /** Row k holds what input k gives to every output. */
  cells: Float32Array;
}

export interface Weights {
  width: number;
  hidden: number;
  temperature: number;
  words: Uint32Array;
  wordScales: Float32Array;
  gramScales: Float32Array;
  attention: Float32Array;
  gates: Matrix;
  forward: Matrix;
  backward: Matrix;
  heads: Matrix;
  wordRows: Uint8Array;
  gramRows: Uint8Array;
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
  if (file.toString('latin1', 0, 4) !== MAGIC || version !== VERSION)
    throw new Error(`emotion.bin: version ${version}, wanted ${VERSION}`);
  const [width, hidden, outputs] = [6, 8, 10].map((at) => view.getUint16(at, true)) as [
    number,
    number,
    number,
  ];
  const [wordCount, gramCount] = [view.getUint32(12, true), view.getUint32(16, true)];
  let at = HEADER_BYTES;
  const take = <T>(make: (start: number) => T, size: number): T => {
    at += size;
    return make(at - size);
  };
  const floats = (count: number) =>
    take((start) => new Float32Array(bytes.slice(start, start + 4 * count)), 4 * count);
  const rows = (count: number) =>
    take((start) => new Uint8Array(bytes, start, (count * width) / 2), (count * width) / 2);
  const matrix = (rowCount: number, inputs: number): Matrix => {
    const [scales, bias] = [floats(rowCount), floats(rowCount)];
    const cells = take((start) => new Int8Array(bytes, start, rowCount * inputs), rowCount * inputs);
    return turned({ scales, bias, cells, inputs });
  };
  return {
    width,
    hidden,
    temperature: view.getFloat32(20, true),
    words: take((start) => new Uint32Array(bytes, start, wordCount), 4 * wordCount),
    wordScales: floats(wordCount),
    gramScales: floats(gramCount),
    attention: floats(2 * hidden),
    gates: matrix(6 * hidden, width),
    forward: matrix(3 * hidden, hidden),
    backward: matrix(3 * hidden, hidden),
    heads: matrix(outputs, 6 * hidden),
    wordRows: rows(wordCount),
    gramRows: rows(gramCount),
  };
}

interface Quantised {
  scales: Float32Array;
  bias: Float32Array;
  cells: Int8Array;
  inputs: number;
}

/** Float cells, input-major, with outputs filled up to a multiple of 16 as the kernel wants them. */
function turned({ scales, bias, cells, inputs }: Quantised): Matrix {
  const outputs = Math.ceil(scales.length / 16) * 16;
  const out = new Float32Array(outputs * inputs);
  for (let row = 0; row < scales.length; row += 1) {
    for (let input = 0; input < inputs; input += 1)
      out[input * outputs + row] = scales[row]! * cells[row * inputs + input]!;
  }
  const filled = new Float32Array(outputs);
  filled.set(bias);
  return { outputs, inputs, bias: filled, cells: out };
}

/** Row of a word or mark, or -1 when the table lacks it. */
export function rowOf(table: Weights, key: string): number {
  const wanted = crc32(key);
  let low = 0;
  let high = table.words.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const here = table.words[middle]!;
    if (here === wanted) return middle;
    if (here < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Adds a word's row to the vector. */
export function addWord(table: Weights, row: number, vector: Float32Array): void {
  addRow(table.wordRows, row, table.wordScales[row]!, vector);
}

/** Adds what the character n-grams of an unknown word say to the vector. */
export function addGrams(table: Weights, word: string, vector: Float32Array): void {
  const grams = gramsOf(word);
  for (const gram of grams) {
    const row = crc32(gram) % table.gramScales.length;
    addRow(table.gramRows, row, table.gramScales[row]! / Math.sqrt(grams.length), vector);
  }
}

function gramsOf(word: string): string[] {
  const framed = `<${word}>`;
  const grams: string[] = [];
  for (let size = 3; size <= 5; size += 1) {
    for (let at = 0; at + size <= framed.length; at += 1) grams.push(framed.slice(at, at + size));
  }
  return grams.slice(0, LONGEST_GRAMS);
}

function addRow(rows: Uint8Array, row: number, scale: number, vector: Float32Array): void {
  const start = (row * vector.length) / 2;
  for (let at = 0; at < vector.length; at += 2) {
    const pair = rows[start + at / 2]!;
    vector[at]! += scale * ((pair & 15) - 8);
    vector[at + 1]! += scale * ((pair >> 4) - 8);
  }
}
