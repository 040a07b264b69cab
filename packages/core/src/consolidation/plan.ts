import type { SummarySentence } from '@pact/db';
import type { Models } from '../ctx.ts';
import { foldRepeats } from './repeats.ts';
import { fitSentences } from './select.ts';
import { type Speech, sentencesOf } from './sentences.ts';
import { contentOf } from './words.ts';

/** A message under judgement: not folded yet. */
export interface Judged extends Speech {
  tokens: number;
  placement: 'live' | 'kept' | 'folded';
  keptReason: 'priority' | 'emotion' | null;
}

export interface PlanInput {
  /** Kept and live messages, oldest first. */
  messages: Judged[];
  /** How many of the last of them are recent and stay. */
  recent: number;
  /** The summary so far. */
  sentences: SummarySentence[];
  /** Names of topics that the user ranked. */
  high: string[];
  low: string[];
  tokenThreshold: number;
  /** Messages of the session, folded ones too. */
  messageCount: number;
  /** The folded message before the first live one: what that one may answer. */
  before?: Speech | undefined;
  /** Tokens of the messages that folded before. */
  foldedTokens: number;
}

/** Who folds, who stays and why, and what the summary says from now on. */
export interface Plan {
  foldedIds: string[];
  kept: { id: string; reason: 'priority' | 'emotion' }[];
  sentences: SummarySentence[];
  /** False when applying it would change nothing. */
  changes: boolean;
}

/** Messages of high-priority topics that stay verbatim: the newest, within half the token threshold. */
const MAX_PRIORITY = 12;
/**
 * Emotional highlights that stay verbatim: the strongest, one in six of the session's messages, four at most, within a
 * quarter of the token threshold. A session that is one long outburst has no highlights but its strongest words.
 */
const MAX_HIGHLIGHTS = 4;
const MESSAGES_PER_HIGHLIGHT = 6;
/** How strongly a message must be felt to be a highlight. */
const HIGHLIGHT_INTENSITY = 0.45;
/** Sentences that one fold reads, shared out among its messages, and what each may have in any case. */
const SENTENCES_READ = 300;
const MIN_SENTENCES_READ = 4;
/** Sentences of one fold that are compared with one another: the best. The summary has room for half of them. */
const MAX_CANDIDATES = 200;
const LOW_PRIORITY_FACTOR = 0.1;
const HIGH_PRIORITY_FACTOR = 1.5;

/**
 * Tokens that a session's summary may take: half of what folded, within nine tenths of the session's token threshold,
 * 60 at least and 3,000 at most, however long the session.
 */
export function summaryBudget(tokenThreshold: number, foldedTokens: number): number {
  const most = Math.min(3_000, Math.floor(0.9 * tokenThreshold));
  return Math.max(60, Math.min(most, Math.floor(foldedTokens / 2)));
}

/**
 * Decides one consolidation. Pure, and stable: planned again on its own outcome it changes nothing.
 * Its cost grows with the messages under judgement, never with those that folded before.
 */
export function planConsolidation(models: Models, input: PlanInput): Plan {
  const judged = input.messages.slice(0, input.messages.length - input.recent);
  const speaksOf = topicMatcher(models);
  const kept = chooseKept(speaksOf, judged, input);
  const keptIds = new Set(kept.map(({ id }) => id));
  const folded = judged.filter(({ id }) => !keptIds.has(id));
  const candidates = foldRepeats(readSentences(models, folded, input))
    .sort((a, b) => b.score - a.score || a.sequence - b.sequence || a.position - b.position)
    .slice(0, MAX_CANDIDATES);
  const earlier = input.sentences.filter(({ sourceIds }) => !sourceIds.every((id) => keptIds.has(id)));
  const foldedTokens = folded.reduce((sum, { tokens }) => sum + tokens, input.foldedTokens);
  const budget = summaryBudget(input.tokenThreshold, foldedTokens);
  const ranked = rankSentences(speaksOf, foldRepeats([...earlier, ...candidates]), input);
  const sentences = fitSentences(models, ranked, budget);
  const moved = judged.some(({ id, placement }) => (placement === 'kept') !== keptIds.has(id));
  return {
    foldedIds: folded.map(({ id }) => id),
    kept,
    sentences,
    changes: folded.length > 0 || moved || JSON.stringify(sentences) !== JSON.stringify(input.sentences),
  };
}

