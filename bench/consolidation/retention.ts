import type { Dialogue, DialogueQuestion } from '../recall/dialogues.ts';

/** A piece of what was served, and the turns that it came from, by position. */
export interface Piece {
  text: string;
  sources: number[];
}

export interface Retention {
  /** Share of the question's evidence turns that are still there, 0 to 1. */
  evidence: number;
  /** 1 when all of them are. */
  whole: number;
  /** Share of the answer's content words that stand anywhere in the served text, 0 to 1. */
  answer: number;
}

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const EMPTY = new Set(
  `a an the and or but of to in on at for with by from as is are was were be been has have had do does did it its this that
  these those he she they them his her their i my me you your we our us not no yes so if then than too very s t ll ve re d m
  who what when where which why how would could should can will may might about after before during likely since because
  there here some any all also just more most other only into over up out`.split(/\s+/),
);

/** The content words of a text as stems; ISO dates are spelled out. */
export function contentWords(text: string): string[] {
  const spelled = text
    .toLowerCase()
    .replace(/\b(\d{4})-(\d\d)-(\d\d)\b/g, (_, year, month, day) => `${+day} ${MONTHS[month - 1]} ${year}`);
  const words = spelled.replace(/[’']s\b/g, '').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !EMPTY.has(word)).map(stem);
}

function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const cut = word
    .replace(/(?:ies|ied)$/, 'y')
    .replace(/(?:ings?|ed|es|ly|s|er|ers)$/, (end) => (word.length - end.length >= 3 ? '' : end));
  return cut.replace(/([^aeiouls])\1$/, '$1').replace(/(?<=.{3})e$/, '');
}

/**
 * What is left of a question's evidence. An evidence turn is still there when text that came from it holds as many of the
 * answer's content words as its best sentence does; where the answer has no word in the turn (a date that was worked out,
 * an inference), the question's words take its place, and where they have none either, all words of the turn.
 */
export function retentionOf(
  dialogue: Dialogue,
  question: DialogueQuestion,
  pieces: Piece[],
  served: Set<string>,
): Retention {
  const there = question.evidence.map((turn) => {
    const text = pieces.filter(({ sources }) => sources.includes(turn)).map((piece) => piece.text);
    return text.length > 0 && holds(text.join('\n'), dialogue.turns[turn]!.text, question) ? 1 : 0;
  });
  const answer = [...new Set(contentWords(question.answer))];
  return {
    evidence: mean(there),
    whole: there.every(Boolean) ? 1 : 0,
    answer: answer.length === 0 ? 0 : answer.filter((word) => served.has(word)).length / answer.length,
  };
}

function holds(kept: string, turn: string, question: DialogueQuestion): boolean {
  const words = new Set(contentWords(kept));
  const sentences = sentencesOf(turn).map((sentence) => new Set(contentWords(sentence)));
  for (const wanted of [question.answer, question.text]) {
    const asked = [...new Set(contentWords(wanted))];
    const best = Math.max(...sentences.map((has) => asked.filter((word) => has.has(word)).length));
    if (best > 0) return asked.filter((word) => words.has(word)).length >= best;
  }
  return [...new Set(contentWords(turn))].every((word) => words.has(word));
}

/** Which of a turn's sentences carry the answer, by the same rule. For learning and for reading misses. */
export function carriers(turn: string, question: DialogueQuestion): string[] {
  const sentences = sentencesOf(turn);
  for (const wanted of [question.answer, question.text]) {
    const asked = [...new Set(contentWords(wanted))];
    const counts = sentences.map((sentence) => {
      const has = new Set(contentWords(sentence));
      return asked.filter((word) => has.has(word)).length;
    });
    const best = Math.max(...counts);
    if (best > 0) return sentences.filter((_, at) => counts[at] === best);
  }
  return sentences;
}

const sentencesOf = (text: string) =>
  text.split(/(?<=[.!?])\s+|\n+|(?= \[image:)/).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));

export const mean = (values: number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
