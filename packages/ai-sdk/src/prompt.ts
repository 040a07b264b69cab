import type { LanguageModelMiddleware } from 'ai';

/** A call of a model, as its middleware sees it. */
export type Call = Parameters<NonNullable<LanguageModelMiddleware['transformParams']>>[0]['params'];
type PromptMessage = Call['prompt'][number];

/** Where a turn stands in a prompt. */
export interface AskedTurn {
  /** What the user said, since the answer before. */
  userMessage: string;
  /** True when the model has not said anything to it yet: the first step of a turn. */
  isFirstStep: boolean;
  /** What the model said on the way: its last words before it called tools. */
  wordsOnTheWay: string;
  /** Names the turn among those of its conversation, as long as it runs. */
  key: string;
}

/** The turn that a prompt asks the model to go on with; undefined when no user speaks in it. */
export function askedTurn(prompt: Call['prompt']): AskedTurn | undefined {
  const lastUser = prompt.findLastIndex(({ role }) => role === 'user');
  if (lastUser < 0) return undefined;
  const before = prompt.slice(0, lastUser).findLastIndex(({ role }) => role === 'assistant');
  const userMessage = joined(prompt.slice(before + 1, lastUser + 1).filter(({ role }) => role === 'user'));
  const steps = prompt.slice(lastUser + 1);
  const words = steps.filter(({ role }) => role === 'assistant').map(wordsOf);
  return {
    userMessage,
    isFirstStep: steps.length === 0,
    wordsOnTheWay: words.findLast((text) => text.trim() !== '') ?? '',
    key: `${lastUser} ${userMessage}`,
  };
}

/** Everything that is said in a prompt, message by message. */
export const toldIn = (prompt: Call['prompt']): Set<string> =>
  new Set(prompt.map((message) => wordsOf(message).trim()));

/** The prompt with a memory behind its instructions, which stay as they are: a provider may have cached them. */
export function withMemory(prompt: Call['prompt'], memory: string): Call['prompt'] {
  if (memory === '') return prompt;
  const firstTurn = prompt.findIndex(({ role }) => role !== 'system');
  const at = firstTurn < 0 ? prompt.length : firstTurn;
  return [...prompt.slice(0, at), { role: 'system', content: memory }, ...prompt.slice(at)];
}

const joined = (messages: PromptMessage[]) =>
  messages
    .map(wordsOf)
    .filter((text) => text.trim() !== '')
    .join('\n\n');

function wordsOf({ content }: PromptMessage): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