/** The sentences of the messages that fold, each read beside the message before it. */
function readSentences(models: Models, folded: Judged[], input: PlanInput): SummarySentence[] {
  const most = Math.max(MIN_SENTENCES_READ, Math.floor(SENTENCES_READ / Math.max(1, folded.length)));
  const people = new Set(input.messages.flatMap(({ name }) => name?.toLowerCase().split(/\s+/) ?? []));
  const bySequence = new Map<number, Speech>(input.messages.map((message) => [message.sequence, message]));
  if (input.before) bySequence.set(input.before.sequence, input.before);
  const judged = new Map<string, number>();
  return folded.flatMap((speech) =>
    sentencesOf(models, speech, { before: bySequence.get(speech.sequence - 1), people, most, judged }),
  );
}

type SpeaksOf = (content: string, topics: string[]) => boolean;

/** Tells whether a text speaks of one of some topics: in these words, or in a form with the same stems. */
function topicMatcher(models: Models): SpeaksOf {
  const prepared = new Map<string, { words: RegExp; stems: string[] }>();
  const prepare = (topic: string) => {
    const ready = prepared.get(topic) ?? {
      words: wholeWords(topic),
      stems: models.conceptKey(topic).split(' '),
    };
    prepared.set(topic, ready);
    return ready;
  };
  // A text is asked about once for each list of topics; its concepts are worth keeping for that long.
  const known = new Map<string, Set<string>[]>();
  const conceptsOf = (content: string) => {
    const concepts =
      known.get(content) ?? models.extractConcepts(content).map(({ key }) => new Set(key.split(' ')));
    known.set(content, concepts);
    return concepts;
  };
  return (content, topics) =>
    topics.some((topic) => {
      const { words, stems } = prepare(topic);
      if (words.test(content)) return true;
      return conceptsOf(content).some((concept) => stems.every((stem) => concept.has(stem)));
    });
}

/** Finds a topic as it is written, but not inside another word: "art" is not in "start". */
function wholeWords(topic: string): RegExp {
  const literal = topic.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'iu');
}

function chooseKept(speaksOf: SpeaksOf, judged: Judged[], input: PlanInput): Plan['kept'] {
  const prioritized = within(
    judged.filter(({ content }) => speaksOf(content, input.high)).reverse(),
    MAX_PRIORITY,
    input.tokenThreshold / 2,
  );
  const chosen = new Set(prioritized);
  const highlights = judged
    .filter((message) => message.intensity >= HIGHLIGHT_INTENSITY && !chosen.has(message))
    // "Ok, thanks!" is felt, and says nothing.
    .filter(({ content }) => contentOf(content).length > 0 && !speaksOf(content, input.low))
    .sort((a, b) => b.intensity - a.intensity || b.sequence - a.sequence);
  const most = Math.min(MAX_HIGHLIGHTS, Math.max(1, Math.floor(input.messageCount / MESSAGES_PER_HIGHLIGHT)));
  return [
    ...prioritized.map(({ id }) => ({ id, reason: 'priority' as const })),
    ...within(highlights, most, input.tokenThreshold / 4).map(({ id }) => ({
      id,
      reason: 'emotion' as const,
    })),
  ];
}

/** The first of a list, in its order, that fit into a number and a sum of tokens. */
function within(messages: Judged[], most: number, tokens: number): Judged[] {
  const chosen: Judged[] = [];
  let total = 0;
  for (const message of messages) {
    if (chosen.length === most) break;
    if (total + message.tokens > tokens) continue;
    chosen.push(message);
    total += message.tokens;
  }
  return chosen;
}

/** Sentences with what the ranks of their topics make of their value. */
function rankSentences(
  speaksOf: SpeaksOf,
  sentences: SummarySentence[],
  input: PlanInput,
): SummarySentence[] {
  const factor = ({ text }: SummarySentence) => {
    if (speaksOf(text, input.low)) return LOW_PRIORITY_FACTOR;
    return speaksOf(text, input.high) ? HIGH_PRIORITY_FACTOR : 1;
  };
  return sentences.map((sentence) => ({ ...sentence, worth: sentence.score * factor(sentence) }));
}
