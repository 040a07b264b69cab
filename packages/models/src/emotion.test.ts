import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './emotion/crc.ts';
import { polarity } from './emotion/labels.ts';
import { EMOTIONS, type Emotion, readCategories, readEmotion } from './emotion.ts';

interface GoldenCase {
  text: string;
  scores: number[];
  categories: number[];
  valence: number;
  arousal: number;
}

const golden = JSON.parse(
  readFileSync(new URL('./emotion/golden.json', import.meta.url), 'utf8'),
) as GoldenCase[];

function frozenMessages(name: string): { text: string; label: Emotion }[] {
  const file = readFileSync(new URL(`../train/data/agent-messages.${name}.tsv`, import.meta.url), 'utf8');
  return file
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [text, label] = line.split('\t') as [string, Emotion];
      return { text: text.replaceAll('\\n', '\n').replaceAll('\\t', '\t'), label };
    });
}

function expectSound(text: string): void {
  const reading = readEmotion(text);
  const sum = Object.values(reading.scores).reduce((total, value) => total + value, 0);
  expect(sum).toBeCloseTo(1, 6);
  expect(Object.keys(reading.scores)).toEqual([...EMOTIONS]);
  for (const value of [
    reading.confidence,
    reading.valence,
    reading.arousal,
    ...Object.values(reading.scores),
  ]) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
  const sign = polarity(reading.emotion);
  if (sign > 0) expect(reading.valence).toBeGreaterThan(0.5);
  if (sign < 0) expect(reading.valence).toBeLessThan(0.5);
  expect(reading.words.length).toBeLessThanOrEqual(5);
  for (const word of reading.words) {
    expect(text.slice(word.start, word.end)).toBe(word.text);
    expect(word.text.length).toBeGreaterThan(0);
    expect(word.weight).toBeGreaterThan(0);
    expect(word.weight).toBeLessThanOrEqual(1);
  }
  const weights = reading.words.map((word) => word.weight);
  expect(weights).toEqual([...weights].sort((a, b) => b - a));
}

describe('readEmotion agrees with training', () => {
  it('gives the outputs that training computed from the same weights', () => {
    expect(golden.length).toBeGreaterThanOrEqual(50);
    for (const wanted of golden) {
      const { scores, valence, arousal } = readEmotion(wanted.text);
      const found = [...Object.values(scores), ...readCategories(wanted.text).values(), valence, arousal];
      const gaps = [...wanted.scores, ...wanted.categories, wanted.valence, wanted.arousal].map((value, at) =>
        Math.abs(value - found[at]!),
      );
      expect(Math.max(...gaps), wanted.text).toBeLessThan(1e-4);
    }
  });

  it('hashes as zlib does', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    expect(crc32('')).toBe(0);
    expect(crc32('é')).toBe(0x0e048d3e);
  });
});

