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
/** Sentences read of one message: the rest of a very long one would crowd out its neighbours. */
const MAX_SENTENCES = 40;
/** Sentences with this share of their words in common say the same. */
const SAME_SHARE = 0.8;
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

/** The sentences of a message, each with its value for a summary, its source, and relative days made absolute. */
export function sentencesOf(models: Models, speech: Speech): SummarySentence[] {
  return models
    .splitSentences(speech.content)
    .slice(0, MAX_SENTENCES)
    .map((sentence, position) => ({ sentence: clip(sentence.replace(/\s+/g, ' ').trim()), position }))
    .filter(({ sentence }) => /\p{L}/u.test(sentence))
    .map(({ sentence, position }) => {
      const score = value(models, sentence, speech);
      const text = withAbsoluteDay(sentence, speech.occurredAt);
      return {
        text,
        speaker: speech.name ?? capitalize(speech.role),
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

/** Folds sentences that say the same into the first of them, which then names all sources. */
export function foldRepeats(sentences: SummarySentence[]): SummarySentence[] {
  const folded: { sentence: SummarySentence; words: Set<string> }[] = [];
  for (const sentence of sentences) {
    const words = wordsOf(sentence.text);
    const twin = folded.find(
      (other) => other.sentence.speaker === sentence.speaker && overlap(other.words, words) >= SAME_SHARE,
    );
    if (!twin) {
      folded.push({ sentence, words });
      continue;
    }
    const sourceIds = [...new Set([...twin.sentence.sourceIds, ...sentence.sourceIds])].slice(0, MAX_SOURCES);
    const score = Math.max(twin.sentence.score, sentence.score);
    twin.sentence = { ...twin.sentence, sourceIds, score };
  }
  return folded.map(({ sentence }) => sentence);
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
    parts.push(/[.!?…]$/.test(sentence.text) ? sentence.text : `${sentence.text}.`);
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

/** Adds the calendar day behind a relative one, when it is certain: "yesterday (2026-11-22)". */
function withAbsoluteDay(sentence: string, at: Date): string {
  if (!RELATIVE_DAY.test(sentence)) return sentence;
  const [found] = parse(sentence, { instant: at, timezone: 'UTC' });
  if (!found || !RELATIVE_DAY.test(found.text)) return sentence;
  const end = found.index + found.text.length;
  return `${sentence.slice(0, end)} (${found.start.date().toISOString().slice(0, 10)})${sentence.slice(end)}`;
}

function clip(sentence: string): string {
  if (sentence.length <= MAX_SENTENCE_LENGTH) return sentence;
  const cut = sentence.slice(0, MAX_SENTENCE_LENGTH);
  const whole = cut.slice(0, Math.max(cut.lastIndexOf(' '), MAX_SENTENCE_LENGTH / 2));
  return `${whole.toWellFormed().replace(/\uFFFD$/, '')}…`;
}

function wordsOf(sentence: string): Set<string> {
  return new Set(sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Words in common as a share of all words of the two. */
function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const word of a) if (b.has(word)) common += 1;
  return common / (a.size + b.size - common);
}

const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
