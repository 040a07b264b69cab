import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMOTIONS, type Emotion } from '@pact/models';

/** GoEmotions' categories and neutral as PACT's words, in the order of its label numbers. */
export const CATEGORIES: readonly Emotion[] = (
  'admiring amused angry frustrated approving caring confused curious longing disappointed disapproving disgusted ' +
  'embarrassed excited afraid grateful grieving happy loving worried hopeful proud realizing relieved remorseful sad ' +
  'surprised neutral'
).split(' ') as Emotion[];

/** The grouping of GoEmotions' paper: Ekman's six and neutral. */
export const EKMAN: Readonly<Record<string, readonly Emotion[]>> = {
  anger: ['angry', 'frustrated', 'disapproving'],
  disgust: ['disgusted'],
  fear: ['afraid', 'worried'],
  joy: [
    'happy',
    'amused',
    'approving',
    'excited',
    'grateful',
    'loving',
    'hopeful',
    'relieved',
    'proud',
    'admiring',
    'longing',
    'caring',
  ],
  neutral: ['neutral'],
  sadness: ['sad', 'disappointed', 'embarrassed', 'grieving', 'remorseful'],
  surprise: ['surprised', 'realizing', 'confused', 'curious'],
};

/** Every tenth row of GoEmotions' training split is kept out of training (packages/models/train/corpora.py). */
const HELD_OUT = { step: 10, at: 3 };

export interface Comment {
  text: string;
  /** Whether each of CATEGORIES was given. */
  given: boolean[];
}

interface Sentence {
  text: string;
  valence: number;
  arousal: number;
}

export interface Message extends Sentence {
  label: Emotion;
}

export interface Corpora {
  /** GoEmotions: what was trained on, what thresholds are chosen on, and what is measured. */
  trained: Comment[];
  heldOut: Comment[];
  dev: Comment[];
  emobank: Sentence[];
}

/** Reads the public corpora from a folder with `goemotions/` and `emobank/`. */
export function readCorpora(folder: string): Corpora {
  const train = comments(join(folder, 'goemotions/train.tsv'));
  return {
    trained: train.filter((_, row) => row % HELD_OUT.step !== HELD_OUT.at),
    heldOut: train.filter((_, row) => row % HELD_OUT.step === HELD_OUT.at),
    dev: comments(join(folder, 'goemotions/dev.tsv')),
    emobank: emobank(join(folder, 'emobank/emobank-train-dev.csv')),
  };
}

/** PACT's own messages: files of `packages/models/train/data`. */
export function readMessages(...names: string[]): Message[] {
  return names.flatMap((name) => {
    const path = new URL(`../../packages/models/train/data/agent-messages.${name}tsv`, import.meta.url);
    if (!existsSync(path)) return [];
    return lines(path).flatMap((line) => {
      const [text = '', label = '', valence, arousal] = line.split('\t');
      if (!EMOTIONS.includes(label as Emotion)) return [];
      const plain = text.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
      return [{ text: plain, label: label as Emotion, valence: Number(valence), arousal: Number(arousal) }];
    });
  });
}

function comments(path: string): Comment[] {
  return lines(path).map((line) => {
    const [text = '', numbers = ''] = line.split('\t');
    const given = CATEGORIES.map(() => false);
    for (const number of numbers.split(',')) given[Number(number)] = true;
    return { text: text.replaceAll('[NAME]', 'him').replaceAll('[RELIGION]', 'religious'), given };
  });
}

function emobank(path: string): Sentence[] {
  const [header = '', ...rows] = lines(path);
  const names = header.split(',');
  return rows.flatMap((row) => {
    const match = /^([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),(.*)$/s.exec(row);
    if (!match) return [];
    const cells = match.slice(1);
    const cell = (name: string) => cells[names.indexOf(name)]!;
    if (cell('split') !== 'dev') return [];
    const text = cell('text')
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"');
    return [{ text, valence: (Number(cell('V')) - 1) / 4, arousal: (Number(cell('A')) - 1) / 4 }];
  });
}

function lines(path: string | URL): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
}