describe('readEmotion has common sense', () => {
  const cases: [text: string, allowed: Emotion[]][] = [
    ["I'm really frustrated with this bug", ['frustrated']],
    ["I'm so happy, it finally works!", ['happy', 'excited', 'relieved']],
    ['I am furious', ['angry']],
    ["I'm scared about tomorrow", ['afraid', 'worried']],
    ['I feel sad today', ['sad']],
    ['thank you so much', ['grateful']],
    ["I'm anxious about my interview", ['worried']],
    ["I'm overwhelmed with work", ['stressed']],
    ['What is the capital of France?', ['neutral', 'curious']],
    ['ok', ['neutral']],
    ['I love this!', ['loving', 'excited']],
    ['This is the worst product ever', ['disappointed', 'disapproving', 'angry', 'frustrated', 'disgusted']],
    ['Still broken. Still waiting.', ['frustrated']],
    ['three meetings, two reports and no time to eat', ['stressed']],
    ["I'm not happy with this at all", ['disappointed', 'disapproving', 'frustrated']],
    ["I'm happy with this", ['happy', 'approving']],
    ['I am so proud of my daughter', ['proud']],
    ["I'm sorry, that was my fault", ['remorseful']],
    ["I don't understand what you mean", ['confused']],
    ['My dad died last week', ['grieving']],
    ["I'm not angry", ['neutral', 'approving', 'relieved', 'caring']],
    ['I want to die', ['sad', 'grieving', 'afraid', 'stressed']],
    ['lol that is hilarious', ['amused']],
    ['ewww that is disgusting', ['disgusted']],
    ['Phew, that was close', ['relieved']],
    ["I can't wait for tomorrow!!!", ['excited']],
    ['Please summarise this document in three bullet points.', ['neutral']],
    ['Translate into German: "I hate you and I am furious"', ['neutral']],
    ['```\nthrow new Error("I am so angry")\n```', ['neutral']],
  ];
  it.each(cases)('%s', (text, allowed) => {
    expect(allowed).toContain(readEmotion(text).emotion);
  });

  it('puts valence where a person would', () => {
    expect(readEmotion("I'm really frustrated with this bug").valence).toBeLessThan(0.4);
    expect(readEmotion('This is the worst product ever').valence).toBeLessThan(0.4);
    expect(readEmotion("I'm not happy with this at all").valence).toBeLessThan(0.4);
    expect(readEmotion("I'm so happy, it finally works!").valence).toBeGreaterThan(0.6);
    expect(readEmotion('I love this!').valence).toBeGreaterThan(0.6);
    expect(Math.abs(readEmotion('List the files in this folder.').valence - 0.5)).toBeLessThanOrEqual(0.1);
    expect(readEmotion('I AM FURIOUS!!!').arousal).toBeGreaterThan(readEmotion('I feel sad today').arousal);
    expect(readEmotion('What is the capital of France?').arousal).toBeLessThan(0.55);
  });

  it('finds one sentence of feeling in a long neutral message', () => {
    const plain =
      'The second part of the plan is about the roof of the house and the third is about the garden. ';
    const reading = readEmotion(
      `${plain.repeat(6)}I am absolutely furious about this, I hate it! ${plain.repeat(6)}`,
    );
    expect(reading.scores.angry).toBeGreaterThan(0.3);
    expect(reading.words.map((word) => word.text)).toContain('furious');
  });

  it('shows the words that carried the label', () => {
    const shown = (text: string) => readEmotion(text).words.map((word) => word.text);
    expect(shown("I'm really frustrated with this bug").slice(0, 2)).toContain('frustrated');
    expect(shown('thank you so much')).toContain('thank');
    const denied = shown("I'm not happy with this at all");
    expect(denied).toContain('not');
    expect(denied).toContain('happy');
  });

  it('shows no words for a neutral message', () => {
    expect(readEmotion('What is the capital of France?').words).toEqual([]);
  });

  it('reads what is not meant as it is written', () => {
    expect(polarity(readEmotion('I got fired').emotion)).toBe(-1);
    expect(polarity(readEmotion("I've never been better").emotion)).toBe(1);
    expect(polarity(readEmotion('Thanks for nothing').emotion)).toBe(-1);
  });
});

describe('readEmotion on the frozen messages', () => {
  /** Floors a little under what was measured; see emotion/README.md. */
  it.each([
    { name: 'test', labels: 0.86, polarities: 0.95 },
    { name: 'frozen', labels: 0.69, polarities: 0.79 },
  ])('stays above its measured floors on $name', ({ name, labels, polarities }) => {
    const rows = frozenMessages(name).map(({ text, label }) => ({ label, found: readEmotion(text).emotion }));
    const share = (right: (row: { label: Emotion; found: Emotion }) => boolean) =>
      rows.filter(right).length / rows.length;
    expect(rows.length).toBeGreaterThanOrEqual(150);
    expect(share((row) => row.label === row.found)).toBeGreaterThanOrEqual(labels);
    expect(share((row) => polarity(row.label) === polarity(row.found))).toBeGreaterThanOrEqual(polarities);
  });
});

describe('the frozen messages', () => {
  it('are none of those that were trained on, but for greetings and the like', () => {
    const plain = (text: string) =>
      text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, ' ')
        .trim();
    const trained = new Set(
      [
        'agent-messages',
        ...['support', 'personal', 'varied', 'idioms'].map((name) => `agent-messages.${name}`),
      ]
        .flatMap((name) =>
          readFileSync(new URL(`../train/data/${name}.tsv`, import.meta.url), 'utf8').split('\n'),
        )
        .map((line) => plain(line.split('\t')[0]!)),
    );
    const frozen = ['test', 'frozen'].flatMap(frozenMessages).map(({ text }) => plain(text));
    expect(frozen.filter((text) => text.split(' ').length > 3 && trained.has(text))).toEqual([]);
  });
});

