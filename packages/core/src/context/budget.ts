import type { SummarySentence } from '@pact/db';

/** A message that could be served, by its stored size. */
export interface Candidate {
  id: string;
  sequence: number;
  tokens: number;
  /**
   * Why it may be served: it matches the query, stands beside one that does, is kept for its priority or its emotion, or
   * is recent.
   */
  source: 'recall' | 'neighbour' | 'priority' | 'emotion' | 'recent';
}

export interface Budget {
  maxTokens: number;
  /** Tokens of what stands before the messages: the emotional state, the summary's heading. */
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

/** Largest shares of the budget when not everything fits; what one of them leaves goes to the next. */
interface Shares {
  recall: number;
  neighbour: number;
  priority: number;
  emotion: number;
  summary: number;
}
const UNASKED: Shares = { recall: 0, neighbour: 0, priority: 0.3, emotion: 0.1, summary: 0.6 };
const ASKED: Shares = { recall: 0.5, neighbour: 0.15, priority: 0.15, emotion: 0.05, summary: 0.2 };

/**
 * Shares a token budget out. Everything fits: everything is served. Else the newest message, what the query found and its
 * neighbours, kept messages and the summary take up to their shares; then the latest messages, newest first, and so on
 * while anything fits. Pure.
 */
export function allot(candidates: Candidate[], sentences: SummarySentence[], budget: Budget): Allotment {
  const cost = ({ tokens }: Candidate) => tokens + budget.messageOverhead;
  const summarySize = sentences.reduce((sum, { tokens }) => sum + tokens + 12, 0);
  const available = Math.max(0, budget.maxTokens - budget.reserved);
  const total = candidates.reduce((sum, candidate) => sum + cost(candidate), 0);
  if (total + summarySize <= available) return { chosen: inOrder(candidates), summaryTokens: summarySize };
  const shares = candidates.some(({ source }) => source === 'recall') ? ASKED : UNASKED;
  const chosen = new Set<Candidate>();
  let left = available;
  const take = (source: Candidate['source'], share: number, reserved = 0) => {
    let allowance = Math.min(left - reserved, Math.floor(available * share));
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
  for (const source of ['recall', 'neighbour', 'priority', 'emotion'] as const) take(source, shares[source]);
  const reserved = Math.min(summarySize, left, Math.floor(available * shares.summary));
  // Recent messages from the newest backwards, more of what the query found, more of the summary, more highlights.
  for (const source of ['recent', 'recall'] as const) take(source, 1, reserved);
  const summaryTokens = Math.min(summarySize, left);
  for (const source of ['priority', 'emotion'] as const) take(source, 1, summaryTokens);
  return { chosen: inOrder([...chosen]), summaryTokens };
}

const inOrder = (candidates: Candidate[]) => [...candidates].sort((a, b) => a.sequence - b.sequence);

/**
 * The order in which chosen messages are given up when their sizes were underestimated: recent ones from the oldest, then
 * neighbours, then what the query found from the least, then what was kept; the newest message last of all.
 */
export function sacrificeOrder(candidates: Candidate[], chosen: Candidate[]): Candidate[] {
  const isChosen = new Set(chosen);
  const ranked = candidates.filter((candidate) => isChosen.has(candidate));
  const of = (source: Candidate['source']) => ranked.filter((each) => each.source === source).reverse();
  const [newest, ...recent] = of('recent').reverse();
  const others = (['neighbour', 'recall', 'emotion', 'priority'] as const).flatMap(of);
  return [...recent.reverse(), ...others, ...(newest ? [newest] : [])];
}
