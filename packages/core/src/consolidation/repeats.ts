import type { SummarySentence } from '@pact/db';
import { contentOf, turnsOf } from './words.ts';

/** Sources that one sentence names: more repetitions than that are a machine's. */
export const MAX_SOURCES = 1_000;
/** Content words that a sentence must have, and share of the longer one's, to be folded into a longer one that says more. */
const MIN_SHARED = 3;
const MIN_SHARE = 0.7;
/** Sentences of like beginning that one is compared with: what keeps a hundred thousand of them linear. */
const MAX_COMPARED = 24;
/** Words that may come and go without changing what is said. */
const COURTESY = new Set(
  'please really very just so also well again oh ok okay yes yeah hey hi thanks and the a an i am im ive have'.split(
    ' ',
  ),
);

/**
 * Folds sentences of one speaker that say the same into one, which then names all sources. The same means the same words
 * in the same order, but for case, punctuation and courtesy; or, in the same order, most of the words of a longer one,
 * which then stands for both. A changed number, name, order or "not" is another fact. In reading order; linear.
 */
export function foldRepeats(sentences: SummarySentence[]): SummarySentence[] {
  let folded = foldContained(foldExact([...sentences].sort(inReadingOrder)));
  for (let before = Number.POSITIVE_INFINITY; folded.length < before; ) {
    before = folded.length;
    folded = foldContained(folded);
  }
  return folded;
}

export function inReadingOrder(a: SummarySentence, b: SummarySentence): number {
  return a.day.localeCompare(b.day) || a.sequence - b.sequence || a.position - b.position;
}

function foldExact(sentences: SummarySentence[]): SummarySentence[] {
  const folded = new Map<string, { sentence: SummarySentence; sources: Set<string> }>();
  for (const sentence of sentences) {
    const key = `${sentence.speaker}\n${essence(sentence.text)}`;
    const twin = folded.get(key);
    if (!twin) {
      folded.set(key, { sentence, sources: new Set(sentence.sourceIds) });
      continue;
    }
    for (const source of sentence.sourceIds) if (twin.sources.size < MAX_SOURCES) twin.sources.add(source);
    if (sentence.score > twin.sentence.score) twin.sentence = { ...twin.sentence, score: sentence.score };
  }
  return [...folded.values()].map(({ sentence, sources }) =>
    sources.size === sentence.sourceIds.length ? sentence : { ...sentence, sourceIds: [...sources] },
  );
}

interface Known {
  sentence: SummarySentence;
  content: string[];
  gone: boolean;
}

function foldContained(sentences: SummarySentence[]): SummarySentence[] {
  const all: Known[] = [];
  const byBeginning = new Map<string, Known[]>();
  for (const sentence of sentences) {
    const known: Known = { sentence, content: contentOf(sentence.text), gone: false };
    all.push(known);
    if (known.content.length < MIN_SHARED) continue;
    const keys = known.content
      .slice(0, 2)
      .map((word) => `${sentence.speaker}\n${turnsOf(sentence.text)}\n${word}`);
    for (const other of new Set(keys.flatMap((key) => byBeginning.get(key) ?? []))) {
      if (other.gone || known.gone) continue;
      if (contains(known.content, other.content)) absorb(known, other);
      else if (contains(other.content, known.content)) absorb(other, known);
    }
    if (known.gone) continue;
    for (const key of new Set(keys)) {
      const bucket = byBeginning.get(key) ?? [];
      byBeginning.set(key, [...bucket.slice(1 - MAX_COMPARED), known]);
    }
  }
  return all.filter(({ gone }) => !gone).map(({ sentence }) => sentence);
}

function absorb(longer: Known, shorter: Known): void {
  shorter.gone = true;
  const sources = new Set([...longer.sentence.sourceIds, ...shorter.sentence.sourceIds]);
  const score = Math.max(longer.sentence.score, shorter.sentence.score);
  longer.sentence = { ...longer.sentence, score, sourceIds: [...sources].slice(0, MAX_SOURCES) };
}

/** Whether a text holds another's content words in their order, and little else. */
function contains(longer: string[], shorter: string[]): boolean {
  if (shorter.length > longer.length || shorter.length < longer.length * MIN_SHARE) return false;
  let at = 0;
  for (const word of longer) if (word === shorter[at]) at += 1;
  return at === shorter.length;
}

/** What is left of a sentence when its words of courtesy and its punctuation are gone. */
function essence(sentence: string): string {
  const asks = /\?\s*$/.test(sentence) ? ' ?' : '';
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu) ?? [];
  return words
    .map((word) => word.replace(/[.'’-]+$/, '').replace(/['’]/g, ''))
    .filter((word) => !COURTESY.has(word))
    .join(' ')
    .concat(asks);
}
