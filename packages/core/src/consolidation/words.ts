import { stemOf, wordsOf } from '../recall/words.ts';

const list = (words: string) => new Set(words.trim().split(/\s+/));

/** Words that carry grammar, courtesy or noise: what is left of a sentence without them is what it says. */
const EMPTY_WORDS = list(`
  a an the and or but so if then than as at by for from in into of off on onto out over to up down with about after
  before between during through under while because since until though although however that this these those there
  here it its itself they them their theirs he him his she her hers we us our ours you your yours i me my mine myself
  who whom whose which what where when why how all any both each few more most other some such only own same too very
  can could will would shall should may might must do does did done doing have has had having be am is are was were
  been being im ive id ill youre youve youd youll were weve wed well theyre theyve its thats theres
  hes shes lets whats whos get got gets getting gotten go goes going gonna went come came just really also well
  oh ah hey hi hello yes yeah yep yup ok okay please thanks thank sure wow haha lol um hmm like much many lot lots
  even still yet already again ever always now today thing things stuff something anything everything one ones way
  kind sort bit make makes made making let say says said know think see look looks want good great nice really quite
  pretty maybe perhaps
`);

/** Words that turn a sentence round, or take its certainty away: never folded away. */
const TURNING_WORDS =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|hardly|stopp?(?:ed|s|ing)?|quit|unless|if|would|could|might|maybe|perhaps|instead|except|only|used to)\b|n['’]t\b/giu;

/** What a text says, as stems in order; grammar and courtesy are gone. */
export function contentOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !EMPTY_WORDS.has(word))
    .map(stemOf);
}

/** The numbers of a text and the words that turn it round, in order: two texts that differ in them say different things. */
export function turnsOf(text: string): string {
  const numbers = text.match(/\d+(?:[.,:/-]\d+)*/g) ?? [];
  const turning = text.toLowerCase().match(TURNING_WORDS) ?? [];
  return `${numbers.join(' ')}|${turning.join(' ')}|${text.trimEnd().endsWith('?') ? '?' : ''}`;
}
