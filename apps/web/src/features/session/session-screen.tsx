'use client';

import { useConnection } from '../../lib/connection.ts';
import { ConnectForm } from './connect-form.tsx';
import styles from './session.module.css';
import { Workbench } from './workbench.tsx';

/** The session page: settings first, then the sessions that they lead to. */
export function SessionScreen() {
  const connection = useConnection();
  if (connection.status === 'ready')
    return (
      <Workbench client={connection.client} apiUrl={connection.apiUrl} onOtherKey={connection.disconnect} />
    );
  return (
    <main className={styles.alone} id="main">
      {connection.status === 'missing' ? (
        <ConnectForm onConnect={connection.connect} />
      ) : (
        <p role="status">Looking for the API …</p>
      )}
    </main>
  );
}
