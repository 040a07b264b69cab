import type { SummarySentence } from '@pact/db';
import { parse } from 'chrono-node';
import type { Models } from '../ctx.ts';

/** A message that the summary may speak of. */
export interface Speech {
  id: string;
  sequence: number;
  role: 'user' | 'assistant' | 'system' | 'tool';
  name: string | null;
  content: string;
  occurredAt: Date;
  /** How strongly it was felt, 0 to 1. */
  intensity: number;
}

/** Longest sentence of a summary, in characters; what is longer is cut at a word. */
const MAX_SENTENCE_LENGTH = 320;
/** Words that may come and go without changing what is said. */
const COURTESY = new Set([
  'please',
  'really',
  'very',
  'just',
  'so',
  'also',
  'well',
  'again',
  'oh',
  'and',
  'the',
  'a',
  'an',
]);
/** Sources that one sentence names; the newest of 808 repetitions are not needed to find the rest. */
const MAX_SOURCES = 20;

/** Sentences worth less say nothing: "Ok.", "Sure, thanks." */
const MIN_VALUE = 0.1;

/** What a speaker's sentences are worth beside the user's own. */
const ROLE_VALUE = { user: 1, assistant: 0.55, tool: 0.35, system: 0.25 };
const NUMBER = /\d/;
const FIRST_PERSON = /\b(i|i'm|i've|i'll|i'd|my|mine|me|we|our|us)\b/i;
/** Days that mean one date only. A bare weekday may lie on either side of today, so it is left as it was said. */
const RELATIVE_DAY =
  /\b(today|tonight|yesterday|tomorrow|(\d+|two|three|four|five|six) days ago|in (\d+|two|three|four|five|six) days)\b/i;

/** The first sentences of a message, each with its value for a summary, its source, and relative days made absolute. */
export function sentencesOf(models: Models, speech: Speech, most: number): SummarySentence[] {
  return models
    .splitSentences(speech.content)
    .slice(0, most)
    .map((sentence, position) => ({ sentence: clip(sentence.replace(/\s+/g, ' ').trim()), position }))
    .filter(({ sentence }) => /\p{L}/u.test(sentence))
    .map(({ sentence, position }) => {
      const score = value(models, sentence, speech);
      const text = withAbsoluteDay(sentence, speech.occurredAt);
      return {
        text,
        speaker: speech.name?.replace(/\s+/g, ' ') ?? capitalize(speech.role),
        day: speech.occurredAt.toISOString().slice(0, 10),
        sourceIds: [speech.id],
        sequence: speech.sequence,
        position,
        score,
        worth: score,
        tokens: models.countTokens(text),
      };
    })
    .filter(({ score }) => score >= MIN_VALUE);
}

/**
 * Folds sentences that say the same into the first of them, which then names all sources. The same means the same words in
 * the same order, but for case, punctuation and words of courtesy: a changed number, name or "not" is another fact.
 */
export function foldRepeats(sentences: SummarySentence[]): SummarySentence[] {
  const folded = new Map<string, SummarySentence>();
  for (const sentence of sentences) {
    const key = `${sentence.speaker}\n${essence(sentence.text)}`;
    const twin = folded.get(key);
    if (!twin) {
      folded.set(key, sentence);
      continue;
    }
    const sourceIds = [...new Set([...twin.sourceIds, ...sentence.sourceIds])].slice(0, MAX_SOURCES);
    folded.set(key, { ...twin, sourceIds, score: Math.max(twin.score, sentence.score) });
  }
  return [...folded.values()];
}

/** Sentences as a person reads them: in order, each day and speaker named once. */
export function renderSentences(sentences: SummarySentence[]): string {
  let day = '';
  let speaker = '';
  const parts: string[] = [];
  for (const sentence of [...sentences].sort(inReadingOrder)) {
    const newDay = sentence.day !== day;
    if (newDay) parts.push(`${parts.length > 0 ? '\n' : ''}[${sentence.day}]`);
    if (newDay || sentence.speaker !== speaker) parts.push(`${sentence.speaker}:`);
    parts.push(/[.!?…。！？]$/.test(sentence.text) ? sentence.text : `${sentence.text}.`);
    day = sentence.day;
    speaker = sentence.speaker;
  }
  return parts.join(' ').replace(/ \n/g, '\n');
}

export function inReadingOrder(a: SummarySentence, b: SummarySentence): number {
  return a.day.localeCompare(b.day) || a.sequence - b.sequence || a.position - b.position;
}

/** What a reader would miss if it were gone: names, numbers, facts about the speaker, feeling; small talk is worth little. */
function value(models: Models, sentence: string, speech: Speech): number {
  const concepts = models.extractConcepts(sentence);
  const named = concepts.reduce((sum, { kind, weight }) => sum + weight * (kind === 'entity' ? 1 : 0.6), 0);
  const words = sentence.split(' ').length;
  let worth = 0.2 + Math.min(named, 2.5);
  if (NUMBER.test(sentence)) worth += 0.5;
  if (speech.role === 'user' && FIRST_PERSON.test(sentence)) worth += 0.5;
  if (speech.role === 'user') worth += 0.8 * speech.intensity;
  if (sentence.endsWith('?')) worth *= 0.4;
  if (concepts.length === 0 && !NUMBER.test(sentence)) worth *= 0.4;
  if (words < 4) worth *= 0.3;
  return worth * ROLE_VALUE[speech.role];
}

/**
 * Adds the calendar day behind each relative one: "yesterday (2026-11-22)". Leaves quotations alone, which have a today of
 * their own, and titles ("The Day After Tomorrow"), which have none.
 */
function withAbsoluteDay(sentence: string, at: Date): string {
  if (!RELATIVE_DAY.test(sentence) || /["“”«»]/.test(sentence)) return sentence;
  return parse(sentence, { instant: at, timezone: 'UTC' })
    .filter(({ text, index }) => RELATIVE_DAY.test(text) && (index === 0 || !/\p{Lu}/u.test(text)))
    .reduceRight((dated, { text, index, start }) => {
      const end = index + text.length;
      return `${dated.slice(0, end)} (${start.date().toISOString().slice(0, 10)})${dated.slice(end)}`;
    }, sentence);
}

function clip(sentence: string): string {
  if (sentence.length <= MAX_SENTENCE_LENGTH) return sentence;
  const cut = sentence.slice(0, MAX_SENTENCE_LENGTH);
  const whole = cut.slice(0, Math.max(cut.lastIndexOf(' '), MAX_SENTENCE_LENGTH / 2));
  return `${whole.toWellFormed().replace(/\uFFFD$/, '')}…`;
}

/** What is left of a sentence when its words of courtesy and its punctuation are gone. */
function essence(sentence: string): string {
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu) ?? [];
  return words
    .map((word) => word.replace(/[.'’-]+$/, ''))
    .filter((word) => !COURTESY.has(word))
    .join(' ');
}

const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
