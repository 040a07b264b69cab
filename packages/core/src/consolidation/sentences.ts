import type { SummarySentence } from '@pact/db';
import type { Models } from '../ctx.ts';
import { withAbsoluteDates } from './dates.ts';
import { clausesOf, readable, tidy, wordCount } from './rewrite.ts';
import { type Clause, worthAsking } from './value.ts';
import { contentOf, turnsOf } from './words.ts';

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

/** What the sentences of a message are read beside. */
export interface Surroundings {
  /** The message before it. */
  before?: Speech | undefined;
  /** First names and names, lower case, of those who speak. */
  people: ReadonlySet<string>;
  /** Sentences to read at most. */
  most: number;
  /** Values of clauses read before, by role and text: what is said over and over is judged once. */
  judged?: Map<string, number>;
}

/** Longest sentence of a summary, in characters; what is longer is cut at a word. */
const MAX_SENTENCE_LENGTH = 320;
/** An answer of at most so many words needs its question to be understood, and a question longer than that is not quoted. */
const MAX_BARE_ANSWER_WORDS = 4;
const MAX_QUOTED_QUESTION_WORDS = 12;
/** Share of an assistant's words that the message before it must hold for them to be an echo. */
const ECHO_SHARE = 0.8;

/** The first sentences of a message that say something, each with its value, its sources, and relative dates made absolute. */
export function sentencesOf(models: Models, speech: Speech, around: Surroundings): SummarySentence[] {
  return clausesIn(models, speech, around).flatMap((clause) => {
    if (clause.isEcho) return [];
    const key = `${clause.role}${clause.position}${clause.text}`;
    const score = around.judged?.get(key) ?? worthAsking(models, clause);
    around.judged?.set(key, score);
    if (score === 0) return [];
    const text = clip(withAbsoluteDates(clause.text, speech.occurredAt));
    const { position } = clause;
    return [
      {
        text,
        speaker:
          speech.name?.replace(/\s+/g, ' ') ?? speech.role.charAt(0).toUpperCase() + speech.role.slice(1),
        day: speech.occurredAt.toISOString().slice(0, 10),
        sourceIds: clause.quotesQuestion ? [around.before!.id, speech.id] : [speech.id],
        sequence: speech.sequence,
        position,
        score,
        worth: score,
        tokens: models.countTokens(text),
      },
    ];
  });
}

/** The clauses of a message that could stand in a summary, before they are valued. */
export function clausesIn(
  models: Models,
  speech: Speech,
  around: Surroundings,
): (Clause & { quotesQuestion: boolean; isEcho: boolean })[] {
  const question = questionBefore(models, speech, around.before);
  const { role } = speech;
  return models
    .splitSentences(readable(speech.content))
    .slice(0, around.most)
    .flatMap(clausesOf)
    .map((clause) => tidy(clause, around.people))
    .filter((clause) => /\p{L}/u.test(clause))
    .map((clause, position) => {
      const quotesQuestion =
        position === 0 &&
        question !== undefined &&
        wordCount(question) <= MAX_QUOTED_QUESTION_WORDS &&
        needsQuestion(clause);
      return {
        text: quotesQuestion ? `To “${question}”: ${clause}` : clause,
        role,
        position,
        quotesQuestion,
        isEcho: role === 'assistant' && echoes(clause, around.before),
      };
    });
}

/** The question that the message before ends in, when another one asked it. */
function questionBefore(models: Models, speech: Speech, before?: Speech): string | undefined {
  if (!before || (before.role === speech.role && before.name === speech.name)) return undefined;
  const last = models.splitSentences(before.content.slice(-600)).at(-1);
  return last?.endsWith('?') ? last.replace(/[“”"]/g, '') : undefined;
}

/** "Seven months." after "How old is she?", but not "Thank you." */
function needsQuestion(clause: string): boolean {
  const words = wordCount(clause);
  return words <= MAX_BARE_ANSWER_WORDS && (contentOf(clause).length > 0 || /^(?:yes|no)\b/i.test(clause));
}

/** Whether an assistant's clause only says again what the message before it said, with the same numbers and negations. */
function echoes(clause: string, before?: Speech): boolean {
  if (before?.role !== 'user') return false;
  const said = new Set(contentOf(before.content));
  const content = contentOf(clause);
  const numbers = clause.match(/\d+/g) ?? [];
  if (numbers.some((number) => !before.content.includes(number))) return false;
  if (turnsOf(clause).split('|')[1] !== '' && turnsOf(before.content).split('|')[1] === '') return false;
  return content.filter((word) => said.has(word)).length >= ECHO_SHARE * content.length;
}

function clip(sentence: string): string {
  if (sentence.length <= MAX_SENTENCE_LENGTH) return sentence;
  const cut = sentence.slice(0, MAX_SENTENCE_LENGTH);
  const whole = cut.slice(0, Math.max(cut.lastIndexOf(' '), MAX_SENTENCE_LENGTH / 2));
  return `${whole.toWellFormed().replace(/\uFFFD$/, '')}…`;
}
