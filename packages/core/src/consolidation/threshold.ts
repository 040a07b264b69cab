/** The counters and limits that decide when older turns fold. */
export interface Standing {
  liveMessages: number;
  liveTokens: number;
  consolidationThreshold: number;
  tokenThreshold: number;
}

/** The latest messages that never fold, so that a conversation keeps its last exchange word for word. */
export const MIN_RECENT_MESSAGES = 2;

/** True when more messages or tokens stand than the session allows, and some of them could fold. */
export function passesThreshold(standing: Standing): boolean {
  const tooMany = standing.liveMessages > standing.consolidationThreshold;
  const tooLong = standing.liveTokens > standing.tokenThreshold;
  return (tooMany || tooLong) && standing.liveMessages > MIN_RECENT_MESSAGES;
}

/**
 * How many of the latest messages stay: half the message threshold, within half the token threshold, two at least.
 * @param tokens of the live messages, oldest first.
 */
export function recentCount(tokens: number[], standing: Standing): number {
  const most = Math.max(MIN_RECENT_MESSAGES, Math.floor(standing.consolidationThreshold / 2));
  let count = 0;
  let total = 0;
  for (const size of tokens.slice().reverse()) {
    total += size;
    if (count >= most || (count >= MIN_RECENT_MESSAGES && total > standing.tokenThreshold / 2)) break;
    count += 1;
  }
  return count;
}
