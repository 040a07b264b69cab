import type { Metadata } from 'next';
import Link from 'next/link';
import styles from '../features/home/home.module.css';
import { Masthead } from '../ui/masthead.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <>
      <Masthead />
      <main className={styles.lost} id="main">
        <h1>This page is not here.</h1>
        <p>
          It may have moved. Begin again at <Link href="/">the front</Link>, or look at{' '}
          <Link href="/session">your sessions</Link>.
        </p>
      </main>
    </>
  );
}
