import { Kernel } from './kernel.ts';
import type { Token } from './tokens.ts';
import { addGrams, addWord, type Matrix, rowOf, type Weights, weights } from './weights.ts';

export const MOST_TOKENS = 64;

let loaded: Network | undefined;

/** The network on the shipped weights, built once. */
export function network(): Network {
  loaded ??= new Network(weights());
  return loaded;
}

interface Held extends Matrix {
  cellsAt: number;
  biasAt: number;
}

/**
 * Word rows, a GRU in both directions, three poolings, linear heads. It works in one memory: what it answers about a
 * text holds until it reads the next.
 */
class Network {
  private readonly table: Weights;
  private readonly kernel: Kernel;
  private readonly gates: Held;
  private readonly forward: Held;
  private readonly backward: Held;
  private readonly heads: Held;
  private readonly attentionAt: number;
  private readonly input: { at: number; cells: Float32Array };
  private readonly projected: { at: number; cells: Float32Array };
  private readonly states: { at: number; cells: Float32Array };
  private readonly spare: { at: number; cells: Float32Array };
  private readonly shares: { at: number; cells: Float32Array };
  private readonly pooled: { at: number; cells: Float32Array };
  private readonly outputs: { at: number; cells: Float32Array };
  private readonly scratchAt: number;
  private readonly capsRow: number;
  private readonly longRow: number;
  private readonly contrasts = new Map<number, Float64Array>();
  private current: readonly Token[] = [];

  constructor(table: Weights) {
    const { width, hidden, attention, gates, forward, backward, heads } = table;
    const matrices = [gates, forward, backward, heads];
    const buffers = MOST_TOKENS * (width + 10 * hidden + 1) + 18 * hidden + heads.outputs + 64;
    const fixed = matrices.reduce(
      (sum, { cells, bias }) => sum + cells.length + bias.length,
      attention.length,
    );
    const kernel = new Kernel(buffers + fixed);
    const hold = (matrix: Matrix): Held => ({
      ...matrix,
      cellsAt: kernel.hold(matrix.cells),
      biasAt: kernel.hold(matrix.bias),
    });
    this.table = table;
    this.kernel = kernel;
    this.gates = hold(gates);
    this.forward = hold(forward);
    this.backward = hold(backward);
    this.heads = hold(heads);
    this.attentionAt = kernel.hold(attention);
    this.input = kernel.room(MOST_TOKENS * width);
    this.projected = kernel.room(MOST_TOKENS * gates.outputs);
    this.states = kernel.room(MOST_TOKENS * 2 * hidden);
    this.spare = kernel.room(MOST_TOKENS * 2 * hidden);
    this.shares = kernel.room(MOST_TOKENS);
    this.pooled = kernel.room(6 * hidden);
    this.outputs = kernel.room(heads.outputs);
    this.scratchAt = kernel.room(4 * hidden).at;
    this.capsRow = rowOf(table, '<caps>');
    this.longRow = rowOf(table, '<elongated>');
  }

  /** Makes these tokens the latest text that was read. */
  attend(tokens: readonly Token[]): void {
    if (this.current !== tokens) this.read(tokens);
    else this.conclude(this.states.at);
  }

  /** Reads 1 to MOST_TOKENS tokens: categories, labels, valence and arousal, all as they leave the heads. */
  read(tokens: readonly Token[]): Float32Array {
    this.current = tokens;
    for (let index = 0; index < tokens.length; index += 1) this.embed(tokens[index]!, index);
    const { gates, input, projected } = this;
    this.multiply(gates, input.at, tokens.length, projected.at);
    this.recur(1, this.states.at, 0, false);
    this.recur(-1, this.states.at, tokens.length - 1, false);
    return this.conclude(this.states.at);
  }

  /** The outputs when a token of the latest text says nothing. */
  without(token: number): Float32Array {
    const { gates, projected, states, spare } = this;
    const stride = gates.outputs;
    const place = projected.cells.subarray(token * stride, (token + 1) * stride);
    const said = place.slice();
    place.set(gates.bias);
    spare.cells.set(states.cells.subarray(0, this.current.length * 2 * this.table.hidden));
    this.recur(1, spare.at, token, token > 0);
    this.recur(-1, spare.at, token, token < this.current.length - 1);
    place.set(said);
    return this.conclude(spare.at);
  }

  /** A cheap guess at how far each token of the latest text pushed the output `wanted` away from the outputs `others`. */
  pushes(wanted: number, others: readonly number[]): Float64Array {
    const size = 2 * this.table.hidden;
    const push = this.contrast(wanted, others);
    const { states, shares, pooled } = this;
    const count = this.current.length;
    const out = new Float64Array(count);
    for (let token = 0; token < count; token += 1) {
      for (let at = 0; at < size; at += 1) {
        const state = states.cells[token * size + at]!;
        out[token]! += state * (push[at]! * shares.cells[token]! + push[2 * size + at]! / count);
        if (state === pooled.cells[size + at]) out[token]! += state * push[size + at]!;
      }
    }
    return out;
  }

  /** What each pooled number adds to the output `wanted` beyond what it adds to `others` on average. */
  private contrast(wanted: number, others: readonly number[]): Float64Array {
    const kept = this.contrasts.get(wanted);
    if (kept !== undefined) return kept;
    const { cells, outputs, inputs } = this.heads;
    const push = Float64Array.from({ length: inputs }, (_, input) => {
      const row = cells.subarray(input * outputs, (input + 1) * outputs);
      return row[wanted]! - others.reduce((sum, other) => sum + row[other]!, 0) / others.length;
    });
    this.contrasts.set(wanted, push);
    return push;
  }

  private embed(token: Token, index: number): void {
    const { table, input } = this;
    const vector = input.cells.subarray(index * table.width, (index + 1) * table.width).fill(0);
    const row = knownRow(table, token);
    if (row >= 0) addWord(table, row, vector);
    else if (token.kind === 'word') addGrams(table, token.keys[0]!, vector);
    if (token.caps) addWord(table, this.capsRow, vector);
    if (token.long) addWord(table, this.longRow, vector);
  }

  private multiply(matrix: Held, input: number, count: number, out: number): void {
    const { inputs, cellsAt, biasAt, outputs } = matrix;
    this.kernel.call.project(input, count, inputs, cellsAt, biasAt, outputs, out);
  }

  private recur(step: 1 | -1, statesAt: number, from: number, resume: boolean): void {
    const { cellsAt, biasAt } = step === 1 ? this.forward : this.backward;
    const { hidden } = this.table;
    const side = step === 1 ? 0 : 4;
    this.kernel.call.recur(
      this.projected.at + side * 3 * hidden,
      this.gates.outputs,
      cellsAt,
      biasAt,
      hidden,
      statesAt + side * hidden,
      from,
      step === 1 ? this.current.length : -1,
      step,
      resume ? 1 : 0,
      this.scratchAt,
    );
  }

  private conclude(statesAt: number): Float32Array {
    const { attentionAt, shares, pooled, heads, outputs } = this;
    this.kernel.call.pool(
      statesAt,
      this.current.length,
      2 * this.table.hidden,
      attentionAt,
      shares.at,
      pooled.at,
    );
    this.multiply(heads, pooled.at, 1, outputs.at);
    return outputs.cells.slice();
  }
}

/** Row of the first key that the table has, or -1. A word with a letter stretched may be known in its short form. */
export function knownRow(table: Weights, token: Token): number {
  for (const key of token.keys) {
    const row = rowOf(table, key);
    if (row >= 0) return row;
  }
  return -1;
}
