import { type Sign, takeSigns } from './signs.ts';

/** Only the start and the end of a long text are read: what it is about is said there. In UTF-16 units. */
const HEAD_LENGTH = 4_000;
const TAIL_LENGTH = 1_000;

export interface Prose {
  /** What a person wrote, one paragraph a line, without code, markup and addresses. */
  text: string;
  /** E-mail addresses, hosts, `#tags`, `@mentions`, documents, numbers that identify, and dates. */
  signs: Sign[];
}

const BREAK = ' , ';
const FENCE = /^[ \t]*(```|~~~)[^\n]*\n[\s\S]*?(?:^[ \t]*\1[^\n]*$|(?![\s\S]))/gm;
const INVISIBLE = /[\p{Cf}\p{Cs}\p{Co}\p{Mn}\ufffd]|(?![\n\t])\p{Cc}/gu;
const IN_LAW = /\b(mother|father|sister|brother|son|daughter|parents?)s? in laws?\b/gi;
/** Who speaks, in a conversation that was pasted. */
const SPEAKER = /^\s*(?:user|assistant|system|human|ai|bot|me|you)\s*:\s/i;
const CODE_LINE =
  /[{};]\s*$|^\s*(?:diff --git |index [0-9a-f]{6,}\.\.|@@ |\+\+\+ |--- \S|\/\/|\/\*|\*\/|<\/?\w|\$ |>>> |at \S+ ?\(|File ".*", line|from [\w.]+ import|import [\w{*]|#include|[+-]?\s*(?:export |public |private |static |async )*(?:const|let|var|def|func|fn|function|class|interface|struct|enum)\s+\S+.*[=({:])|=>\s*$|^\s*\w+\(.*\)\s*$|^\s*(?:select|insert into|update|create table)\b.*\b(?:from|values|set|\()/i;
const LOG_LINE =
  /^\s*(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:|\[?\d\d:\d\d:\d\d|\w{3} \d{1,2} \d\d:\d\d:\d\d|\[?(?:INFO|WARN|WARNING|ERROR|DEBUG|FATAL|TRACE)\]?[ :]|npm (?:ERR|WARN|error)|Traceback \(|(?:Uncaught )?[A-Z]\w*(?:Error|Exception)\b.*:)/;
const IDENTIFIER =
  /^[^\s\p{L}]*(?:\S*[\w)\]]\(\S*|\S*\w_\w\S*|\S*[\w.]\/[\w.]\S*|\S*\\\S*|\S*\w::\w\S*|\S*[=<>{}|$^~]\S*|[\w-]*\d[\w.:-]*\d[\w.:%-]*|0x\w+|\w+(?:\.\w+)+(?:\(\))?|[a-z]+[a-z0-9]*[A-Z]\w*)[^\s\p{L}\p{N}]*$/u;
const NAMED_LIKE_CODE =
  /^\W*(?:i(?:Phone|Pad|Mac|Cloud|OS|Pod|Tunes)|eBay|macOS|(?:Node|Next|Vue|Nuxt|Express|D3|Three)\.js|\w\.\w\.?|\p{L}+\/\p{L}+|\w+\.(?=$))\W*$/u;

/** Takes from a text what is prose and what are signs. Never throws; reads at most 5,000 UTF-16 units. */
export function toProse(text: string): Prose {
  const signs: Sign[] = [];
  const isLong = text.length > HEAD_LENGTH + TAIL_LENGTH;
  const parts = isLong ? [headOf(text), tailOf(text)] : [text];
  return { text: parts.map((part) => cleanPart(part, signs)).join('\n\n'), signs };
}

/** Half a word means something else, and half a line of a log looks like prose: both cuts fall on a break. */
function headOf(text: string): string {
  const head = text.slice(0, HEAD_LENGTH);
  const line = head.lastIndexOf('\n');
  return head.slice(0, line > HEAD_LENGTH / 2 ? line : head.lastIndexOf(' ') + 1 || HEAD_LENGTH);
}

function tailOf(text: string): string {
  const tail = text.slice(-TAIL_LENGTH);
  const line = tail.indexOf('\n');
  return tail.slice(line >= 0 && line < TAIL_LENGTH / 2 ? line + 1 : tail.indexOf(' ') + 1);
}

function cleanPart(part: string, signs: Sign[]): string {
  const visible = part.normalize('NFC').replace(/\r\n?/g, '\n').replace(INVISIBLE, '').replace(/[‘’ʼ]/g, "'");
  const written = visible
    .replace(FENCE, '\n\n')
    .split('\n')
    .filter((line) => line !== '' && !CODE_LINE.test(line) && !LOG_LINE.test(line));
  return takeSigns(written.join('\n'), signs).split('\n').map(cleanLine).join('\n');
}

function cleanLine(line: string): string {
  const bare = line
    .replace(SPEAKER, '')
    .replace(IN_LAW, '$1-in-law')
    .replace(/^\s*(?:[-*+•>|]+|#{1,6}|\d{1,3}[.)])\s+/, '')
    .replace(/`([^`]*)`/g, (_, code: string) => (/^[\p{L} -]+$/u.test(code) ? code : BREAK))
    .replace(/[*~|]{1,3}|(?<!\w)_+|_+(?!\w)/g, (mark) => (mark.includes('|') ? BREAK : ''));
  return bare
    .split(/\s+/)
    .map((word) => (isIdentifier(word) ? BREAK : word.replace(/(\p{L})\/(?=\p{L})/gu, '$1, ')))
    .join(' ');
}

function isIdentifier(word: string): boolean {
  if (word.length > 40) return true;
  return IDENTIFIER.test(word) && !NAMED_LIKE_CODE.test(word);
}
