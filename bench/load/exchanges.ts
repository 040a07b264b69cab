import { ownDialogues } from '../recall/dialogues.ts';

export interface Exchange {
  userMessage: string;
  aiMessage: string;
}

/** What users said and agents answered in the dialogues written for PACT: texts of real length. */
export function exchanges(): Exchange[] {
  const found: Exchange[] = [];
  for (const { turns } of ownDialogues().filter(({ kind }) => kind === 'assistant')) {
    for (let at = 0; at + 1 < turns.length; at += 2) {
      found.push({ userMessage: turns[at]!.text, aiMessage: turns[at + 1]!.text });
    }
  }
  return found;
}

/** The exchange of median length. */
export function typicalExchange(all: Exchange[]): Exchange {
  const length = ({ userMessage, aiMessage }: Exchange) => userMessage.length + aiMessage.length;
  return [...all].sort((a, b) => length(a) - length(b))[Math.floor(all.length / 2)]!;
}
