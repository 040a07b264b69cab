import type { Models } from '../ctx.ts';
import { wordCount } from './rewrite.ts';
import { contentOf } from './words.ts';

/** A clause and where it was said: what its value is read from. */
export interface Clause {
  text: string;
  role: 'user' | 'assistant' | 'system' | 'tool';
  /** Place within its message, 0 the first. */
  position: number;
}

const FIRST_PERSON = /\b(?:i|i['’](?:m|ve|ll|d)|my|mine|me|we|we['’](?:re|ve|ll|d)|our|us)\b/i;
const SECOND_PERSON = /\b(?:you|your|yours|you['’](?:re|ve|ll|d)|yourself)\b/i;
const DEEDS =
  /\b(?:went|got|bought|made|took|started|began|finished|joined|met|found|won|lost|saw|visited|moved|signed|tried|learned|learnt|read|wrote|ran|ate|drove|flew|gave|built|broke|sold|paid|grew|adopted|painted|planted|booked|ordered|hired|quit|left|called|ended|spent|hosted|attended|graduated|married|launched|recorded|played|baked|cooked|came|hurt|injured|diagnosed|promoted|fixed|been to|named|called|used to|born|died)\b/i;
const TASTES =
  /\b(?:love|loves|loved|like|likes|enjoy|enjoys|prefer|prefers|favou?rite|hate|hates|can['’]t stand|into|fan of|allergic|addicted|obsessed|passion|passionate|interested|keen|collect|hobby|hobbies|vegetarian|vegan)\b/i;
const CLOSE_ONES =
  /\b(?:mom|mum|mother|dad|father|parents?|sister|brother|wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?|sons?|daughters?|kids?|child(?:ren)?|baby|grand\w+|aunt|uncle|cousin|niece|nephew|friends?|roommate|boss|colleagues?|neighbou?rs?|dogs?|cats?|pupp(?:y|ies)|kittens?|pets?)\b/i;
const LIFE =
  /\b(?:job|work(?:ing|s|ed)?|career|company|business|store|shop|interview|promotion|school|college|university|degree|class(?:es)?|course|exam|project|doctor|hospital|surgery|injury|injured|sick|pain|therapy|therapist|diet|medication|house|home|apartment|flat|moved?|car|bike|rent|mortgage|loan|budget|salary|price|trip|travel\w*|vacation|holiday|flight|hotel|concert|festival|game|tournament|team|band|song|book|movie|film|show|restaurant|recipe|garden|birthday|wedding|anniversary|party|race|marathon|gym|yoga|camp\w*|hik\w+)\b/i;
const TIME =
  /\b(?:yesterday|today|tonight|tomorrow|ago|last (?:night|week|weekend|month|year|summer|winter|spring|fall|autumn|\w+day)|next (?:week|weekend|month|year|summer|winter|spring|fall|autumn|\w+day)|this (?:week|weekend|month|year|summer|morning)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november|december|since|every (?:day|week|month|year|morning|\w+day)|for (?:a|\w+) (?:years?|months?|weeks?|days?)|weekend|(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:years?|months?|weeks?|days?|hours?))\b/i;
const QUANTITY =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|half|twice|first|second|third|once)\b/i;
const PRAISE =
  /\b(?:amazing|awesome|great|wonderful|incredible|inspiring|proud|fantastic|beautiful|cool|lovely|sounds|support|supportive|important|appreciate|grateful|thankful|glad|happy for|good luck|congrats|congratulations|believe in|encourag\w+|motivat\w+|rewarding|journey|difference|positive|special)\b/i;
const CODE =
  /[{};]\s*$|=>|\)\s*\{|<\/?\w+>|[\w.]+\([^)]*\)[;.]?$|^\s*(?:const|let|var|def|import|function)\b.*[=({:]/;

/** What a clause is judged by, in the order of `WEIGHTS`. */
export const SIGNALS = [
  'bias',
  'entities',
  'topics',
  'quantity',
  'digits',
  'time',
  'speaks of you',
  'deeds',
  'tastes',
  'close ones',
  'life',
  'praise',
  'question',
  'place',
  'content share',
  'long words',
  'content words',
] as const;

/**
 * Weights of a logistic regression: how likely is it that someone will ask for what a clause says? Drawn towards what
 * each signal stands for, and learned on the conversations of `bench/conversations` with
 * `npm run bench -- consolidation-learn`. Scores: `README.md` beside this file.
 */
const WEIGHTS: readonly number[] = [
  -2.85, 0.79, 0.69, 0.8, 0.11, 0.78, -1.1, 0.64, 0.2, 0.12, 0.44, -0.51, -1.12, 0.13, 0.13, 0.14, 0.96,
];

/** A word as long as this is rarely one of grammar or of small talk. */
const LONG_WORD = 7;

/** The signals of a clause, each from 0 to 1. */
export function signalsOf(models: Models, { text, position }: Clause): number[] {
  const concepts = models.extractConcepts(text);
  const weigh = (kind: string) =>
    concepts.filter((concept) => concept.kind === kind).reduce((sum, { weight }) => sum + weight, 0);
  const content = contentOf(text);
  const upTo = (most: number, value: number) => Math.min(most, value) / most;
  const has = (pattern: RegExp) => (pattern.test(text) ? 1 : 0);
  return [
    1,
    upTo(2, weigh('entity')),
    upTo(2, weigh('topic')),
    has(QUANTITY),
    has(/\d/),
    has(TIME),
    has(SECOND_PERSON),
    has(DEEDS),
    has(TASTES),
    has(CLOSE_ONES),
    has(LIFE),
    has(PRAISE),
    text.endsWith('?') ? 1 : 0,
    upTo(4, position),
    content.length / Math.max(1, wordCount(text)),
    upTo(4, content.filter((word) => word.length >= LONG_WORD).length),
    upTo(10, new Set(content).size),
  ];
}

/** What a speaker's clauses are worth beside the user's own. */
const ROLE_VALUE = { user: 1, assistant: 0.55, tool: 0.35, system: 0.25 };

/**
 * What a reader would miss if a clause were gone, 0 to 1: names, numbers, dates, what someone did, has or plans. 0 for
 * what says nothing: "Ok.", "Sure, thanks.", code, a word said over and over.
 */
export function worthAsking(models: Models, clause: Clause): number {
  if (saysNothing(clause.text)) return 0;
  const signals = signalsOf(models, clause);
  const sum = signals.reduce((total, signal, at) => total + signal * WEIGHTS[at]!, 0);
  const unclear =
    (VAGUE_OPENING.test(clause.text) ? UNCLEAR_FACTOR : 1) * (isBrief(clause.text) ? BRIEF_FACTOR : 1);
  return (ROLE_VALUE[clause.role] * unclear) / (1 + Math.exp(-sum));
}

/** A reader of the summary does not know who "he" is, nor what "ten years old": such clauses count less than they answer. */
const VAGUE_OPENING = /^(?:it|that|this|they|those|these|he|she)(?:['’]\p{L}+)? /iu;
const UNCLEAR_FACTOR = 0.8;
const BRIEF_FACTOR = 0.5;
const BRIEF_WORDS = 3;
const isBrief = (text: string) => wordCount(text) <= BRIEF_WORDS && !FIRST_PERSON.test(text);

/** Fewer content words than this say something only beside a number, a name of one's own, a taste, a person, a deed. */
const ENOUGH_CONTENT = 3;
const TELLING = [/\d/, TASTES, CLOSE_ONES, LIFE, DEEDS];

export function saysNothing(text: string): boolean {
  if (CODE.test(text)) return true;
  const content = contentOf(text);
  const different = new Set(content).size;
  if (different === 0 || (content.length > 8 && different < content.length / 4)) return true;
  if (different >= ENOUGH_CONTENT) return false;
  return (
    !TELLING.some((pattern) => pattern.test(text)) && !(FIRST_PERSON.test(text) && /\s\p{Lu}/u.test(text))
  );
}
