/*
 * Blanks out what is not the writer's own voice: code, logs, quoted lines, quotations, links. One private sign stands
 * where a blank begins. `packages/models/train/text.py` holds the same rules; the golden test compares the two.
 */

const SIGNS = { code: '\ue000', quote: '\ue001', said: '\ue002', url: '\ue003' } as const;
type Mark = keyof typeof SIGNS;

/** The sign of a blank to the token that shows it. */
export const MARK_OF_SIGN: ReadonlyMap<string, string> = new Map(
  Object.entries(SIGNS).map(([mark, sign]) => [sign, `<${mark}>`]),
);

/** Zero-width, bidirectional and variation signs: they change how a word looks, not what it says. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|[\ufe00-\ufe0f]/g;
const PRIVATE = /[\ue000-\uf8ff]/g;

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

/** The text with foreign voices blanked and invisible signs gone, and where an offset of it lies in `text`. */
export function mask(text: string): { body: string; origin: (offset: number) => number } {
  const { seen, origin } = visible(text);
  let body = maskLines(straighten(seen));
  body = body.replace(URL_TEXT, (span) => blank(span, 'url'));
  body = body.replace(INLINE_CODE, (span) => blank(span, 'code'));
  const unquoted = body.replace(INLINE_QUOTE, blankSaid);
  // A message that is one quotation altogether is read as the writer's.
  return { body: HAS_LETTER.test(unquoted) ? unquoted : body, origin };
}

function visible(text: string): { seen: string; origin: (offset: number) => number } {
  const removed = [...text.matchAll(INVISIBLE)].map((match) => match.index);
  if (removed.length === 0) return { seen: text, origin: (offset) => offset };
  const origin = (offset: number) => {
    let at = offset;
    for (const place of removed) {
      if (place > at) break;
      at += 1;
    }
    return at;
  };
  return { seen: text.replace(INVISIBLE, ''), origin };
}

function straighten(text: string): string {
  return text
    .replace(PRIVATE, ' ')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\r/g, '\n');
}

function maskLines(text: string): string {
  let fenced = false;
  const lines = text.split('\n').map((line) => {
    const fence = FENCE.test(line);
    const mark: Mark | undefined =
      fence || fenced || isMachine(line) ? 'code' : QUOTED_LINE.test(line) ? 'quote' : undefined;
    if (fence) fenced = !fenced;
    return mark === undefined || line === '' ? line : blank(line, mark);
  });
  return lines.join('\n');
}

function isMachine(line: string): boolean {
  // Bounded, so that no line can make a pattern slow.
  const head = line.slice(0, LONGEST_LINE_HEAD);
  if (MACHINE_LINES.some((pattern) => pattern.test(head))) return true;
  const bare = line.replace(INLINE_CODE, '');
  const signs = bare.match(CODE_CHARS)?.length ?? 0;
  return signs >= 4 && signs > 0.17 * (bare.match(SOLID)?.length ?? 0);
}

function blankSaid(span: string): string {
  return span.slice(2, -2).includes(' ') && HAS_LETTER.test(span) ? blank(span, 'said') : span;
}

function blank(span: string, mark: Mark): string {
  return SIGNS[mark] + ' '.repeat(span.length - 1);
}
