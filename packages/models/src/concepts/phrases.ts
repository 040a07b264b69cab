import { conceptKey, singular } from './key.ts';
import { type EntityType, otherKeysOf, typeOfName } from './kinds.ts';
import { KNOWN_NAMES } from './names.ts';
import { isEveryday, rarity } from './rarity.ts';
import type { Tagged } from './tagger.ts';
import {
  CAPITAL_NO_NAME,
  COMMON_ACRONYMS,
  EMPTY_NOUNS,
  FAMILY,
  FOREIGN_WORDS,
  ING_NOUNS,
  LIGHT_TOPICS,
  NAME_LINKS,
  NAMING_ADJECTIVES,
  PLAIN_ADJECTIVES,
  PLAIN_PARTICIPLES,
  REQUEST_VERBS,
  SUBJECT_PRONOUNS,
  TITLES,
  VAGUE_NOUNS,
} from './words.ts';

/** One place in a text where something is named. */
export interface Mention {
  kind: 'topic' | 'entity';
  name: string;
  key: string;
  type?: EntityType | undefined;
  /** Other keys under which the same may be mentioned. */
  otherKeys?: string[];
  /** Taken for a name by nothing but its capital at the start of a sentence. */
  isGuess?: boolean;
}

const MAX_TOPIC_WORDS = 3;
const MAX_ENTITY_WORDS = 6;

const ENGLISH_WORDS =
  /^(?:the|a|an|i|you|is|are|was|my|your|to|of|and|in|it|for|on|that|we|have|with|this|not)$/;
/** Words of other languages that are words, or parts of names, in English too. */
const LIKE_ENGLISH =
  /^(?:die|des|per|hat|sin|son|du|la|las|los|el|de|di|van|von|le|les|den|der|do|no|mas|sur|un|tu|es|y|se|a|con)$/;
/** Keys that were hit and not a word: "asdkjfh". */
const UNSPEAKABLE = /[bcdfghjklmnpqrstvwxz]{6}/;
const DETERMINER = /^(?:the|a|an|my|our|your|their|its|another|every|no)$/;
/** Particles that make the word before them a verb: "the connection times out". */
const PARTICLE = /^(?:out|up|down|off|back|over|again|away)$/;
const COMMON_NOUN_ENDING = /(?:tion|sion|ment|ness|ity|ing|ism|itis|ology|ance|ence|ics|ware|cy)$/;
const SMALL_TITLE_WORD = /^(?:For|And|Of|In|With|On|By)$/;
const OWNED_PLACE = /^(?:Hospital|School|Church|College|Cathedral|Clinic|Park|Day)$/;

/**
 * The named things of one sentence in order: proper names, then noun phrases from what is left between them.
 *
 * @param written - how words are written inside the sentences of the text, where a capital is a choice.
 */
export function mentionsOf(words: readonly Tagged[], written: Written): Mention[] {
  const mentions: Mention[] = [];
  const capitals = capitalsMeanNames(words);
  let phrase: Tagged[] = [];
  const closePhrase = () => {
    mentions.push(...toTopics(phrase));
    phrase = [];
  };
  let at = 0;
  while (at < words.length) {
    const length = Math.max(knownNameAt(words, at), capitals ? nameAt(words, at, written) : 0);
    if (length > 0) {
      closePhrase();
      mentions.push(toEntity(words, at, length, written));
      at += length;
      continue;
    }
    if (!belongsToPhrase(words, at, phrase)) closePhrase();
    if (isPhraseWord(words, at, phrase)) phrase.push(words[at]!);
    at += 1;
  }
  closePhrase();
  return mentions;
}

/** Whether a sentence has more function words of another Latin-script language than of English. */
export function isForeign(words: readonly Tagged[]): boolean {
  const foreign = words.filter((word) => FOREIGN_WORDS.has(word.lower));
  const english = words.filter((word) => ENGLISH_WORDS.test(word.lower)).length;
  if (foreign.length > 1) return foreign.length > english;
  // One word that English does not have is enough where English has not one.
  const isBare = words.every(({ lower }) => lower === 'a' || lower === 'in' || !ENGLISH_WORDS.test(lower));
  return isBare && words.length > 3 && foreign.some((word) => !LIKE_ENGLISH.test(word.lower));
}

const NOTHING_WRITTEN: Written = { capital: new Set(), small: new Set() };