describe('readEmotion on bad input', () => {
  const blank = ['', ' ', '\n\n\t', '\u0000\u0007', '\ud800', '\u200b\ufeff'];
  it.each(blank.map((text) => [JSON.stringify(text), text]))('reads %s as nothing', (_, text) => {
    const { emotion, confidence, valence, arousal, words } = readEmotion(text);
    expect({ emotion, confidence, valence, arousal, words }).toEqual({
      emotion: 'neutral',
      confidence: 0,
      valence: 0.5,
      arousal: 0.5,
      words: [],
    });
  });

  const unreadable = [
    'asdkjh qwlekjh zxmncb',
    'привет, как дела?',
    '私はとても怒っています',
    '我今天非常生气，这个东西完全不能用',
    'أنا سعيد جدا',
    'मैं बहुत खुश हूँ',
    'ich bin zzzqx',
    'Ich bin total sauer, das funktioniert einfach nicht und niemand hilft mir',
    'Estoy muy enfadado con este servicio, es una vergüenza y quiero mi dinero',
    'Je suis très content de votre service, merci pour votre aide',
    'Sono molto felice, questo è il giorno più bello della mia vita',
    'main bahut khush hoon aur mera kaam ho gaya hai',
  ];
  it.each(unreadable)('is not sure about %s', (text) => {
    const { emotion, confidence } = readEmotion(text);
    expect(emotion).toBe('neutral');
    expect(confidence).toBeLessThan(0.5);
  });

  it.each([
    ['"@me " over and over', '@me '.repeat(50_000)],
    ['commas', ','.repeat(200_000)],
    ['1 MB of one word', 'happy '.repeat(170_000)],
    ['1 MB of an angry word', 'hate '.repeat(200_000)],
    ['code alone', 'const hate = love.filter(Boolean);\nreturn { angry: hate[0], sad: () => cry() };'],
    ['zero-width and bidirectional signs', '\u200b\u202e\u2066\u200d'.repeat(500)],
    ['one letter', 'x'],
    ['a number', '42'],
    ['a log', '2026-01-02 10:11:12 ERROR I hate you\n2026-01-02 10:11:13 ERROR furious panic'],
  ])('sees no strong emotion in %s', (_, text) => {
    const { emotion, valence, arousal } = readEmotion(text);
    expect(emotion).toBe('neutral');
    expect(Math.abs(valence - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(arousal - 0.5)).toBeLessThan(0.12);
  });

  it('reads a word through the invisible signs in it', () => {
    const text = 'I am fu\u200brio\u00adus about this';
    const reading = readEmotion(text);
    expect(reading.emotion).toBe('angry');
    expect(reading.words.map((word) => word.text)).toContain('fu\u200brio\u00adus');
  });

  it('reads the emotion of emoji alone', () => {
    expect(polarity(readEmotion('😡😡😡').emotion)).toBe(-1);
    expect(polarity(readEmotion('🎉🎉').emotion)).toBe(1);
  });

  it.each([
    ['1 MB of one letter', 'a'.repeat(1_000_000)],
    ['1 MB of one word', 'happy '.repeat(170_000)],
    ['1 MB of brackets', '([{'.repeat(330_000)],
    ['1 MB of quotes', `"'`.repeat(500_000)],
    ['1 MB of stack trace', 'at :::(((111 '.repeat(80_000)],
    ['1 MB of newlines', '\n'.repeat(1_000_000)],
    ['emoji only', '😡🎉🤷‍♀️👩‍👩‍👧'],
    ['emoji cut in half', '😡'.repeat(3000).slice(1)],
    ['an open fence', '```\nI am so sad'],
    ['right-to-left marks', '\u202eabc\u202c \u0301\u0301\u0301'],
  ])('survives %s', (_, text) => {
    expectSound(text);
  });

  it('keeps offsets right behind the unread middle of a long text', () => {
    const text = `Hello there. ${'This is one more line of the list. '.repeat(300)}I am furious and I hate this!`;
    const angry = readEmotion(text).words.find((word) => word.text === 'furious');
    expect(angry?.start).toBe(text.indexOf('furious'));
  });

  it('is sound and deterministic on any string', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc
        .array(fc.constantFrom(...golden.map(({ text }) => text), '\n', '> ', '```', '"', '😢', '\ud83d'), {
          maxLength: 6,
        })
        .map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expectSound(text);
        expect(readEmotion(text)).toEqual(readEmotion(text));
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
