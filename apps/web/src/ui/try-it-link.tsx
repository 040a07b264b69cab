'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { fetchLocalSettings } from '../lib/settings.ts';

const HOSTED_API = 'https://api.neurobloom.ai/pact/v1';

/** A link to the API's own page, on which every call can be tried: this computer's where one runs. */
export function TryItLink({ children, className }: { children: ReactNode; className?: string | undefined }) {
  const [apiUrl, setApiUrl] = useState(HOSTED_API);
  useEffect(() => {
    let isCurrent = true;
    fetchLocalSettings().then((settings) => {
      if (isCurrent && settings) setApiUrl(settings.apiUrl);
    });
    return () => {
      isCurrent = false;
    };
  }, []);
  return (
    <a className={className} href={`${apiUrl}/docs`}>
      {children}
    </a>
  );
}
