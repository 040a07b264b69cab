import type { SummarySentence } from '@pact/db';
import { spellDay } from './dates.ts';
import { inReadingOrder } from './repeats.ts';

export { inReadingOrder };

/**
 * Sentences as a person reads them: in order, a line a day that begins with its date, the year named where it is new,
 * each speaker named where another one begins.
 */
export function renderSentences(sentences: SummarySentence[]): string {
  let day = '';
  let speaker = '';
  const lines: string[][] = [];
  for (const sentence of [...sentences].sort(inReadingOrder)) {
    if (sentence.day !== day) lines.push([headOf(sentence.day, day)]);
    if (sentence.day !== day || sentence.speaker !== speaker) lines.at(-1)!.push(`${sentence.speaker}:`);
    lines.at(-1)!.push(/[.!?…。！？]$/.test(sentence.text) ? sentence.text : `${sentence.text}.`);
    day = sentence.day;
    speaker = sentence.speaker;
  }
  return lines.map((line) => line.join(' ')).join('\n');
}

/** What a day's line begins with: "[8 May 2023]", and "[25 May]" after another day of that year. */
export function headOf(day: string, dayBefore = ''): string {
  const spelled = spellDay(new Date(`${day}T00:00:00Z`));
  return `[${day.slice(0, 4) === dayBefore.slice(0, 4) ? spelled.replace(/ \d+$/, '') : spelled}]`;
}
