import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import '../ui/tokens.css';
import '../ui/base.css';

export const metadata: Metadata = {
  title: { default: 'PACT: memory for AI agents', template: '%s · PACT' },
  description: 'Memory for AI agents that holds what was said, how it felt and what it was about.',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
