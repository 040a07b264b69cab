/** Where the API is and the key for it. */
export interface Settings {
  apiUrl: string;
  apiKey: string;
}

const STORED_AS = 'pact.connection';

/** Settings from something that may not be: a JSON answer, or what a form held. */
export function parseSettings(value: unknown): Settings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { apiUrl, apiKey } = value as Record<string, unknown>;
  if (typeof apiUrl !== 'string' || typeof apiKey !== 'string') return undefined;
  const trimmed = { apiUrl: apiUrl.trim().replace(/\/+$/, ''), apiKey: apiKey.trim() };
  return isWebAddress(trimmed.apiUrl) && /^[\x21-\x7e]+$/.test(trimmed.apiKey) ? trimmed : undefined;
}

/** True for the names under which a computer calls itself; only there does the site's own server hand out settings. */
export function isThisComputer(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(hostname);
}

/** What `npm start` says beside the site it serves; undefined where the site comes from anywhere else. */
export async function fetchLocalSettings(): Promise<Settings | undefined> {
  if (!isThisComputer(window.location.hostname)) return undefined;
  try {
    const answer = await fetch('/local-settings.json', { cache: 'no-store' });
    return answer.ok ? parseSettings(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}

/** What was typed into the form earlier in this tab. It is gone when the tab is closed. */
export function readStoredSettings(): Settings | undefined {
  try {
    return parseSettings(JSON.parse(sessionStorage.getItem(STORED_AS) ?? 'null'));
  } catch {
    return undefined;
  }
}

export function storeSettings(settings: Settings): void {
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify(settings));
  } catch {
    // A browser that refuses storage keeps the settings for as long as the page lives.
  }
}

export function forgetStoredSettings(): void {
  try {
    sessionStorage.removeItem(STORED_AS);
  } catch {
    // Nothing was stored either.
  }
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
