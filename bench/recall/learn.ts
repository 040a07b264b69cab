/**
 * Learns a recipe: one weight a signal, so that the softmax over a dialogue's turns comes near to the turns that carry the
 * answer (ListNet, Cao et al. 2007), with a pull towards zero. `constrain` brings weights back into
 * their bounds after each step: few dialogues would teach chance. Deterministic.
 */
export interface Example {
  /** Turns × signals, row by row. */
  rows: Float32Array;
  evidence: number[];
}

const STEPS = 200;
const RATE = 0.05;
const PULL = 3e-4;

export function learnWeights(
  examples: Example[],
  signals: number,
  constrain: (weights: Float64Array) => void,
  pull = PULL,
): Float64Array {
  const weights = new Float64Array(signals);
  const first = new Float64Array(signals);
  const second = new Float64Array(signals);
  for (let step = 1; step <= STEPS; step += 1) {
    const gradient = new Float64Array(signals);
    for (const example of examples) addGradient(example, weights, gradient);
    const rate = RATE * (step > STEPS * 0.7 ? 0.3 : 1);
    for (let k = 0; k < signals; k += 1) {
      const slope = gradient[k]! / examples.length + pull * weights[k]!;
      first[k] = 0.9 * first[k]! + 0.1 * slope;
      second[k] = 0.999 * second[k]! + 0.001 * slope * slope;
      const unbiased = first[k]! / (1 - 0.9 ** step);
      weights[k]! -= (rate * unbiased) / (Math.sqrt(second[k]! / (1 - 0.999 ** step)) + 1e-8);
    }
    constrain(weights);
  }
  return weights;
}

function addGradient({ rows, evidence }: Example, weights: Float64Array, gradient: Float64Array): void {
  const signals = weights.length;
  const turns = rows.length / signals;
  const scores = new Float64Array(turns);
  let best = Number.NEGATIVE_INFINITY;
  for (let turn = 0; turn < turns; turn += 1) {
    let score = 0;
    for (let k = 0; k < signals; k += 1) score += weights[k]! * rows[turn * signals + k]!;
    scores[turn] = score;
    if (score > best) best = score;
  }
  let sum = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    scores[turn] = Math.exp(scores[turn]! - best);
    sum += scores[turn]!;
  }
  for (let turn = 0; turn < turns; turn += 1) scores[turn]! /= sum;
  for (const turn of evidence) scores[turn]! -= 1 / evidence.length;
  for (let turn = 0; turn < turns; turn += 1) {
    const share = scores[turn]!;
    if (Math.abs(share) < 1e-7) continue;
    for (let k = 0; k < signals; k += 1) gradient[k]! += share * rows[turn * signals + k]!;
  }
}
