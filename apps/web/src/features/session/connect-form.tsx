'use client';

import { type FormEvent, useState } from 'react';
import { parseSettings, type Settings } from '../../lib/settings.ts';
import styles from './session.module.css';

/** Asks where the API is and for a key. */
export function ConnectForm({ onConnect }: { onConnect: (settings: Settings) => void }) {
  const [isRefused, setIsRefused] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const settings = parseSettings(Object.fromEntries(new FormData(event.currentTarget)));
    setIsRefused(!settings);
    if (settings) onConnect(settings);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <h1>Connect to your PACT</h1>
      <p>
        The key stays in this tab: it is sent to the API alone, and forgotten when the tab is closed. On a
        computer that runs PACT with <code>npm start</code> this is filled in for you.
      </p>
      <label>
        API address
        <input name="apiUrl" type="url" required defaultValue="https://api.neurobloom.ai/pact/v1" />
      </label>
      <label>
        API key
        <input name="apiKey" type="password" required autoComplete="off" placeholder="sk_…" />
      </label>
      {isRefused && (
        <p role="alert">An address that begins with http:// or https://, and a key, are needed.</p>
      )}
      <button type="submit" data-kind="main">
        Connect
      </button>
    </form>
  );
}
