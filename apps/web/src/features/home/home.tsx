import Link from 'next/link';
import { Masthead } from '../../ui/masthead.tsx';
import { TryItLink } from '../../ui/try-it-link.tsx';
import { CodeSample } from './code-sample.tsx';
import { DIFFERENCES } from './differences.ts';
import styles from './home.module.css';

/** What PACT is, on one screen. */
export function Home() {
  return (
    <>
      <Masthead here="home" />
      <main className={styles.home} id="main">
        <section className={styles.opening}>
          <div className={styles.claim}>
            <h1>Memory for AI agents that holds what was said, how it felt and what it was about.</h1>
            <p>
              Save each turn of a conversation. Before the next answer, ask for the context: a summary of what
              is long ago, the turns that matter word for word, and where the user stands emotionally, within
              your budget of tokens.
            </p>
            <p className={styles.ways}>
              <Link className={styles.way} href="/session">
                Look into a session
              </Link>
              <TryItLink className={styles.otherWay}>Try the API</TryItLink>
            </p>
          </div>
          <CodeSample />
        </section>
        <section aria-labelledby="differences">
          <h2 className={styles.title} id="differences">
            What is different
          </h2>
          <dl className={styles.differences}>
            {DIFFERENCES.map(({ name, words }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{words}</dd>
              </div>
            ))}
          </dl>
        </section>
      </main>
    </>
  );
}
