import { readFileSync } from 'node:fs';

const PAGE_BYTES = 65_536;

/** The compiled `kernel/gru.ts`, which says what each does. Numbers are byte offsets into its memory, or counts. */
interface Functions {
  project(
    input: number,
    count: number,
    width: number,
    matrix: number,
    bias: number,
    rows: number,
    out: number,
  ): void;
  recur(
    gates: number,
    stride: number,
    matrix: number,
    bias: number,
    hidden: number,
    states: number,
    from: number,
    to: number,
    step: 1 | -1,
    resume: 0 | 1,
    scratch: number,
  ): void;
  pool(states: number, count: number, size: number, attention: number, shares: number, out: number): void;
}

/** The part of the platform's WebAssembly that is used here: Node has it, its types lack it. */
interface Platform {
  WebAssembly: {
    Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
    Module: new (code: Uint8Array) => object;
    Instance: new (module: object, imports: { env: { memory: object } }) => { exports: unknown };
  };
}

const { WebAssembly } = globalThis as unknown as Platform;

/** The kernel with its memory, handed out piece by piece. */
export class Kernel {
  readonly call: Functions;
  private readonly memory: { buffer: ArrayBuffer };
  /** The first page is the compiler's own. */
  private next = PAGE_BYTES;

  /** `floats`: how many numbers there will be room for. */
  constructor(floats: number) {
    this.memory = new WebAssembly.Memory({ initial: 2 + Math.ceil((4 * floats) / PAGE_BYTES) });
    const code = readFileSync(new URL('../../weights/gru.wasm', import.meta.url));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory: this.memory } });
    this.call = instance.exports as Functions;
  }

  /** Room for `size` numbers, all 0, and where it is. */
  room(size: number): { at: number; cells: Float32Array } {
    const at = this.next;
    this.next += Math.ceil(size / 4) * 16;
    return { at, cells: new Float32Array(this.memory.buffer, at, size) };
  }

  /** Room that holds these numbers. */
  hold(values: Float32Array): number {
    const { at, cells } = this.room(values.length);
    cells.set(values);
    return at;
  }
}
