import type { Recipe } from './recipes.ts';
import { ASSISTANT, PEOPLE } from './weights.ts';
import { ROLES } from './index-cache.ts';
import type { TurnIndex } from './turn-index.ts';

/** Share of turns by an assistant from which on a dialogue counts as one with an assistant. */
const ASSISTED = 0.2;
/** An assistant that has a name and talks no longer than this times the user is a person in disguise: an imported chat. */
const TALKATIVE = 1.6;

/**
 * Which recipe suits: in a chat with an assistant long replies repeat everybody's words, so length and neighbours mean the
 * opposite of what they mean among people. Chosen by who speaks how much, never by what is said.
 */
export function recipeFor(index: TurnIndex): Recipe {
  const terms = { user: 0, assistant: 0 };
  const turns = { user: 0, assistant: 0 };
  let named = 0;
  for (let turn = 0; turn < index.length; turn += 1) {
    const role = ROLES[index.roles[turn]!];
    if (role !== 'user' && role !== 'assistant') continue;
    turns[role] += 1;
    terms[role] += index.termsAt(turn).length;
    if (role === 'assistant' && index.speakers[index.speakerOf[turn]!] !== 'assistant') named += 1;
  }
  if (turns.assistant < ASSISTED * index.length) return PEOPLE;
  const ratio = terms.assistant / Math.max(1, turns.assistant) / (terms.user / Math.max(1, turns.user) || 1);
  return named > turns.assistant / 2 && ratio < TALKATIVE ? PEOPLE : ASSISTANT;
}
