'use client';

import type { PACTClient } from '@neurobloom/pact';
import { type ReactNode, useState } from 'react';
import { PATIENTLY } from '../../lib/connection.ts';
import { explainFailure, type Failure } from '../../lib/failure.ts';
import { FailureNote } from '../../ui/resource.tsx';
import { SAMPLE_CONVERSATION } from './sample-conversation.ts';
import styles from './session.module.css';

const SAMPLE_SESSION = { metadata: { application: 'Sample: the bakery' } };

interface SampleProps {
  client: PACTClient;
  onSaved: (sessionId: string) => void;
}

/** Saves the sample conversation as a new session, turn by turn, as an agent would. */
export function SampleButton({ client, onSaved, kind }: SampleProps & { kind?: 'main' }) {
  const [savedTurns, setSavedTurns] = useState<number>();
  const [failure, setFailure] = useState<Failure>();
  const isSaving = savedTurns !== undefined;
  const save = async () => {
    setFailure(undefined);
    setSavedTurns(0);
    try {
      const { sessionId } = await client.createSession(SAMPLE_SESSION, PATIENTLY);
      for (const [index, turn] of SAMPLE_CONVERSATION.entries()) {
        await client.saveInteraction(sessionId, turn, PATIENTLY);
        setSavedTurns(index + 1);
      }
      onSaved(sessionId);
    } catch (error) {
      setFailure(explainFailure(error));
    } finally {
      setSavedTurns(undefined);
    }
  };
  return (
    <>
      <button type="button" data-kind={kind} onClick={save} disabled={isSaving}>
        <span aria-live="polite">{isSaving ? progress(savedTurns) : 'Save a sample conversation'}</span>
      </button>
      {failure && <FailureNote failure={failure} />}
    </>
  );
}

function progress(savedTurns: number): string {
  const turns = SAMPLE_CONVERSATION.length;
  return `Saving turn ${Math.min(savedTurns + 1, turns)} of ${turns} …`;
}

/** What a workspace without a session says. */
export function EmptyWorkspace({ children, ...props }: SampleProps & { children: ReactNode }) {
  return (
    <main className={styles.alone} id="main">
      {children}
      <h1>No session yet</h1>
      <p>
        A session is one conversation. As soon as your agent saves a turn, it is here: the messages, how they
        felt, what they were about, and what the agent would be served next.
      </p>
      <div>
        <SampleButton {...props} kind="main" />
      </div>
    </main>
  );
}
