'use client';

import type { PACTClient, Recalled } from '@neurobloom/pact';
import { type FormEvent, useState } from 'react';
import { explainFailure } from '../../lib/failure.ts';
import { Emotion, twoDecimals } from '../../ui/emotion.tsx';
import { Nothing, Panel } from '../../ui/panel.tsx';
import { type Resource, Shown } from '../../ui/resource.tsx';
import styles from './context.module.css';

/** Asks the session something, and shows why each answer is there. */
export function RecallPanel({ client, sessionId }: { client: PACTClient; sessionId: string }) {
  const [query, setQuery] = useState('');
  const [answer, setAnswer] = useState<Resource<Recalled>>();
  const ask = async () => {
    setAnswer({ status: 'loading' });
    try {
      const value = await client.recall({ query: query.trim(), sessionId, limit: 5, explain: true });
      setAnswer({ status: 'ready', value });
    } catch (error) {
      setAnswer({ status: 'failed', failure: explainFailure(error) });
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (answer?.status !== 'loading' && query.trim() !== '') ask();
  };
  return (
    <Panel title="Recall">
      <form className={styles.ask} onSubmit={submit}>
        <label>
          What to look for
          <input
            type="search"
            required
            maxLength={4_000}
            value={query}
            placeholder="why was she angry?"
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
        <button type="submit">Recall</button>
      </form>
      {answer && (
        <Shown resource={answer} what="what bears on it" onRetry={ask}>
          {({ results }) => <Results results={results} />}
        </Shown>
      )}
    </Panel>
  );
}

function Results({ results }: { results: Recalled['results'] }) {
  if (results.length === 0) return <Nothing>Nothing in this session bears on it.</Nothing>;
  return (
    <ol className={styles.results}>
      {results.map(({ message, score, why }) => (
        <li key={message.id}>
          <p>
            <a href={`#${message.id}`}>{message.content}</a>
          </p>
          <p className={styles.why}>
            <span>score {twoDecimals(score)}</span>
            {message.emotionalMetadata && <Emotion name={message.emotionalMetadata.detectedEmotion} />}
          </p>
          {why && why.length > 0 && <p className={styles.why}>{why.join(' · ')}</p>}
        </li>
      ))}
    </ol>
  );
}
