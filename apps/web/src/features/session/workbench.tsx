'use client';

import type { PACTClient, Session } from '@neurobloom/pact';
import { useSearchParams } from 'next/navigation';
import { useCallback, useState } from 'react';
import type { Failure } from '../../lib/failure.ts';
import { FailureNote, useResource } from '../../ui/resource.tsx';
import { ErasureReceipt } from './erasure-receipt.tsx';
import { EmptyWorkspace, SampleButton } from './sample-button.tsx';
import styles from './session.module.css';
import { SessionList } from './session-list.tsx';
import { SessionView } from './session-view.tsx';
import { addressOf } from './words.ts';

/** Sessions that the side column lists: the newest. */
const LISTED_SESSIONS = 50;

interface WorkbenchProps {
  client: PACTClient;
  apiUrl: string;
  onOtherKey: () => void;
}

/** Fetches the list of sessions, and shows it, or why it is not there. */
export function Workbench({ client, apiUrl, onOtherKey }: WorkbenchProps) {
  const [version, setVersion] = useState(0);
  const refresh = useCallback(() => setVersion((current) => current + 1), []);
  const list = useCallback(() => client.listSessions({ limit: LISTED_SESSIONS }), [client]);
  const sessions = useResource(list, version);
  if (sessions.status === 'ready')
    return <Sessions client={client} sessions={sessions.value.data} version={version} refresh={refresh} />;
  return (
    <main className={styles.alone} id="main">
      <h1>Sessions</h1>
      {sessions.status === 'loading' ? (
        <p role="status">Loading your sessions …</p>
      ) : (
        <NotListed failure={sessions.failure} apiUrl={apiUrl} onRetry={refresh} onOtherKey={onOtherKey} />
      )}
    </main>
  );
}

interface NotListedProps {
  failure: Failure;
  apiUrl: string;
  onRetry: () => void;
  onOtherKey: () => void;
}

function NotListed({ failure, apiUrl, onRetry, onOtherKey }: NotListedProps) {
  return (
    <>
      <FailureNote failure={failure} onRetry={onRetry}>
        <button type="button" onClick={onOtherKey}>
          Use another address or key
        </button>
      </FailureNote>
      <p className={styles.address}>
        Asked at <code>{apiUrl}</code>
      </p>
    </>
  );
}

interface SessionsProps {
  client: PACTClient;
  sessions: Session[];
  version: number;
  refresh: () => void;
}

interface Erased {
  sessionId: string;
  erasureId: string;
}

/** The list, and the session that the address names; the newest where it names none. */
function Sessions({ client, sessions, version, refresh }: SessionsProps) {
  const [erased, setErased] = useState<Erased>();
  // Gone from the list at once: the list that is being read again no longer has it.
  const remaining = sessions.filter(({ sessionId }) => sessionId !== erased?.sessionId);
  const chosen = useSearchParams().get('id') || remaining[0]?.sessionId;
  const open = (sessionId: string | undefined) => {
    window.history.pushState(null, '', addressOf(sessionId));
    refresh();
  };
  const receipt = erased && (
    <ErasureReceipt client={client} erasureId={erased.erasureId} onClose={() => setErased(undefined)} />
  );
  if (chosen === undefined)
    return (
      <EmptyWorkspace client={client} onSaved={open}>
        {receipt}
      </EmptyWorkspace>
    );
  return (
    <div className={styles.workbench}>
      <SessionList sessions={remaining} chosen={chosen} onChoose={open}>
        <SampleButton client={client} onSaved={open} />
      </SessionList>
      <main className={styles.main} id="main">
        {receipt}
        <SessionView
          key={chosen}
          client={client}
          sessionId={chosen}
          version={version}
          refresh={refresh}
          onDeleted={(erasureId) => {
            setErased({ sessionId: chosen, erasureId });
            open(undefined);
          }}
        />
      </main>
    </div>
  );
}