/** Only the names that need no grammar. */
export function knownNamesOf(words: readonly Tagged[]): Mention[] {
  return words.flatMap((_, at) => {
    const length = knownNameAt(words, at);
    return length > 0 ? [toEntity(words, at, length, NOTHING_WRITTEN)] : [];
  });
}

/** How the words inside sentences are written, lower case: those with a capital of their own, and those without. */
export interface Written {
  capital: ReadonlySet<string>;
  small: ReadonlySet<string>;
}

/** For telling names at the start of sentences: what is written small elsewhere is none. */
export function writtenIn(sentences: readonly (readonly Tagged[])[]): Written {
  const capital = new Set<string>();
  const small = new Set<string>();
  for (const words of sentences) {
    const meansNames = capitalsMeanNames(words);
    for (const [at, { text, lower }] of words.entries()) {
      if (text === lower) small.add(lower);
      else if (meansNames && at > 0 && isName(words, at)) capital.add(lower);
    }
  }
  return { capital, small };
}

function capitalsMeanNames(words: readonly Tagged[]): boolean {
  const letters = words.filter((word) => /^\p{L}{2}/u.test(word.text));
  const high = letters.filter((word) => /^\p{Lu}/u.test(word.text));
  const everyday = high.filter((word) => isEveryday(word.lower) && word.lower.length > 3);
  if (letters.length > 3 && high.some((word) => SMALL_TITLE_WORD.test(word.text)))
    return high.length < letters.length;
  return letters.length < 4 || high.length < letters.length * 0.6 || everyday.length < 3;
}

function knownNameAt(words: readonly Tagged[], at: number): number {
  for (const length of [3, 2, 1]) {
    const span = words.slice(at, at + length);
    if (span.length === length && KNOWN_NAMES.has(span.map((word) => word.lower).join(' '))) return length;
  }
  return 0;
}

function nameAt(words: readonly Tagged[], at: number, written: Written): number {
  if (!isName(words, at)) return 0;
  if (isOpening(words, at) && !opensWithName(words, at, written)) return 0;
  let end = at + 1;
  while (end < words.length && end - at < MAX_ENTITY_WORDS) {
    const step = nameContinues(words, end);
    if (step === 0) break;
    end += step;
  }
  const only = words[at]!;
  if (end === at + 1 && (TITLES.has(only.lower) || isCommonNoun(words, at))) return 0;
  return end - at;
}

