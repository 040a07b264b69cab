import type { Recipe } from './recipes.ts';
import { ROLES, type TurnIndex } from './turn-index.ts';
import { ASSISTANT, PEOPLE } from './weights.ts';

/** Share of turns by an assistant from which on a dialogue counts as one with an assistant. */
const ASSISTED = 0.2;
/** An assistant that has a name and talks no longer than this times the user is a person in disguise: an imported chat. */
const TALKATIVE = 2;

const USER_ROLE = ROLES.indexOf('user');
const ASSISTANT_ROLE = ROLES.indexOf('assistant');

/**
 * Which recipe suits: in a chat with an assistant long replies repeat everybody's words, so length and neighbours mean the
 * opposite of what they mean among people. Chosen by who speaks how much, never by what is said.
 */
export function recipeFor(index: TurnIndex): Recipe {
  const { turnsOfRole, termsOfRole } = index;
  if (turnsOfRole[ASSISTANT_ROLE]! <= ASSISTED * index.length) return PEOPLE;
  const isNamed = index.namedAssistantTurns > turnsOfRole[ASSISTANT_ROLE]! / 2;
  const meanTerms = (role: number) => termsOfRole[role]! / Math.max(1, turnsOfRole[role]!);
  const isBrief = meanTerms(ASSISTANT_ROLE) < TALKATIVE * meanTerms(USER_ROLE);
  return isNamed && isBrief ? PEOPLE : ASSISTANT;
}
