/*
 * Blanks out what is not the writer's own voice: code, logs, quoted lines, quotations, links. Offsets stay as they
 * were. `packages/models/train/features.py` holds the same rules; the golden test compares the two.
 */

export type Mark = 'code' | 'quote' | 'said' | 'url';

const FENCE = /^[ \t]*(?:```|~~~)/;
const QUOTED_LINE = /^[ \t]*>(?![:(_])/;
const MACHINE_LINES = [
  /^[ \t]*\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}/,
  /^[ \t]*at [^ ]+.*[:(][^ ]*[0-9]\)?[ \t]*$/,
  /^[ \t]*File "[^"]*", line [0-9]+/,
  /^[ \t]*(?:Traceback \(most|Caused by:|npm (?:ERR|WARN|error)|panic:|Exception in thread|Segmentation fault)/,
  /^[ \t]*(?:\[(?:error|warn|warning|info|debug|trace|fatal)\]|(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL)[ :[]|(?:error|warning)(?:\[[A-Za-z0-9]+\])?:)/,
  /^[ \t]*(?:[A-Za-z.]+)?(?:Error|Exception): /,
  /^[ \t]*(?:def [A-Za-z0-9_]+\(|(?:const|let|var) [A-Za-z0-9_]+ ?=|(?:function|func|fn) [A-Za-z0-9_]+\(|import [^ ]+ from |#include|SELECT .* FROM |UPDATE [A-Za-z0-9_]+ SET |INSERT INTO )/,
  /^[ \t]*(?:curl|docker|sudo|npm|npx|pip|git) .*(?: |^)--?[A-Za-z]/,
];
const CODE_CHARS = /[{}[\]();=<>|&$#\\/_*+`"]/g;
const SOLID = /[^ \t]/g;
const URL_TEXT = /(?:https?:\/\/|www\.)[^ \t\n<>"]+/g;
const INLINE_CODE = /`[^`\n]+`/g;
const INLINE_QUOTE = /"[^"\n]+"|(?:(?<=[ (:])|^)'[^'\n]+(?:'[a-z][^'\n]*)?'(?![A-Za-z])/g;
const HAS_LETTER = /[A-Za-z]/;
const LONGEST_LINE_HEAD = 300;

/** The text with foreign voices blanked to spaces (same length), and the kinds of what was blanked, sorted. */
export function mask(text: string): { body: string; marks: Mark[] } {
  const marks = new Set<Mark>();
  let body = maskLines(straighten(text), marks);
  body = maskSpans(body, URL_TEXT, 'url', marks);
  body = maskSpans(body, INLINE_CODE, 'code', marks);
  const unquoted = body.replace(INLINE_QUOTE, blankSaid);
  // A message that is one quotation altogether is read as the writer's.
  if (unquoted !== body && HAS_LETTER.test(unquoted)) {
    body = unquoted;
    marks.add('said');
  }
  return { body, marks: [...marks].sort() };
}

function straighten(text: string): string {
  return text
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\r/g, '\n');
}

function maskLines(text: string, marks: Set<Mark>): string {
  let fenced = false;
  const lines = text.split('\n').map((line) => {
    const fence = FENCE.test(line);
    const foreign =
      fence || fenced || isMachine(line) ? 'code' : QUOTED_LINE.test(line) ? 'quote' : undefined;
    if (fence) fenced = !fenced;
    if (foreign === undefined) return line;
    marks.add(foreign);
    return blank(line);
  });
  return lines.join('\n');
}

function maskSpans(text: string, pattern: RegExp, mark: Mark, marks: Set<Mark>): string {
  return text.replace(pattern, (span) => {
    marks.add(mark);
    return blank(span);
  });
}

function isMachine(line: string): boolean {
  // Bounded, so that no line can make a pattern slow.
  const head = line.slice(0, LONGEST_LINE_HEAD);
  if (MACHINE_LINES.some((pattern) => pattern.test(head))) return true;
  const signs = line.match(CODE_CHARS)?.length ?? 0;
  return signs >= 4 && signs > 0.17 * (line.match(SOLID)?.length ?? 0);
}

function blankSaid(span: string): string {
  return span.slice(2, -2).includes(' ') && HAS_LETTER.test(span) ? blank(span) : span;
}

function blank(span: string): string {
  return ' '.repeat(span.length);
}
