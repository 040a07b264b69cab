import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SessionScreen } from '../../features/session/session-screen.tsx';
import { Masthead } from '../../ui/masthead.tsx';

export const metadata: Metadata = {
  title: 'Sessions',
  description:
    'One conversation: its messages, its emotions, its memory graph, and what the agent is served.',
};

export default function SessionPage() {
  return (
    <>
      <Masthead here="session" />
      <Suspense>
        <SessionScreen />
      </Suspense>
    </>
  );
}
