'use client';

import type { PACTClient, SavedInteraction } from '@neurobloom/pact';
import { type FormEvent, useState } from 'react';
import { PATIENTLY } from '../../lib/connection.ts';
import { explainFailure, type Failure } from '../../lib/failure.ts';
import { Emotion } from '../../ui/emotion.tsx';
import { Panel } from '../../ui/panel.tsx';
import { FailureNote } from '../../ui/resource.tsx';
import styles from './session.module.css';
import { count } from './words.ts';

/** Folding follows a save in the background; this is when the page looks for it. */
const FOLD_MS = 1_200;

interface SaveTurnProps {
  client: PACTClient;
  sessionId: string;
  onSaved: () => void;
}

type Outcome = { failure: Failure } | { saved: SavedInteraction };

/** Saves a turn; when the answer is here, everything on the page is read again and has it. */
export function SaveTurn({ client, sessionId, onSaved }: SaveTurnProps) {
  const [isSaving, setIsSaving] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isSaving) return;
    const form = event.currentTarget;
    const typed = new FormData(form);
    setIsSaving(true);
    try {
      const turn = {
        userMessage: String(typed.get('userMessage')),
        aiMessage: String(typed.get('aiMessage')),
      };
      const saved = await client.saveInteraction(sessionId, turn, PATIENTLY);
      form.reset();
      setOutcome({ saved });
      onSaved();
      if (saved.consolidationTriggered) setTimeout(onSaved, FOLD_MS);
    } catch (error) {
      setOutcome({ failure: explainFailure(error) });
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <Panel title="Save a turn">
      <form className={styles.form} onSubmit={submit}>
        <label>
          The user says
          <textarea name="userMessage" required rows={2} maxLength={200_000} />
        </label>
        <label>
          The agent answers
          <textarea name="aiMessage" rows={2} maxLength={200_000} />
        </label>
        <div className={styles.actions}>
          <button type="submit" data-kind="main" disabled={isSaving}>
            {isSaving ? 'Saving …' : 'Save'}
          </button>
          <div role="status">{outcome && 'saved' in outcome && <Saved answer={outcome.saved} />}</div>
        </div>
        {outcome && 'failure' in outcome && <FailureNote failure={outcome.failure} />}
      </form>
    </Panel>
  );
}

function Saved({ answer: { emotionalAnalysis, tokenCount } }: { answer: SavedInteraction }) {
  return (
    <p className={styles.saved}>
      Saved, {count(tokenCount, 'token')}.
      {emotionalAnalysis && (
        <>
          {' '}
          Read as <Emotion name={emotionalAnalysis.userEmotion} valence={emotionalAnalysis.valence} />
        </>
      )}
    </p>
  );
}
