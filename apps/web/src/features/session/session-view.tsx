'use client';

import type { PACTClient } from '@neurobloom/pact';
import { FailureNote, readyValue } from '../../ui/resource.tsx';
import { Conversation } from './conversation.tsx';
import { EmotionTimeline } from './emotion-timeline.tsx';
import { MemoryGraphPanel } from './memory-graph.tsx';
import { RecallPanel } from './recall.tsx';
import { SaveTurn } from './save-turn.tsx';
import { ServedContext } from './served-context.tsx';
import styles from './session.module.css';
import { useSessionData } from './session-data.ts';
import { SessionHeader } from './session-header.tsx';

export interface SessionViewProps {
  client: PACTClient;
  sessionId: string;
  /** Counts the wishes to read everything again. */
  version: number;
  refresh: () => void;
  onDeleted: (erasureId: string) => void;
}

/** One session from four sides, and the ways to add to it and to ask it. */
export function SessionView({ client, sessionId, version, refresh, onDeleted }: SessionViewProps) {
  const data = useSessionData(client, sessionId, version);
  if (data.session.status === 'failed')
    return (
      <>
        <h1 className="unseen">Session</h1>
        <FailureNote failure={data.session.failure} onRetry={refresh} />
      </>
    );
  return (
    <>
      <SessionHeader
        client={client}
        sessionId={sessionId}
        session={readyValue(data.session)}
        state={readyValue(data.state)}
        onDeleted={onDeleted}
      />
      <div className={styles.parts}>
        <div className={styles.column}>
          <Conversation data={data} onRetry={refresh} />
          <SaveTurn client={client} sessionId={sessionId} onSaved={refresh} />
          <RecallPanel client={client} sessionId={sessionId} />
        </div>
        <div className={styles.column}>
          <EmotionTimeline state={data.state} onRetry={refresh} />
          <MemoryGraphPanel graph={data.graph} onRetry={refresh} />
          <ServedContext client={client} sessionId={sessionId} version={version} onRetry={refresh} />
        </div>
      </div>
    </>
  );
}