function isName(words: readonly Tagged[], at: number): boolean {
  const { text, lower, pos } = words[at]!;
  if (!/^\p{Lu}[\p{L}\p{N}.'&+-]*$/u.test(text) || CAPITAL_NO_NAME.has(singular(lower))) return false;
  if (COMMON_ACRONYMS.has(singular(lower)) || FAMILY.has(lower)) return false;
  if (text.length === 1) return false;
  if (pos === 'ADJ') return isNameStart(words[at + 1]) && !isEveryday(lower);
  return pos === 'PROPN' || (pos !== 'PRON' && pos !== 'DET' && pos !== 'AUX' && !isEveryday(lower));
}

function isNameStart(word: Tagged | undefined): boolean {
  return word !== undefined && /^\p{Lu}/u.test(word.text) && word.pos === 'PROPN';
}

function isOpening(words: readonly Tagged[], at: number): boolean {
  return words.slice(0, at).every((word) => !/[\p{L}\p{N}]/u.test(word.text) || EMPTY_NOUNS.has(word.lower));
}

/** Whether the capital of a sentence's first word is that of a name: "Priya left", not "Migraines again". */
function opensWithName(words: readonly Tagged[], at: number, written: Written): boolean {
  if (surelyOpensWithName(words, at, written)) return true;
  const { text, lower, pos } = words[at]!;
  if (written.small.has(lower)) return false;
  if (pos !== 'PROPN' || isEveryday(lower) || !/^\p{Script=Latin}/u.test(text)) return false;
  if (singular(lower) !== lower || COMMON_NOUN_ENDING.test(lower)) return false;
  return /^(?:VERB|AUX|PART|CCONJ|PUNCT)$/.test(words[at + 1]?.pos ?? 'PUNCT');
}

function surelyOpensWithName(words: readonly Tagged[], at: number, written: Written): boolean {
  const { text, lower } = words[at]!;
  if (written.capital.has(lower) || TITLES.has(lower) || /\p{Ll}\p{Lu}|^\p{Lu}{2,}$/u.test(text)) return true;
  if ((words[at + 1]?.text === "'s" && !isEveryday(lower)) || isNameStart(words[at + 1])) return true;
  return nameContinues(words, at + 1) > 0;
}

/** How many words from `at` on carry a name further: the next part, or a link and the part after it. */
function nameContinues(words: readonly Tagged[], at: number): number {
  if (at >= words.length) return 0;
  if (isName(words, at) || /^\p{Lu}\.?$/u.test(words[at]!.text)) return 1;
  const next = words[at + 1];
  if (next === undefined) return 0;
  if (words[at]!.text === "'s" && OWNED_PLACE.test(next.text)) return 2;
  return NAME_LINKS.has(words[at]!.lower) && isName(words, at + 1) ? 2 : 0;
}

function isCommonNoun(words: readonly Tagged[], at: number): boolean {
  const { lower } = words[at]!;
  if (isEmpty(lower)) return true;
  const isAfterArticle = /^(?:DET|ADJ)$/.test(words[at - 1]?.pos ?? '') || words[at - 1]?.pos === 'PRON';
  return (isAfterArticle || VAGUE_NOUNS.has(lower)) && isEveryday(lower);
}

function belongsToPhrase(words: readonly Tagged[], at: number, phrase: readonly Tagged[]): boolean {
  const word = words[at]!;
  return isPhraseWord(words, at, phrase) && !(word.pos === 'ADJ' && phrase.some(({ pos }) => pos !== 'ADJ'));
}

function isPhraseWord(words: readonly Tagged[], at: number, phrase: readonly Tagged[]): boolean {
  const { text, lower, pos } = words[at]!;
  if (!/^(?=.*\p{Script=Latin}{2})[\p{Script=Latin}\p{N}'&+-]+$/u.test(text) || /^'|(.)\1\1/.test(text))
    return false;
  if (UNSPEAKABLE.test(lower) && rarity(lower) === 1) return false;
  if (COMMON_ACRONYMS.has(singular(lower))) return true;
  if (pos === 'ADJ') return isNamingAdjective(lower) && !EMPTY_NOUNS.has(lower);
  if (pos === 'VERB') return isModifyingVerb(words, at, phrase) || isNounLikeVerb(words, at);
  return isNoun(words[at]) && !isRequest(words, at);
}

/** "machine learning meetings", "the react app": tagged as verbs, and yet the first part of a compound. */
function isModifyingVerb(words: readonly Tagged[], at: number, phrase: readonly Tagged[]): boolean {
  if (!isNoun(words[at + 1])) return false;
  const { lower } = words[at]!;
  const before = words[at - 1];
  const isIng = lower.endsWith('ing');
  if (isIng && phrase.at(-1)?.pos === 'NOUN') return true;
  if (PLAIN_PARTICIPLES.has(lower) || /(?:ed|en)$/.test(lower)) return false;
  if (before?.pos === 'DET') return true;
  if (isIng) return /^(?:new|old|current|entire|whole)$/.test(before?.lower ?? '');
  return !lower.endsWith('s') && /^(?:my|our|your|their|this)$/.test(before?.lower ?? '');
}

/** "the deploy failed", "a left join", "I went climbing": tagged as verbs, and yet what is spoken of. */
function isNounLikeVerb(words: readonly Tagged[], at: number): boolean {
  const { lower } = words[at]!;
  const [before, next] = [words[at - 1], words[at + 1]];
  if (/^(?:DET|PRON|PROPN|NUM|NOUN|ADJ)$/.test(next?.pos ?? '')) return false;
  if (ING_NOUNS.has(lower)) return before?.pos !== 'AUX' && before?.pos !== 'PRON';
  if (!REQUEST_VERBS.has(lower)) return false;
  if (DETERMINER.test(before?.lower ?? '')) return true;
  // A verb would have an s behind a noun in the singular: "the server crashes".
  const isCompound = before?.pos === 'NOUN' && singular(before.lower) === before.lower;
  return isCompound && DETERMINER.test(words[at - 2]?.lower ?? '');
}

const isEmpty = (lower: string) => EMPTY_NOUNS.has(lower) || EMPTY_NOUNS.has(singular(lower));

function isNoun(word: Tagged | undefined): boolean {
  return word?.pos === 'NOUN' || word?.pos === 'PROPN';
}

function isNamingAdjective(lower: string): boolean {
  if (NAMING_ADJECTIVES.has(lower)) return true;
  return /(?:al|ic|ary|ine|ian|ese|ish)$/.test(lower) && lower.length > 4 && !PLAIN_ADJECTIVES.has(lower);
}

/** A verb that opens a request or follows its subject, whatever the tagger made of it. */
function isRequest(words: readonly Tagged[], at: number): boolean {
  const next = words[at + 1];
  const before = words[at - 1];
  const { lower } = words[at]!;
  if (lower === 'order' && before?.lower === 'in' && next?.lower === 'to') return true;
  if (lower.endsWith('ing') && /^(?:DET|PRON)$/.test(next?.pos ?? '')) return true;
  const isThirdPerson = /^(?:NOUN|PROPN)$/.test(before?.pos ?? '') && /[^s]s$/.test(lower);
  if (isThirdPerson && /^(?:DET|PRON|NUM)$/.test(next?.pos ?? '')) return true;
  if (isThirdPerson && PARTICLE.test(next?.lower ?? '')) return true;
  if (/^(?:i|we|they|he|she)$/.test(before?.lower ?? '')) return true;
  const hasObject = next !== undefined && /^(?:DET|PRON|PROPN|NUM)$/.test(next.pos);
  if (before !== undefined && SUBJECT_PRONOUNS.has(before.lower) && (hasObject || REQUEST_VERBS.has(lower)))
    return true;
  if (!REQUEST_VERBS.has(lower)) return false;
  if (before === undefined || /^(?:,|\.|and|then|please|pls|plz)$/.test(before.lower))
    return hasObject || isNoun(next);
  return before.pos === 'PART' || before.pos === 'AUX';
}

function toTopics(phrase: readonly Tagged[]): Mention[] {
  const parts = phrase.filter((word, at) => word.lower !== phrase[at - 1]?.lower);
  while (parts.length > 0 && isEmpty(parts.at(-1)!.lower)) parts.pop();
  while (parts.length > 0 && (isEmpty(parts[0]!.lower) || isBareDigits(parts[0]!))) parts.shift();
  const head = parts.at(-1);
  if (head === undefined || head.pos === 'ADJ') return [];
  if (parts.length === 1 && VAGUE_NOUNS.has(head.lower) && !LIGHT_TOPICS.has(head.lower)) return [];
  return spansOf(parts)
    .map(toTopic)
    .filter((topic) => topic.key.length > 1 && topic.key.length <= 60);
}

/** English compounds grow to the left: "blood pressure medication" is also about "blood pressure". */
function spansOf(parts: readonly Tagged[]): (readonly Tagged[])[] {
  if (parts.length < MAX_TOPIC_WORDS) return [parts];
  const opening = parts.slice(0, 2);
  const isCompound = !isEmpty(opening[1]!.lower) && opening[1]!.pos !== 'ADJ';
  const whole = parts.length === MAX_TOPIC_WORDS ? parts : parts.slice(-2);
  return isCompound ? [opening, whole] : [whole];
}

function toTopic(parts: readonly Tagged[]): Mention {
  const name = parts.map(topicWord).join(' ');
  return { kind: 'topic', name, key: conceptKey(name) };
}

function isBareDigits(word: Tagged): boolean {
  return /^[\p{N}.,:-]+$/u.test(word.text);
}

/** Topics are written small, but acronyms keep their capitals, and so do adjectives of nations. */
function topicWord({ text, lower, pos }: Tagged): string {
  const single = singular(lower);
  if (COMMON_ACRONYMS.has(single)) return single.toUpperCase() + lower.slice(single.length);
  return pos === 'ADJ' && /^\p{Lu}\p{Ll}+$/u.test(text) && rarity(lower) > 0.5 ? text : lower;
}

function toEntity(sentence: readonly Tagged[], at: number, length: number, written: Written): Mention {
  const text = sentence
    .slice(at, at + length)
    .map((word) => word.text)
    .join(' ')
    .replaceAll(" 's", "'s");
  const name = KNOWN_NAMES.get(text.toLowerCase()) ?? text;
  const type = typeOfName(sentence, at, length);
  const isGuess =
    length === 1 &&
    type === undefined &&
    !KNOWN_NAMES.has(text.toLowerCase()) &&
    isOpening(sentence, at) &&
    !surelyOpensWithName(sentence, at, written);
  return { kind: 'entity', name, key: conceptKey(name), type, otherKeys: otherKeysOf(name, type), isGuess };
}
