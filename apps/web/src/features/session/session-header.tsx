'use client';

import type { EmotionalState, PACTClient, Session } from '@neurobloom/pact';
import { Emotion } from '../../ui/emotion.tsx';
import { DeleteSession } from './delete-session.tsx';
import styles from './session.module.css';
import { count, titleOf } from './words.ts';

interface SessionHeaderProps {
  client: PACTClient;
  sessionId: string;
  session: Session | undefined;
  state: EmotionalState | undefined;
  onDeleted: (erasureId: string) => void;
}

const TREND_WORDS = { positive: 'rising', negative: 'falling', stable: 'steady' };

/** What the session is, in one line each. */
export function SessionHeader({ client, sessionId, session, state, onDeleted }: SessionHeaderProps) {
  return (
    <header className={styles.header}>
      <div>
        <h1>{session ? titleOf(session) : 'Session'}</h1>
        <p className={styles.sessionId}>
          <code>{sessionId}</code>
        </p>
      </div>
      <dl className={styles.facts}>
        {session && (
          <>
            <Fact name="Said">{count(session.messageCount, 'message')}</Fact>
            <Fact name="Folded">{count(session.foldedCount, 'message')}</Fact>
            <Fact name="Stored">{count(session.tokenCount, 'token')}</Fact>
          </>
        )}
        {state && (
          <Fact name="Now">
            <Emotion name={state.currentEmotion} valence={state.valence} />, {TREND_WORDS[state.trend]}
          </Fact>
        )}
      </dl>
      <DeleteSession client={client} sessionId={sessionId} onDeleted={onDeleted} />
    </header>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
