import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMOTIONS, type Emotion, polarity, readCategories, readEmotion } from '@pact/models';
import { HashedRegression, LEXICONS } from './emotion/baselines.ts';
import {
  CATEGORIES,
  type Comment,
  type Corpora,
  EKMAN,
  type Message,
  readCorpora,
  readMessages,
} from './emotion/data.ts';
import { calibrationError, correlation, macroF1, share, show, thresholdsOf } from './emotion/measures.ts';
import { describeMachine, summarize } from './environment.ts';

const TESTS: Record<string, string[]> = {
  'first test': ['test.'],
  'second test': ['frozen.'],
  both: ['test.', 'frozen.'],
  'third test, sealed': ['sealed.'],
};
/** The tests whose rows may be read. Of the sealed one only sums are shown: who reads its rows wears it out. */
const READABLE = ['test.', 'frozen.'];
const TRAINED = [
  '',
  ...[
    'support.',
    'personal.',
    'varied.',
    'nuanced.',
    'everyday.',
    'implicit.',
    'irony.',
    'boundaries.',
    'idioms.',
  ],
];
const ROWS = fileURLToPath(new URL('../.cache/bench/emotion.jsonl', import.meta.url));
const ASSETS = ['emotion.bin', 'gru.wasm'].map(
  (name) => new URL(`../packages/models/weights/${name}`, import.meta.url),
);
const WORST = 10;
/** How much of a hit is its label when thresholds of the 28 are chosen; some of them have under ten held-out rows. */
const LABEL_SHARE = 0.3;
const TIMED_WORDS = 20;
const TIMED_CALLS = 20_000;

/**
 * How well emotion is read: PACT's frozen messages and, with `--data PATH`, GoEmotions dev and EmoBank dev, beside
 * lexicons and a logistic regression trained here. Thresholds come from the part of GoEmotions' training split that
 * nothing was trained on.
 */
