import { toProse } from './concepts/clean.ts';
import { conceptKey } from './concepts/key.ts';
import type { EntityType } from './concepts/kinds.ts';
import { isForeign, knownNamesOf, type Mention, mentionsOf, writtenIn } from './concepts/phrases.ts';
import { type Concept, rank } from './concepts/rank.ts';
import { isEveryday } from './concepts/rarity.ts';
import { splitSentences } from './concepts/sentences.ts';
import { tag } from './concepts/tagger.ts';
import { REQUEST_VERBS } from './concepts/words.ts';

export { type Concept, conceptKey, type EntityType, splitSentences };

/** Sentences read from the start and the end of a text: a bound on work where the lines are very short. */
const OPENING_SENTENCES = 150;
const CLOSING_SENTENCES = 50;

/**
 * What a text is about: topics a person would name and the names in it, strongest first, at most 12, no two with
 * one kind and key. English; names also in other scripts that have capitals. Fenced code, code lines and logs are
 * skipped; of a long text the first 4,000 and the last 1,000 UTF-16 units are read. Deterministic; never throws.
 */
export function extractConcepts(text: string): Concept[] {
  const prose = toProse(text);
  const signs = prose.signs.map((sign): Mention => ({ kind: 'entity', key: conceptKey(sign.name), ...sign }));
  if (!/\p{L}{2}/u.test(prose.text)) return rank(signs, []);
  const sentences = splitSentences(prose.text);
  const left = sentences.splice(OPENING_SENTENCES).slice(-CLOSING_SENTENCES);
  const tagged = [...sentences, ...left].map(settleCase).map(tag);
  const written = writtenIn(tagged);
  const mentions = tagged.flatMap((words) =>
    isForeign(words) ? knownNamesOf(words) : mentionsOf(words, written),
  );
  return rank(signs, mentions);
}

/**
 * Takes away capitals that the tagger would read as names: shouting, and the first letter of an everyday word that
 * only opens the sentence.
 */
function settleCase(sentence: string): string {
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
  const capitals = sentence.match(/\p{Lu}/gu)?.length ?? 0;
  if (letters > 12 && capitals > letters * 0.7) return sentence.toLowerCase();
  const [, opening = '', next = ''] = /^\P{L}*(\p{Lu}\p{Ll}+)(?: (.{0,4})|$)/u.exec(sentence) ?? [];
  if (opening === '' || /^of \p{Lu}/u.test(next)) return sentence;
  const lower = opening.toLowerCase();
  const isPlain = !/^\p{Lu}/u.test(next) && isEveryday(lower);
  // "Restart Redis" asks for something; only "Google Maps" is a name that begins like a request.
  const isRequest = REQUEST_VERBS.has(lower) && lower !== 'google';
  return isPlain || isRequest ? sentence.replace(opening, lower) : sentence;
}
