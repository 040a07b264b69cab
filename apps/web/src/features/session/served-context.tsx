'use client';

import type { Context, PACTClient } from '@neurobloom/pact';
import { useCallback, useId, useState } from 'react';
import { Panel } from '../../ui/panel.tsx';
import { readyValue, Shown, useLingering, useResource } from '../../ui/resource.tsx';
import styles from './context.module.css';
import { Served } from './served.tsx';
import { useSettled } from './settled.ts';
import { count } from './words.ts';

const SMALLEST = 50;
const LARGEST = 4_000;

interface ServedContextProps {
  client: PACTClient;
  sessionId: string;
  version: number;
  onRetry: () => void;
}

/** What the agent would be served now, for a budget of tokens and, where given, for what it is about to answer. */
export function ServedContext({ client, sessionId, version, onRetry }: ServedContextProps) {
  const [maxTokens, setMaxTokens] = useState(400);
  const [query, setQuery] = useState('');
  const [settledTokens, settledQuery] = [useSettled(maxTokens), useSettled(query.trim())];
  const ask = useCallback(async () => {
    const about = settledQuery === '' ? {} : { query: settledQuery };
    const context = await client.getContext(sessionId, { maxTokens: settledTokens, ...about });
    return { context, maxTokens: settledTokens };
  }, [client, sessionId, settledTokens, settledQuery]);
  const answer = useLingering(useResource(ask, version));
  const served = readyValue(answer);
  return (
    <Panel title="Served context" aside={served && <Spent {...served} />}>
      <div className={styles.controls}>
        <Budget value={maxTokens} onChange={setMaxTokens} />
        <label>
          About to answer (optional)
          <input
            type="search"
            value={query}
            maxLength={4_000}
            placeholder="bank statement"
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
      </div>
      <Shown resource={answer} what="the context" onRetry={onRetry}>
        {({ context }) => <Served context={context} />}
      </Shown>
    </Panel>
  );
}

function Budget({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>
        Budget: <output htmlFor={id}>{count(value, 'token')}</output>
      </label>
      <input
        id={id}
        type="range"
        min={SMALLEST}
        max={LARGEST}
        step={50}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </div>
  );
}

function Spent({ context, maxTokens }: { context: Context; maxTokens: number }) {
  return (
    <span className={styles.spent}>
      <meter min={0} max={maxTokens} value={context.tokenCount} aria-label="Tokens served" />
      {count(context.tokenCount, 'token')}
      {context.truncated && ', not all of it fitted'}
    </span>
  );
}
