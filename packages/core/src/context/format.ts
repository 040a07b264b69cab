import type { z } from 'zod';
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

/** The context as text: summary, state, then each message behind its speaker. */
export function renderText(parts: ContextParts): string {
  const turns = parts.messages.map((message) => `${speakerOf(message)}: ${message.content}`);
  return [...preamble(parts), ...turns].join('\n');
}

/** Messages for OpenAI's chat completions: one `system` message for summary and state, then the turns. */
export function renderOpenAi(parts: ContextParts): ChatMessage[] {
  const system = preamble(parts).join('\n\n');
  return [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    ...parts.messages.map(chatMessage),
  ];
}

/** Input for Anthropic's messages: a `system` text, and turns that begin with the user and alternate. */
export function renderAnthropic(parts: ContextParts): { system: string; messages: ChatMessage[] } {
  const systemTurns = parts.messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const alternating: ChatMessage[] = [];
  for (const turn of parts.messages.filter(({ role }) => role !== 'system').map(chatMessage)) {
    if (turn.content.trim() === '') continue;
    const last = alternating.at(-1);
    if (last?.role === turn.role) last.content += `\n\n${turn.content}`;
    else alternating.push({ ...turn });
  }
  if (alternating[0]?.role === 'assistant') alternating.unshift({ role: 'user', content: '(earlier)' });
  return { system: [...preamble(parts), ...systemTurns].join('\n\n'), messages: alternating };
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
