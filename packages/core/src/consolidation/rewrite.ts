/** Openers that say nothing by themselves. They go only with the comma or stop behind them. */
const OPENER =
  /^(?:(?:hey|hi|hiya|hello|wow|oh|ooh|ah|aw+|ha(?:ha)*|hmm+|um+|uh|yeah|yea|yep|yup|yes|ok|okay|k|well|so|anyway|anyways|also|and|but|plus|omg|lol|thanks|thank you|thx|cheers|sure(?: thing)?|totally|absolutely|definitely|exactly|of course|no (?:problem|worries)|good (?:question|idea|point)|sounds good|i mean|you know|you know what|listen|look|honestly|actually|seriously|right|true|cool|nice|great|awesome|amazing|congrats|congratulations|sorry|by the way|btw|good to (?:see|hear from) you|guess what)(?: (?:there|again|so much|a lot|a (?:ton|lot|bunch)|man|girl|dude|everyone|all))?(?:,? ([\p{L}'’]+))?\s*[,!.…:–—]+|(?:and|but|so|well|anyway|also|plus) (?=(?:i|we|my|our|he|she|they|it|the|there|that)\b))\s*/iu;
/** Intensifiers: cut where nothing negates them and no stop follows. */
const INTENSIFIER =
  /(?<!\b(?:not|never|n['’]t|no|without|than|quite|how|too|or|and) )\b(?:really|very|totally|absolutely|definitely|super|actually|honestly|literally|basically|certainly|truly|seriously|extremely) (?=\p{L})/giu;
const TRAILER =
  /[,\s]+(?:you know|haha(?:ha)*|lol|lmao|right now|though|too|as well|actually|honestly|for sure|i guess|if that makes sense|please|thanks|thank you)\s*([.!]*)$/iu;
/** Where a second clause with a subject of its own begins. */
const CLAUSE =
  /(?:,\s+(?:and|so|plus|then)|\s+[–—-]{1,2}|;|(?<=\w{2}) and)\s+(?=(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|he|he's|she|she's|they|they're|it|it's|my|our|the|this|that|that's|there|there's|you|you're)\b (?!['’]))/giu;
/** Nothing that is shorter stands as a clause of its own, in words. */
const MIN_CLAUSE_WORDS = 4;
const MARKS =
  /(?:\p{Extended_Pictographic}|[\u{1F1E6}-\u{1F1FF}\u{1F3FB}-\u{1F3FF}]|\u200d|\ufe0f|\u20e3)+/gu;
/** Characters that are not seen but change what is: directions, joiners of nothing, marks of byte order. */
const UNSEEN = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]|(?![\n\t])\p{Cc}/gu;
const FENCE = /^[ \t]*(```|~~~)[^\n]*\n[\s\S]*?(?:^[ \t]*\1[^\n]*$|(?![\s\S]))/gm;

/** Marks of a list, a heading or bold type; a list's own numbers say nothing outside it. */
const MARKDOWN = /^\s*(?:[-*+•>]|#{1,6}|\d{1,2}[.)])\s+|\*\*/g;

/** A text without what no reader of a summary wants: unseen characters and fenced code. */
export function readable(content: string): string {
  return content.replace(/\r\n?/g, '\n').replace(UNSEEN, '').replace(FENCE, '\n\n');
}

/** The clauses of a sentence that can stand alone, in order; each begins with its own subject. */
export function clausesOf(sentence: string): string[] {
  if (sentence.endsWith('?') || /["“”«»(]/.test(sentence)) return [sentence];
  const parts: string[] = [];
  let start = 0;
  for (const cut of sentence.matchAll(CLAUSE)) {
    const before = sentence.slice(start, cut.index);
    const after = sentence.slice(cut.index + cut[0].length);
    if (wordCount(before) < MIN_CLAUSE_WORDS || wordCount(after) < MIN_CLAUSE_WORDS) continue;
    if (/^\s*(?:if|when|while|because|since|although|though|after|before|unless|whether)\b/i.test(before))
      continue;
    parts.push(before);
    start = cut.index + cut[0].length;
  }
  parts.push(sentence.slice(start));
  return parts;
}

/**
 * A clause without greetings, openers, intensifiers and emoji: what it says stays word for word, and so does every
 * negation and number.
 * @param people - first names, lower case, of those who speak: "Helena" at an end is whom the clause is said to.
 */
export function tidy(clause: string, people: ReadonlySet<string>): string {
  // "Thanks, Kim!" goes as a whole; "Yes, dinner, and …" does not.
  const openerGone = (opener: string, name?: string) =>
    name === undefined || isOneOf(people, name) ? '' : opener;
  let text = clause.replace(MARKDOWN, '').replace(MARKS, ' ').replace(/\s+/g, ' ').trim();
  for (let before = ''; before !== text; ) {
    before = text;
    const cut = withoutAddress(text.replace(OPENER, openerGone), people);
    if (/\p{L}/u.test(cut)) text = cut;
  }
  text = text
    .replace(INTENSIFIER, '')
    .replace(TRAILER, '$1')
    .replace(/\s+([,.!?])/g, '$1')
    .trim();
  return capitalize(ended(text));
}

/** "Kim, I …" and "…, Kim!" without Kim, where Kim is one who speaks. */
function withoutAddress(text: string, people: ReadonlySet<string>): string {
  const opening = /^(\p{Lu}[\p{L}'’]+)\s*[,!]\s*(?=\p{L})/u.exec(text);
  if (opening && isOneOf(people, opening[1]!)) return text.slice(opening[0].length);
  const closing = /,\s+(\p{Lu}[\p{L}'’]+)([.!?]*)$/u.exec(text);
  if (closing && isOneOf(people, closing[1]!)) return text.slice(0, closing.index) + closing[2];
  return text;
}

/** "Kimberley" and "Kim", where Kimberley speaks. */
function isOneOf(people: ReadonlySet<string>, name: string): boolean {
  const lower = name.toLowerCase();
  return people.has(lower) || (lower.length > 2 && [...people].some((person) => person.startsWith(lower)));
}

/** One stop at the end, and no shouting. */
function ended(text: string): string {
  const bare = text.replace(/[\s,;:–—-]+$/, '');
  if (/[?]/.test(bare.slice(-3))) return bare.replace(/[!?.]+$/, '?');
  return /[.!…。！？)\]]$/.test(bare) ? bare.replace(/(?:!+|\.{2,}|…)$/, '.') : bare === '' ? '' : `${bare}.`;
}

export const wordCount = (text: string) => text.match(/[\p{L}\p{N}][^\s]*/gu)?.length ?? 0;
const capitalize = (text: string) => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
