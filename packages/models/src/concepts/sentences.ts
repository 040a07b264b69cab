/** A sentence without an end is cut near this length, in UTF-16 units, at a space where there is one. */
const MAX_SENTENCE_LENGTH = 600;

const LINE_START = /^\s*(?:[-*+•>#|]|\d{1,3}[.)]\s|```|~~~)/;
const LINE_END = /[.!?…:;,。！？]["'”’)\]*_]*\s*$/;
const SENTENCE_END = /[.!?…]+["'”’)\]*_]*|[。！？]+[」』”’]*/g;
const INITIAL = /(?:^|[\s(.])(?!I)\p{Lu}\.$/u;
const ABBREVIATION =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|etc|e\.g|i\.e|cf|no|approx|dept|inc|ltd|co|corp|fig|eq|p|pp|vol|a\.m|p\.m|u\.s|u\.k|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$/i;

/**
 * The sentences of a text, trimmed and in order; together they hold all its characters but white space.
 * List items, headings and the lines of pasted code each stand alone; a wrapped line joins the one before.
 * Time is linear in the length; no sentence is longer than 600 UTF-16 units. Never throws.
 */
export function splitSentences(text: string): string[] {
  return blocksOf(text).flatMap(sentencesOf).flatMap(cutLong);
}

function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let open: string[] = [];
  const close = () => {
    if (open.length > 0) blocks.push(open.join(' '));
    open = [];
  };
  for (const line of text.split(/\r\n|[\n\r\u0085\u2028\u2029]/)) {
    const trimmed = line.trim();
    const continues = open.length > 0 && /^\p{Ll}/u.test(trimmed) && !LINE_END.test(open.at(-1)!.slice(-12));
    if (trimmed === '') close();
    else if (continues && !LINE_START.test(line)) open.push(trimmed);
    else {
      close();
      open.push(trimmed);
    }
  }
  close();
  return blocks;
}

function sentencesOf(block: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const end of block.matchAll(SENTENCE_END)) {
    const after = end.index + end[0].length;
    if (!/[。！？]/.test(end[0][0]!) && !/\s/.test(block.charAt(after))) continue;
    if (end[0].startsWith('.') && !endsSentence(block, end.index, after)) continue;
    sentences.push(block.slice(start, after).trim());
    start = after;
  }
  sentences.push(block.slice(start).trim());
  return sentences.filter((sentence) => sentence !== '');
}

function endsSentence(block: string, dot: number, after: number): boolean {
  if (/^\s+[a-z]/.test(block.slice(after, after + 8)) && block[dot + 1] === '.') return false;
  const before = block.slice(Math.max(0, dot - 8), dot + 1);
  if (/^\s*\d{1,3}\.$/.test(block.slice(0, Math.min(dot + 1, 8))) && dot < 4) return false;
  return !ABBREVIATION.test(before) && !INITIAL.test(before);
}

function cutLong(sentence: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (sentence.length - start > MAX_SENTENCE_LENGTH) {
    const space = sentence.slice(start, start + MAX_SENTENCE_LENGTH).lastIndexOf(' ');
    let end = start + (space > MAX_SENTENCE_LENGTH / 2 ? space : MAX_SENTENCE_LENGTH);
    if (isHighSurrogate(sentence.charCodeAt(end - 1))) end -= 1;
    parts.push(sentence.slice(start, end).trim());
    start = end;
  }
  parts.push(sentence.slice(start).trim());
  return parts.filter((part) => part !== '');
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
