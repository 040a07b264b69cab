import type { z } from 'zod';
import { headOf } from '../consolidation/render.ts';
import type { EmotionalSummary } from '../emotions/index.ts';
import type { Message } from '../messages.ts';

type ServedMessage = z.output<typeof Message>;
export type ServedState = z.output<typeof EmotionalSummary>;

/** What a context consists of, before it takes a form. */
export interface ContextParts {
  summary: string;
  state: ServedState | null;
  messages: ServedMessage[];
}

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** A prompt in the shape of the two chat APIs that agents call most. */
export type Prompt = ChatMessage[] | { system: string; messages: ChatMessage[] };

/**
 * The context as text: summary, state, then each message behind its speaker; each day's messages behind its date when
 * they come from several days.
 */
export function renderText(parts: ContextParts): string {
  const heads = headsOf(parts.messages);
  const turns = parts.messages.map(
    (message, at) => `${heads[at] ? `${heads[at]}\n` : ''}${speakerOf(message)}: ${message.content}`,
  );
  return [...preamble(parts), ...turns].join('\n');
}

/** Messages for OpenAI's chat completions: one `system` message for summary and state, then the turns. */
export function renderOpenAi(parts: ContextParts): ChatMessage[] {
  const system = preamble(parts).join('\n\n');
  return [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    ...dated(parts.messages).map(chatMessage),
  ];
}

/** Input for Anthropic's messages: a `system` text, and turns that begin with the user and alternate. */
export function renderAnthropic(parts: ContextParts): { system: string; messages: ChatMessage[] } {
  const systemTurns = parts.messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const alternating: ChatMessage[] = [];
  for (const turn of dated(parts.messages.filter(({ role }) => role !== 'system')).map(chatMessage)) {
    if (turn.content.trim() === '') continue;
    const last = alternating.at(-1);
    if (last?.role === turn.role) last.content += `\n\n${turn.content}`;
    else alternating.push({ ...turn });
  }
  if (alternating[0]?.role === 'assistant') alternating.unshift({ role: 'user', content: '(earlier)' });
  return { system: [...preamble(parts), ...systemTurns].join('\n\n'), messages: alternating };
}

/** For each message the date of its day where a new one begins, when there are several: else its "yesterday" means nothing. */
function headsOf(messages: ServedMessage[]): (string | undefined)[] {
  const days = messages.map(({ timestamp }) => timestamp.slice(0, 10));
  if (new Set(days).size < 2) return [];
  return days.map((day, at) => (day === days[at - 1] ? undefined : headOf(day, days[at - 1])));
}

function dated(messages: ServedMessage[]): ServedMessage[] {
  const heads = headsOf(messages);
  return messages.map((message, at) =>
    heads[at] && message.content.trim() !== ''
      ? { ...message, content: `${heads[at]} ${message.content}` }
      : message,
  );
}

/** The emotional state in one line, for a model to read. */
export function renderState(state: ServedState): string {
  const { currentEmotion, valence, arousal, trend } = state;
  return `The user seems ${currentEmotion} (valence ${valence.toFixed(2)}, arousal ${arousal.toFixed(2)}, trend ${trend}).`;
}

function preamble({ summary, state }: ContextParts): string[] {
  return [
    ...(summary ? [`Summary of the earlier conversation:\n${summary}`] : []),
    ...(state ? [renderState(state)] : []),
  ];
}

function chatMessage(message: ServedMessage): ChatMessage {
  const named = message.name ? `${message.name}: ${message.content}` : message.content;
  // A tool's result needs the call it answers, which a memory does not hold: it is told as the user would tell it.
  if (message.role === 'tool') return { role: 'user', content: `[tool] ${named}` };
  return { role: message.role, content: named };
}

function speakerOf({ role, name }: ServedMessage): string {
  // A name with a line break in it would pass for a line of its own.
  return name ? `${role} (${name.replace(/\s+/g, ' ')})` : role;
}
