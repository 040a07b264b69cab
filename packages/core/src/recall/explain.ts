import { PARTS, type Part } from './recipes.ts';
import { termsOf, wordsOf } from './words.ts';

/** Parts that are too small to speak of. */
const NEGLIGIBLE = 0.05;
const MAX_READ = 20_000;

const SAYS: Record<Part, { for: string; against: string }> = {
  lexical: { for: 'shares words with the query', against: 'shares few of its words' },
  semantic: { for: 'is close to the query in meaning', against: 'is far from it in meaning' },
  neighbours: { for: 'stands beside turns that match', against: 'stands beside turns that do not match' },
  session: {
    for: 'belongs to a conversation about it',
    against: 'belongs to a conversation about other things',
  },
  speaker: { for: 'is said by the speaker that the query names', against: 'is said by somebody else' },
  time: {
    for: 'fits the time that the query asks about',
    against: 'does not fit the time that the query asks about',
  },
  entity: { for: 'mentions what the query names', against: 'does not mention what the query names' },
  form: { for: 'is a statement of some length', against: 'is a question, or short' },
};

/** Sentences for a person: what found this message, strongest first. */
export function explain(parts: Record<Part, number>, sharedWords: string[]): string[] {
  return PARTS.filter((part) => Math.abs(parts[part]) >= NEGLIGIBLE)
    .sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]))
    .map((part) => {
      const quoted = sharedWords.map((word) => `“${word}”`).join(', ');
      const words = part === 'lexical' && quoted && parts.lexical > 0 ? `: ${quoted}` : '';
      return `${parts[part] > 0 ? SAYS[part].for : SAYS[part].against}${words} (${signed(parts[part])})`;
    });
}

/** Why a message is not among the results: what it lacks against the last that is, the largest lack first. */
export function explainAbsence(
  parts: Record<Part, number>,
  last: Record<Part, number>,
): { reasons: string[]; keptOutBy: Part | null } {
  const lacking = PARTS.map((part) => ({ part, lack: last[part] - parts[part] }))
    .filter(({ lack }) => lack >= NEGLIGIBLE)
    .sort((a, b) => b.lack - a.lack);
  return {
    keptOutBy: lacking[0]?.part ?? null,
    reasons: lacking.map(
      ({ part, lack }) =>
        `${SAYS[part].against}: ${signed(parts[part])} where the last result has ${signed(last[part])} (−${lack.toFixed(3)})`,
    ),
  };
}

/** Words of the query that stand in the text too, as the text spells them. At most six. */
export function wordsInCommon(query: string, content: string): string[] {
  const wanted = new Set(termsOf(query));
  const common = new Map<string, string>();
  for (const word of wordsOf(content.slice(0, MAX_READ))) {
    const [term] = termsOf(word);
    if (term !== undefined && wanted.has(term) && !common.has(term)) common.set(term, word);
  }
  return [...common.values()].slice(0, 6);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
