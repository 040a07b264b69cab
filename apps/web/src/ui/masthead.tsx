import Link from 'next/link';
import styles from './masthead.module.css';
import { TryItLink } from './try-it-link.tsx';

/** The head of every page. */
export function Masthead({ here }: { here?: 'home' | 'session' }) {
  return (
    <header className={styles.masthead}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Link className={styles.name} href="/" aria-current={here === 'home' ? 'page' : undefined}>
        <Mark />
        PACT
      </Link>
      <nav className={styles.links} aria-label="Site">
        <Link href="/session" aria-current={here === 'session' ? 'page' : undefined}>
          Sessions
        </Link>
        <TryItLink>Try the API</TryItLink>
      </nav>
    </header>
  );
}

/** A line that falls, turns and rises: the valence of a conversation that ends well. */
function Mark() {
  return (
    <svg viewBox="0 0 28 20" width="28" height="20" aria-hidden="true">
      <path d="M2 7L9 15" stroke="var(--valence-low)" strokeWidth="3" fill="none" strokeLinecap="round" />
      <path d="M9 15L16 9" stroke="var(--valence-mid)" strokeWidth="3" fill="none" strokeLinecap="round" />
      <path d="M16 9L26 4" stroke="var(--valence-high)" strokeWidth="3" fill="none" strokeLinecap="round" />
    </svg>
  );
}
