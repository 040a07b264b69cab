import type { SummarySentence } from '@pact/db';

/** A message that could be served, by its stored size. */
export interface Candidate {
  id: string;
  sequence: number;
  tokens: number;
  /** Why it may be served: it matches the query, it is kept, or it is recent. */
  source: 'recall' | 'kept' | 'recent';
}

export interface Budget {
  maxTokens: number;
  /** Tokens of what stands before the messages: the emotional state. */
  reserved: number;
  /** Tokens that a message costs beside its content: its speaker, its separators, the quotes of its format. */
  messageOverhead: number;
}

export interface Allotment {
  /** In the order of the conversation. */
  chosen: Candidate[];
  /** What the summary may take. */
  summaryTokens: number;
}

/** Largest share of the budget that the summary takes when not everything fits. */
const SUMMARY_SHARE = 0.4;
/** Largest share that messages recalled for the query take, and then that kept ones take. */
const RECALL_SHARE = 0.35;
const KEPT_SHARE = 0.3;

/**
 * Shares a token budget out. Everything fits: everything is served. Else the summary, recalled and kept messages take up
 * to their shares, the latest messages take the rest, newest first. Pure.
 */
export function allot(candidates: Candidate[], sentences: SummarySentence[], budget: Budget): Allotment {
  const cost = ({ tokens }: Candidate) => tokens + budget.messageOverhead;
  const summarySize = sentences.reduce((sum, { tokens }) => sum + tokens + 4, 0);
  const available = Math.max(0, budget.maxTokens - budget.reserved);
  const total = candidates.reduce((sum, candidate) => sum + cost(candidate), 0);
  const summaryTokens =
    total + summarySize <= available
      ? summarySize
      : Math.min(summarySize, Math.floor(available * SUMMARY_SHARE));
  const chosen = new Set<Candidate>();
  let left = available - summaryTokens;
  const take = (source: Candidate['source'], share: number) => {
    let allowance = Math.min(left, Math.floor(available * share));
    for (const candidate of candidates.filter((each) => each.source === source)) {
      if (chosen.has(candidate) || cost(candidate) > allowance) continue;
      chosen.add(candidate);
      allowance -= cost(candidate);
      left -= cost(candidate);
    }
  };
  // The latest message first: without it an agent answers a question that it cannot see.
  const newest = candidates.find(({ source }) => source === 'recent');
  if (newest && cost(newest) <= left) {
    chosen.add(newest);
    left -= cost(newest);
  }
  take('recall', RECALL_SHARE);
  take('kept', KEPT_SHARE);
  // Recent messages from the newest backwards, then whatever else still fits.
  take('recent', 1);
  take('recall', 1);
  take('kept', 1);
  return { chosen: [...chosen].sort((a, b) => a.sequence - b.sequence), summaryTokens };
}

/**
 * The order in which chosen messages are given up when their sizes were underestimated: recent ones from the oldest, then
 * what the query found from the least, then what was kept; the newest message last of all.
 */
export function sacrificeOrder(candidates: Candidate[], chosen: Candidate[]): Candidate[] {
  const isChosen = new Set(chosen);
  const ranked = candidates.filter((candidate) => isChosen.has(candidate));
  const of = (source: Candidate['source']) => ranked.filter((each) => each.source === source).reverse();
  const [newest, ...recent] = of('recent').reverse();
  return [...recent.reverse(), ...of('recall'), ...of('kept'), ...(newest ? [newest] : [])];
}
