'use client';

import type { PACTClient } from '@neurobloom/pact';
import { useState } from 'react';
import { explainFailure, type Failure } from '../../lib/failure.ts';
import { FailureNote } from '../../ui/resource.tsx';
import styles from './session.module.css';

interface DeleteSessionProps {
  client: PACTClient;
  sessionId: string;
  onDeleted: (erasureId: string) => void;
}

/** Deletes the session, when it is asked to twice. */
export function DeleteSession({ client, sessionId, onDeleted }: DeleteSessionProps) {
  const [step, setStep] = useState<'idle' | 'asked' | 'deleting'>('idle');
  const [failure, setFailure] = useState<Failure>();
  const remove = async () => {
    setStep('deleting');
    try {
      const { erasureId } = await client.deleteSession(sessionId);
      onDeleted(erasureId);
    } catch (error) {
      setFailure(explainFailure(error));
      setStep('idle');
    }
  };
  if (failure) return <FailureNote failure={failure} onRetry={remove} />;
  if (step === 'idle')
    return (
      <button type="button" onClick={() => setStep('asked')}>
        Delete …
      </button>
    );
  return (
    <fieldset className={styles.confirm} disabled={step === 'deleting'}>
      <legend>All of it, for good?</legend>
      <button type="button" data-kind="danger" onClick={remove}>
        {step === 'deleting' ? 'Deleting …' : 'Delete this session'}
      </button>
      <button type="button" onClick={() => setStep('idle')}>
        Keep it
      </button>
    </fieldset>
  );
}
