/**
 * The arithmetic of the emotion engine, in AssemblyScript: `npm run generate` compiles it to `../weights/gru.wasm`.
 * 32-bit floats, four at a time. Every pointer is a byte offset into the exported memory, 16-byte aligned; matrices are
 * stored input-major (row k holds what input k gives to every output), and their output counts are multiples of 16.
 */

const LOG2E: f32 = 1.44269504;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** e^x, within two units in the last place; x is clamped to where a float can hold the result. */
@inline
function exp4(value: v128): v128 {
  const x = f32x4.max(f32x4.min(value, f32x4.splat(87)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2E)));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

@inline
function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

@inline
function tanh4(x: v128): v128 {
  const two = f32x4.splat(2);
  return f32x4.sub(f32x4.mul(two, sigmoid4(f32x4.mul(two, x))), f32x4.splat(1));
}

/** out = bias + matrix · input, for one input vector. */
@inline
function multiply(input: usize, width: i32, matrix: usize, bias: usize, rows: i32, out: usize): void {
  const stride = <usize>rows << 2;
  for (let at: usize = 0; at < stride; at += 64) {
    let a = v128.load(bias + at);
    let b = v128.load(bias + at, 16);
    let c = v128.load(bias + at, 32);
    let d = v128.load(bias + at, 48);
    let row = matrix + at;
    for (let k = 0; k < width; k++) {
      const x = v128.load32_splat(input + (<usize>k << 2));
      a = f32x4.add(a, f32x4.mul(x, v128.load(row)));
      b = f32x4.add(b, f32x4.mul(x, v128.load(row, 16)));
      c = f32x4.add(c, f32x4.mul(x, v128.load(row, 32)));
      d = f32x4.add(d, f32x4.mul(x, v128.load(row, 48)));
      row += stride;
    }
    v128.store(out + at, a);
    v128.store(out + at, b, 16);
    v128.store(out + at, c, 32);
    v128.store(out + at, d, 48);
  }
}

/** `multiply` for `count` vectors, one after another. */
export function project(
  input: usize,
  count: i32,
  width: i32,
  matrix: usize,
  bias: usize,
  rows: i32,
  out: usize,
): void {
  for (let t = 0; t < count; t++)
    multiply(
      input + (<usize>(t * width) << 2),
      width,
      matrix,
      bias,
      rows,
      out + (<usize>(t * rows) << 2),
    );
}

/**
 * One direction of the network, from token `from` to before token `to` (`step` 1 or -1), on gates already projected:
 * token t's stand at `gates + t * stride`, in the order reset, update, candidate. Its states go to
 * `states + t * 2 * hidden`; the state before `from` is zero unless `resume` says that it stands there.
 */
export function recur(
  gates: usize,
  stride: i32,
  matrix: usize,
  bias: usize,
  hidden: i32,
  states: usize,
  from: i32,
  to: i32,
  step: i32,
  resume: i32,
  scratch: usize,
): void {
  const bytes = <usize>hidden << 2;
  const zero = scratch + 3 * bytes;
  memory.fill(zero, 0, bytes);
  let before = resume ? states + <usize>(from - step) * 2 * bytes : zero;
  for (let t = from; t != to; t += step) {
    multiply(before, hidden, matrix, bias, 3 * hidden, scratch);
    const gate = gates + (<usize>(t * stride) << 2);
    const out = states + <usize>t * 2 * bytes;
    for (let at: usize = 0; at < bytes; at += 16) {
      const reset = sigmoid4(f32x4.add(v128.load(gate + at), v128.load(scratch + at)));
      const update = sigmoid4(
        f32x4.add(v128.load(gate + bytes + at), v128.load(scratch + bytes + at)),
      );
      const candidate = tanh4(
        f32x4.add(
          v128.load(gate + 2 * bytes + at),
          f32x4.mul(reset, v128.load(scratch + 2 * bytes + at)),
        ),
      );
      const kept = f32x4.mul(update, f32x4.sub(v128.load(before + at), candidate));
      v128.store(out + at, f32x4.add(candidate, kept));
    }
    before = out;
  }
}

/**
 * Attention's mean, the maximum and the plain mean of `count` states of `size` numbers, into 3 * `size` numbers at `out`.
 * The shares of attention go to `shares`.
 */
export function pool(
  states: usize,
  count: i32,
  size: i32,
  attention: usize,
  shares: usize,
  out: usize,
): void {
  const bytes = <usize>size << 2;
  let top: f32 = -Infinity;
  for (let t = 0; t < count; t++) {
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16)
      sum = f32x4.add(sum, f32x4.mul(v128.load(states + <usize>t * bytes + at), v128.load(attention + at)));
    const score =
      f32x4.extract_lane(sum, 0) +
      f32x4.extract_lane(sum, 1) +
      f32x4.extract_lane(sum, 2) +
      f32x4.extract_lane(sum, 3);
    store<f32>(shares + (<usize>t << 2), score);
    top = max(top, score);
  }
  let total: f32 = 0;
  for (let t = 0; t < count; t++) {
    const at = shares + (<usize>t << 2);
    const share = f32x4.extract_lane(exp4(f32x4.splat(load<f32>(at) - top)), 0);
    store<f32>(at, share);
    total += share;
  }
  for (let t = 0; t < count; t++) {
    const at = shares + (<usize>t << 2);
    store<f32>(at, load<f32>(at) / total);
  }
  const even = f32x4.splat(1 / <f32>count);
  for (let at: usize = 0; at < bytes; at += 16) {
    let weighed = f32x4.splat(0);
    let most = f32x4.splat(-Infinity);
    let sum = f32x4.splat(0);
    for (let t = 0; t < count; t++) {
      const state = v128.load(states + <usize>t * bytes + at);
      weighed = f32x4.add(weighed, f32x4.mul(state, v128.load32_splat(shares + (<usize>t << 2))));
      most = f32x4.max(most, state);
      sum = f32x4.add(sum, state);
    }
    v128.store(out + at, weighed);
    v128.store(out + bytes + at, most);
    v128.store(out + 2 * bytes + at, f32x4.mul(sum, even));
  }
}
