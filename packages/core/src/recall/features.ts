import type { Models } from '../ctx.ts';
import { cuesOf } from './cues.ts';
import type { TurnFeatures } from './turn-index.ts';
import { hashOf, termsOf } from './words.ts';

/**
 * Layout, little-endian: format (1 byte), cues (1), embedding's fingerprint (4), counts of terms, pieces and dimensions (2
 * each), then terms (4 each), pieces (2 each), vector (1 each).
 */
const FORMAT = 1;
const HEADER_BYTES = 12;
/** A vector's numbers times this are whole. */
export const VECTOR_SCALE = 127;

/** What recall reads from a text, once, when it is saved. A name in it is a word like any other. */
export function readFeatures(models: Models, text: string): TurnFeatures {
  return {
    terms: Uint32Array.from(termsOf(text), hashOf),
    pieces: models.embeddingPieces(text),
    vector: quantise(models.embed(text)),
    cues: cuesOf(text),
  };
}

export function quantise(unit: Float32Array): Int8Array {
  if (unit.every((value) => value === 0)) return new Int8Array(0);
  return Int8Array.from(unit, (value) => Math.round(Math.max(-1, Math.min(1, value)) * VECTOR_SCALE));
}

/** @param embedding name of the model behind vector and pieces: features of another one are not comparable. */
export function encodeFeatures(features: TurnFeatures, embedding: string): Uint8Array {
  const { terms, pieces, vector, cues } = features;
  const bytes = new Uint8Array(HEADER_BYTES + terms.length * 4 + pieces.length * 2 + vector.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FORMAT);
  view.setUint8(1, cues);
  view.setUint32(2, hashOf(embedding), true);
  view.setUint16(6, terms.length, true);
  view.setUint16(8, pieces.length, true);
  view.setUint16(10, vector.length, true);
  let at = HEADER_BYTES;
  for (const term of terms) {
    view.setUint32(at, term, true);
    at += 4;
  }
  for (const piece of pieces) {
    view.setUint16(at, piece, true);
    at += 2;
  }
  bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.length), at);
  return bytes;
}

/** @returns undefined for another format or another embedding: read the text again. */
export function decodeFeatures(bytes: Uint8Array, embedding: string): TurnFeatures | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint8(0) !== FORMAT) return undefined;
  if (view.getUint32(2, true) !== hashOf(embedding)) return undefined;
  const terms = new Uint32Array(view.getUint16(6, true));
  const pieces = new Uint16Array(view.getUint16(8, true));
  const dimensions = view.getUint16(10, true);
  let at = HEADER_BYTES;
  if (bytes.length !== at + terms.length * 4 + pieces.length * 2 + dimensions) return undefined;
  for (let i = 0; i < terms.length; i += 1, at += 4) terms[i] = view.getUint32(at, true);
  for (let i = 0; i < pieces.length; i += 1, at += 2) pieces[i] = view.getUint16(at, true);
  // Copied: a driver may hand in a view of a larger buffer, which `buffer` alone would be.
  const vector = new Int8Array(bytes.buffer, bytes.byteOffset + at, dimensions).slice();
  return { terms, pieces, vector, cues: view.getUint8(1) };
}
