import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  mapStoredMessageToChatMessage,
  type StoredMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import type { Message, SaveMessagesInput } from '@neurobloom/pact';

type Saved = SaveMessagesInput['messages'][number];

/** The speaker of what a message has beyond plain words: its tool calls, blocks and ids, as JSON. */
export const DETAILS_NAME = 'langchain';

const ROLES: Record<string, 'user' | 'assistant' | 'system'> = {
  human: 'user',
  ai: 'assistant',
  system: 'system',
};

/** Details as stored: LangChain's own form, and whether they belong to the words right before them. */
interface Details {
  follows: boolean;
  message: StoredMessage;
}

/**
 * A message of LangChain as PACT keeps it: its words under its role, so that emotion, topics and recall see what was said;
 * behind them its details, if words, name and id do not say it all. What the model call cost (`usage_metadata`,
 * `response_metadata`) is not kept.
 */
export function toSaved(message: BaseMessage): Saved[] {
  const role = ROLES[message.getType()];
  const { id, text, name } = message;
  const words: Saved[] =
    role && text.trim() !== '' && (name?.length ?? 0) <= 128
      ? [{ role, content: text, ...(name && { name }), ...(isShort(id) && { externalId: id }) }]
      : [];
  if (words.length > 0 && isPlain(message)) return words;
  const details: Details = { follows: words.length > 0, message: storedForm(message) };
  return [
    ...words,
    {
      role: 'tool',
      name: DETAILS_NAME,
      content: JSON.stringify(details),
      ...(isShort(id) && { externalId: `${id}#${DETAILS_NAME}` }),
    },
  ];
}

/** Messages of a session, in order of arrival, as they were given to {@link toSaved}. Others' become plain ones. */
export function fromSaved(saved: Iterable<Message>): BaseMessage[] {
  const messages: BaseMessage[] = [];
  for (const message of saved) {
    const details = detailsOf(message);
    if (details?.follows) messages.pop();
    messages.push(details ? mapStoredMessageToChatMessage(details.message) : plainMessage(message));
  }
  return messages;
}

/** Room for the mark behind it. */
const isShort = (id: string | undefined): id is string => !!id && id.length <= 240;

function isPlain(message: BaseMessage): boolean {
  const {
    content,
    name: _,
    id,
    type: __,
    ...rest
  } = storedForm(message).data as unknown as Record<string, unknown>;
  const isFilled = (value: unknown) =>
    Array.isArray(value)
      ? value.length > 0
      : value && typeof value === 'object'
        ? Object.keys(value).length > 0
        : value;
  return typeof content === 'string' && (!id || isShort(id as string)) && !Object.values(rest).some(isFilled);
}

function storedForm(message: BaseMessage): StoredMessage {
  const { type, data } = message.toDict();
  const {
    usage_metadata: _,
    response_metadata: __,
    ...kept
  } = data as typeof data & { usage_metadata?: unknown };
  return { type, data: kept as StoredMessage['data'] };
}

function detailsOf({ role, name, content }: Message): Details | undefined {
  if (role !== 'tool' || name !== DETAILS_NAME) return undefined;
  try {
    const details = JSON.parse(content) as Partial<Details>;
    return details.message ? (details as Details) : undefined;
  } catch {
    return undefined;
  }
}

function plainMessage({ id, role, name, content, externalId }: Message): BaseMessage {
  const fields = { content, ...(name && { name }), ...(externalId && { id: externalId }) };
  if (role === 'user') return new HumanMessage(fields);
  if (role === 'assistant') return new AIMessage(fields);
  if (role === 'system') return new SystemMessage(fields);
  return new ToolMessage({ ...fields, tool_call_id: externalId ?? id });
}
