import type { Message } from '@neurobloom/pact';
import { useEffect, useMemo, useRef } from 'react';
import { Nothing, Panel } from '../../ui/panel.tsx';
import { readyValue, Shown } from '../../ui/resource.tsx';
import styles from './conversation.module.css';
import { foldedAmong } from './folded.ts';
import { MessageItem } from './message-item.tsx';
import { type FeltMessage, type SessionData, SHOWN_MESSAGES } from './session-data.ts';
import { count } from './words.ts';

/** What was said, oldest first, with how it felt. */
export function Conversation({ data, onRetry }: { data: SessionData; onRetry: () => void }) {
  const messages = readyValue(data.messages);
  const standing = readyValue(data.standing);
  const state = readyValue(data.state);
  const folded = useMemo(
    () => (messages && standing ? foldedAmong(messages, standing) : new Set<string>()),
    [messages, standing],
  );
  const felt = useMemo(
    () => new Map(state?.emotionalHistory.map((feeling) => [feeling.messageId, feeling])),
    [state],
  );
  const total = readyValue(data.session)?.messageCount ?? 0;
  return (
    <Panel
      title="Conversation"
      aside={folded.size > 0 && `${count(folded.size, 'message')} folded into the summary`}
    >
      <Shown resource={data.messages} what="the conversation" onRetry={onRetry}>
        {(shown) => (
          <>
            {total > SHOWN_MESSAGES && <Nothing>The latest {SHOWN_MESSAGES} messages.</Nothing>}
            <Messages messages={shown} folded={folded} felt={felt} />
          </>
        )}
      </Shown>
    </Panel>
  );
}

interface MessagesProps {
  messages: Message[];
  folded: Set<string>;
  felt: Map<string, FeltMessage>;
}

function Messages({ messages, folded, felt }: MessagesProps) {
  const list = useRef<HTMLOListElement>(null);
  const lastId = messages.at(-1)?.id;
  // A conversation is read from its end, and a turn that was just saved is there.
  useEffect(() => {
    if (lastId) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lastId]);
  if (messages.length === 0) return <Nothing>Nothing was said yet. Save the first turn below.</Nothing>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable from the keyboard
    <ol className={styles.messages} ref={list} tabIndex={0} aria-label="Messages">
      {messages.map((message) => (
        <MessageItem
          key={message.id}
          message={message}
          feeling={felt.get(message.id)}
          isFolded={folded.has(message.id)}
        />
      ))}
    </ol>
  );
}
