import type { Session } from '@neurobloom/pact';
import type { MouseEvent, ReactNode } from 'react';
import styles from './session-list.module.css';
import { addressOf, count, momentOf, titleOf } from './words.ts';

interface SessionListProps {
  sessions: Session[];
  chosen: string;
  onChoose: (sessionId: string) => void;
  children: ReactNode;
}

/** Recent sessions, each a link of its own. */
export function SessionList({ sessions, chosen, onChoose, children }: SessionListProps) {
  return (
    <nav className={styles.side} aria-label="Recent sessions">
      <h2>Recent sessions</h2>
      <ul>
        {sessions.map((session) => (
          <li key={session.sessionId}>
            <a
              href={addressOf(session.sessionId)}
              aria-current={session.sessionId === chosen ? 'page' : undefined}
              onClick={(event) => {
                if (isForNewTab(event)) return;
                event.preventDefault();
                onChoose(session.sessionId);
              }}
            >
              <span className={styles.title}>{titleOf(session)}</span>
              <span className={styles.facts}>
                {count(session.messageCount, 'message')} ·{' '}
                <time dateTime={session.updatedAt}>{momentOf(session.updatedAt)}</time>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {children}
    </nav>
  );
}

const isForNewTab = (event: MouseEvent) =>
  event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
