import type { Models } from '../ctx.ts';
import { wordCount } from './rewrite.ts';
import { contentOf } from './words.ts';

/** A clause and where it was said: what its value is read from. */
export interface Clause {
  text: string;
  role: 'user' | 'assistant' | 'system' | 'tool';
  /** How strongly its message was felt, 0 to 1. */
  intensity: number;
  /** Place within its message, 0 the first. */
  position: number;
  /** The turn before it ends in a question. */
  answers: boolean;
}

const FIRST_PERSON = /\b(?:i|i['’](?:m|ve|ll|d)|my|mine|me|we|we['’](?:re|ve|ll|d)|our|us)\b/i;
const OPENS_FIRST_PERSON = /^(?:(?:last|yesterday|today|recently|this)[^,]{0,30},? )?(?:i|i['’](?:m|ve|ll|d)|my|we|we['’](?:re|ve|ll|d)|our)\b/i;
const SECOND_PERSON = /\b(?:you|your|yours|you['’](?:re|ve|ll|d)|yourself)\b/i;
const VAGUE_SUBJECT = /^(?:it|it['’]s|that|that['’]s|this|they|they['’]re|those|these|there['’]s|he|she|sounds|glad|can['’]t wait|hope|keep|let me|let['’]s|what a|how)\b/i;
const DONE =
  /\b(?:went|got|bought|made|took|started|began|finished|joined|met|found|won|lost|saw|visited|moved|signed|tried|learned|learnt|read|wrote|ran|ate|drove|flew|gave|built|broke|sold|paid|grew|adopted|painted|planted|booked|ordered|hired|quit|left|called|ended|spent|hosted|attended|graduated|married|launched|recorded|played|baked|cooked|came|hurt|injured|diagnosed|promoted|fixed|been to|named|called|used to|born|died)\b/i;
const PLANS =
  /\b(?:going to|gonna|will|i['’]ll|we['’]ll|plan(?:s|ned|ning)?|next|want to|wanna|thinking of|thinking about|looking forward|hope to|hoping|can['’]t wait|tomorrow|soon|dream|goal|appointment|deadline|scheduled|booked|due)\b/i;
const TASTE =
  /\b(?:love|loves|loved|like|likes|enjoy|enjoys|prefer|prefers|favou?rite|hate|hates|can['’]t stand|into|fan of|allergic|addicted|obsessed|passion|passionate|interested|keen|collect|hobby|hobbies|vegetarian|vegan)\b/i;
const CLOSE_ONES =
  /\b(?:mom|mum|mother|dad|father|parents?|sister|brother|wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?|sons?|daughters?|kids?|child(?:ren)?|baby|grand\w+|aunt|uncle|cousin|niece|nephew|friends?|roommate|boss|colleagues?|neighbou?rs?|dogs?|cats?|pupp(?:y|ies)|kittens?|pets?)\b/i;
const LIFE =
  /\b(?:job|work(?:ing|s|ed)?|career|company|business|store|shop|interview|promotion|school|college|university|degree|class(?:es)?|course|exam|project|doctor|hospital|surgery|injury|injured|sick|pain|therapy|therapist|diet|medication|house|home|apartment|flat|moved?|car|bike|rent|mortgage|loan|budget|salary|price|trip|travel\w*|vacation|holiday|flight|hotel|concert|festival|game|tournament|team|band|song|book|movie|film|show|restaurant|recipe|garden|birthday|wedding|anniversary|party|race|marathon|gym|yoga|camp\w*|hik\w+)\b/i;
const TIME =
  /\b(?:yesterday|today|tonight|tomorrow|ago|last (?:night|week|weekend|month|year|summer|winter|spring|fall|autumn|\w+day)|next (?:week|weekend|month|year|summer|winter|spring|fall|autumn|\w+day)|this (?:week|weekend|month|year|summer|morning)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november|december|since|every (?:day|week|month|year|morning|\w+day)|for (?:a|\w+) (?:years?|months?|weeks?|days?)|weekend|(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:years?|months?|weeks?|days?|hours?))\b/i;
const QUANTITY = /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|half|twice|first|second|third|once)\b/i;
const PRAISE =
  /\b(?:amazing|awesome|great|wonderful|incredible|inspiring|proud|fantastic|beautiful|cool|lovely|sounds|support|supportive|important|appreciate|grateful|thankful|glad|happy for|good luck|congrats|congratulations|believe in|encourag\w+|motivat\w+|rewarding|journey|difference|positive|special)\b/i;
const TITLE = /["“«][^"”»]{2,}["”»]/;
const IMAGE = /^\[(?:image|photo|picture)/i;
const CODE = /[{};]\s*$|=>|\)\s*\{|<\/?\w+>|[\w.]+\([^)]*\)[;.]?$|^\s*(?:const|let|var|def|import|from|class|function|return|select)\b.*[=({:]/;

/** What a clause is judged by, in the order of `WEIGHTS`. */
export const SIGNALS = [
  'bias', 'length', 'entities', 'topics', 'quantity', 'digits', 'time', 'first person', 'opens with first person',
  'second person', 'vague subject', 'done', 'plans', 'taste', 'close ones', 'life', 'praise', 'title', 'question',
  'answers', 'position', 'intensity', 'image', 'content share', 'long words'
] as const;

const flag = (condition: boolean) => (condition ? 1 : 0);

/** The signals of a clause, each about 0 to 1. */
export function signalsOf(models: Models, clause: Clause): number[] {
  const { text } = clause;
  const concepts = models.extractConcepts(text);
  const weigh = (kind: string) =>
    concepts.filter((concept) => concept.kind === kind).reduce((sum, { weight }) => sum + weight, 0);
  const words = wordCount(text);
  const content = contentOf(text);
  const first = FIRST_PERSON.test(text);
  return [
    1,
    Math.log2(1 + words) / 4,
    Math.min(2, weigh('entity')) / 2,
    Math.min(2, weigh('topic')) / 2,
    flag(QUANTITY.test(text)),
    flag(/\d/.test(text)),
    flag(TIME.test(text)),
    flag(first),
    flag(OPENS_FIRST_PERSON.test(text)),
    flag(SECOND_PERSON.test(text)),
    flag(VAGUE_SUBJECT.test(text)),
    flag(DONE.test(text)),
    flag(PLANS.test(text)),
    flag(TASTE.test(text)),
    flag(CLOSE_ONES.test(text)),
    flag(LIFE.test(text)),
    flag(PRAISE.test(text)),
    flag(TITLE.test(text)),
    flag(text.endsWith('?')),
    flag(clause.answers && clause.position === 0),
    Math.min(4, clause.position) / 4,
    clause.intensity,
    flag(IMAGE.test(text)),
    content.length / Math.max(1, words),
    Math.min(4, content.filter((word) => word.length >= 7).length) / 4,
  ];
}

/**
 * Weights of a logistic regression: how likely is it that someone will ask for what a clause says? Learned on the
 * conversations of `bench/conversations` with `npm run bench -- consolidation-learn`; signs are held to what each signal
 * stands for. See `README.md` beside this file.
 */
const WEIGHTS: readonly number[] = [
  -2.67, 0.83, 0.4, 0.46, 0.8, 0.13, 0.61, 0, 0, -0.77, 0, 0.56, 0, 0, 0, 0.43, -0.15, 0, -1.02, 0.57, 0.34, 0.02, 0.11,
  0.29, 0.72,
];

/** What a speaker's clauses are worth beside the user's own. */
const ROLE_VALUE = { user: 1, assistant: 0.55, tool: 0.35, system: 0.25 };

/**
 * What a reader would miss if a clause were gone, 0 to 1: names, numbers, dates, what someone did, has or plans. 0 for
 * what says nothing: "Ok.", "Sure, thanks.", code, a word said over and over.
 */
export function valueOf(models: Models, clause: Clause): number {
  if (saysNothing(clause.text)) return 0;
  const signals = signalsOf(models, clause);
  const sum = signals.reduce((total, signal, at) => total + signal * WEIGHTS[at]!, 0);
  return ROLE_VALUE[clause.role] / (1 + Math.exp(-sum));
}

/** Fewer content words than this say something only beside a number, a name of one's own, a taste, a person, a deed. */
const ENOUGH_CONTENT = 3;
const TELLING = [/\d/, TASTE, CLOSE_ONES, LIFE, DONE];

function saysNothing(text: string): boolean {
  if (CODE.test(text)) return true;
  const content = contentOf(text);
  const different = new Set(content).size;
  if (different === 0 || (content.length > 8 && different < content.length / 4)) return true;
  if (different >= ENOUGH_CONTENT) return false;
  return !TELLING.some((pattern) => pattern.test(text)) && !(FIRST_PERSON.test(text) && /\s\p{Lu}/u.test(text));
}
