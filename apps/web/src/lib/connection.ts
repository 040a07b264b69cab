'use client';

import { PACTClient } from '@neurobloom/pact';
import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  fetchLocalSettings,
  forgetStoredSettings,
  readStoredSettings,
  type Settings,
  storeSettings,
} from './settings.ts';

/** Looking for settings, in want of them, or connected. */
export type Connection =
  | { status: 'looking' }
  | { status: 'missing'; connect: (settings: Settings) => void }
  | { status: 'ready'; client: PACTClient; apiUrl: string; disconnect: () => void };

/** For what writes: a try whose answer was lost is repeated under its own key, and so takes effect once. */
export const PATIENTLY = { maxRetries: 2 };

/** The API that this tab talks to: what was typed in wins over what the computer says. */
export function useConnection(): Connection {
  const [settings, setSettings] = useState<Settings | null>();
  useEffect(() => {
    let isCurrent = true;
    const stored = readStoredSettings();
    const found = stored ? Promise.resolve(stored) : fetchLocalSettings();
    found.then((answer) => {
      if (isCurrent) setSettings(answer ?? null);
    });
    return () => {
      isCurrent = false;
    };
  }, []);
  const connect = useCallback((typed: Settings) => {
    storeSettings(typed);
    setSettings(typed);
  }, []);
  const disconnect = useCallback(() => {
    forgetStoredSettings();
    setSettings(null);
  }, []);
  return useMemo(() => {
    if (settings === undefined) return { status: 'looking' };
    if (settings === null) return { status: 'missing', connect };
    const { apiUrl, apiKey } = settings;
    // The key was typed in by its owner, or is this computer's own: it is in no file of the site.
    // Someone is watching: a refusal is shown at once, not waited out.
    const client = new PACTClient({ baseUrl: apiUrl, apiKey, allowBrowserKey: true, maxRetries: 0 });
    return { status: 'ready', client, apiUrl, disconnect };
  }, [settings, connect, disconnect]);
}