export async function run(args: string[]): Promise<void> {
  const at = args.indexOf('--data');
  const folder = at < 0 ? undefined : args[at + 1];
  console.log(
    `Emotion. ${describeMachine()}. Assets: ${ASSETS.map((file) => `${statSync(file).size} bytes`).join(' + ')}.`,
  );
  console.log('Intervals are 95 % bootstrap.\n');
  const rows: object[] = [];
  messagesTable(rows);
  if (folder === undefined) console.log('No --data PATH: GoEmotions and EmoBank are left out.\n');
  else publicTables(readCorpora(folder), rows);
  times();
  mkdirSync(dirname(ROWS), { recursive: true });
  writeFileSync(ROWS, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  console.log(`Every row: ${ROWS}`);
}

interface Read {
  emotion: Emotion;
  confidence: number;
  valence: number;
  arousal: number;
}

function messagesTable(rows: object[]): void {
  const own = readMessages(...TRAINED);
  const regression = new HashedRegression(EMOTIONS.length, 'one').fit(
    own.map(({ text }) => text),
    own.map(({ label }) => EMOTIONS.map((name) => name === label)),
  );
  const readers: Record<string, (text: string) => Read> = {
    PACT: readEmotion,
    'logistic regression, hashed': (text) => {
      const found = regression.predict(text);
      const best = found.indexOf(Math.max(...found));
      return { emotion: EMOTIONS[best]!, confidence: found[best]!, valence: Number.NaN, arousal: Number.NaN };
    },
    'always neutral': () => ({ emotion: 'neutral', confidence: 1, valence: Number.NaN, arousal: Number.NaN }),
  };
  const table: Record<string, Record<string, string>> = {};
  for (const [test, files] of Object.entries(TESTS)) {
    const messages = readMessages(...files);
    const line = (name: string) => `${test}, n = ${messages.length}: ${name}`;
    for (const [name, read] of Object.entries(readers))
      table[line(name)] = messageScores(
        messages,
        messages.map(({ text }) => read(text)),
      );
    for (const { name, pleasantness, from } of LEXICONS) {
      const found = messages.map(({ text }) => pleasantness(text));
      const right = messages.map(
        ({ label }, row) => polarity(label) === (found[row]! >= from ? 1 : found[row]! <= -from ? -1 : 0),
      );
      table[line(name)] = {
        polarity: show(share(right)),
        'valence r': show(
          correlation(
            found,
            messages.map(({ valence }) => valence),
          ),
        ),
      };
    }
  }
  console.log("PACT's frozen messages to agents (the regression learned from the same training messages):");
  console.table(table);
  worst(rows);
}

function messageScores(messages: Message[], found: Read[]): Record<string, string> {
  const right = messages.map(({ label }, row) => label === found[row]!.emotion);
  const values = (of: (read: Read) => number, truth: (message: Message) => number) =>
    Number.isNaN(of(found[0]!)) ? '–' : show(correlation(found.map(of), messages.map(truth)));
  return {
    labels: show(share(right)),
    polarity: show(
      share(messages.map(({ label }, row) => polarity(label) === polarity(found[row]!.emotion))),
    ),
    'calibration error': show(
      calibrationError(
        found.map(({ confidence }) => confidence),
        right,
      ),
    ),
    'valence r': values(
      (read) => read.valence,
      (message) => message.valence,
    ),
    'arousal r': values(
      (read) => read.arousal,
      (message) => message.arousal,
    ),
  };
}

/** The frozen messages that were misread with most confidence. */
function worst(rows: object[]): void {
  const read = readMessages(...READABLE).map((message) => ({
    ...message,
    found: readEmotion(message.text),
  }));
  for (const { text, label, found } of read) {
    const { emotion, confidence, valence, arousal, words } = found;
    rows.push({
      set: 'messages',
      text,
      label,
      emotion,
      confidence,
      valence,
      arousal,
      words: words.map((word) => word.text),
    });
  }
  const missed = read.filter(({ label, found }) => label !== found.emotion);
  missed.sort((a, b) => b.found.confidence - a.found.confidence);
  console.log(`The ${WORST} worst of ${missed.length} misread messages:`);
  for (const { text, label, found } of missed.slice(0, WORST)) {
    const shown = text.length > 110 ? `${text.slice(0, 110)}…` : text;
    console.log(
      `  ${found.emotion} ${found.confidence.toFixed(2)}, should be ${label}: ${JSON.stringify(shown)}`,
    );
  }
  console.log();
}

function publicTables(corpora: Corpora, rows: object[]): void {
  const regression = new HashedRegression(CATEGORIES.length, 'many').fit(
    corpora.trained.map(({ text }) => text),
    corpora.trained.map(({ given }) => given),
  );
  const readers: Record<string, (text: string) => number[]> = {
    PACT: (text) => {
      const found = readCategories(text);
      return CATEGORIES.map((name) => found.get(name)!);
    },
    'logistic regression, hashed': (text) => regression.predict(text),
  };
  const table: Record<string, Record<string, string>> = {};
  for (const [name, read] of Object.entries(readers))
    table[name] = categoryScores(corpora, read, name === 'PACT' ? rows : []);
  console.log(
    `GoEmotions dev, n = ${corpora.dev.length}; thresholds from ${corpora.heldOut.length} held-out training rows:`,
  );
  console.table(table);

  const sentences = corpora.emobank;
  const valence = sentences.map((sentence) => sentence.valence);
  const found = sentences.map(({ text }) => readEmotion(text));
  const values: Record<string, Record<string, string>> = {
    PACT: {
      'valence r': show(
        correlation(
          found.map((read) => read.valence),
          valence,
        ),
      ),
      'arousal r': show(
        correlation(
          found.map((read) => read.arousal),
          sentences.map((sentence) => sentence.arousal),
        ),
      ),
    },
  };
  for (const { name, pleasantness } of LEXICONS)
    values[name] = {
      'valence r': show(
        correlation(
          sentences.map(({ text }) => pleasantness(text)),
          valence,
        ),
      ),
    };
  console.log(`EmoBank dev, n = ${sentences.length}:`);
  console.table(values);
  for (const [row, { text, valence, arousal }] of sentences.entries())
    rows.push({ set: 'emobank', text, valence, arousal, found: [found[row]!.valence, found[row]!.arousal] });
}

function categoryScores(
  { heldOut, dev }: Corpora,
  read: (text: string) => number[],
  rows: object[],
): Record<string, string> {
  const groups = Object.values(EKMAN).map((names) => names.map((name) => CATEGORIES.indexOf(name)));
  const many = (comments: Comment[]) => comments.map(({ given }) => given);
  const grouped = (comments: Comment[]) =>
    comments.map(({ given }) => groups.map((group) => group.some((at) => given[at])));
  const any = (scores: number[][]) =>
    scores.map((row) => groups.map((group) => 1 - group.reduce((left, at) => left * (1 - row[at]!), 1)));
  const [held, found] = [heldOut, dev].map((comments) => comments.map(({ text }) => read(text))) as [
    number[][],
    number[][],
  ];
  const cuts = thresholdsOf(held, many(heldOut), LABEL_SHARE);
  for (const [row, { text, given }] of dev.entries()) {
    const name = (has: (at: number) => boolean) => CATEGORIES.filter((_, at) => has(at));
    rows.push({
      set: 'goemotions',
      text,
      given: name((at) => given[at]!),
      found: name((at) => found[row]![at]! >= cuts[at]!),
    });
  }
  return {
    'macro-F1 of 28': show(macroF1(found, many(dev), cuts)),
    'macro-F1 of Ekman': show(
      macroF1(any(found), grouped(dev), thresholdsOf(any(held), grouped(heldOut), 1)),
    ),
    'best label is given': show(
      share(found.map((row, at) => dev[at]!.given[row.indexOf(Math.max(...row))]!)),
    ),
  };
}

/** Time of a call, for the messages nearest to TIMED_WORDS words, for one of 20,000 words and for 1 MB of one word. */
function times(): void {
  const messages = readMessages(...TRAINED, ...TESTS['both']!).map(({ text }) => text);
  const near = messages.filter((text) => Math.abs(text.split(/\s+/).length - TIMED_WORDS) <= 2);
  const timed = (text: string) => {
    const started = performance.now();
    readEmotion(text);
    return performance.now() - started;
  };
  for (const text of near) readEmotion(text);
  const durations = Array.from({ length: TIMED_CALLS }, (_, call) => timed(near[call % near.length]!));
  const long = Array.from({ length: 20 }, () =>
    timed('This is the tenth line of a plan that I hate. '.repeat(2_000)),
  );
  const junk = Array.from({ length: 20 }, () => timed('word '.repeat(200_000)));
  const row = (values: number[]) => {
    const { p50, p99 } = summarize(values);
    return { 'median ms': p50.toFixed(3), 'p99 ms': p99.toFixed(3) };
  };
  console.table({
    [`${near.length} messages of ${TIMED_WORDS - 2} to ${TIMED_WORDS + 2} words`]: row(durations),
    '20,000 words': row(long),
    '1 MB of one word': row(junk),
  });
}
