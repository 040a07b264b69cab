'use client';

import type { PACTClient } from '@neurobloom/pact';
import { useCallback } from 'react';
import { Shown, useResource } from '../../ui/resource.tsx';
import styles from './session.module.css';

interface ErasureReceiptProps {
  client: PACTClient;
  erasureId: string;
  onClose: () => void;
}

/** What a deletion removed, from where, as the API has it on record. */
export function ErasureReceipt({ client, erasureId, onClose }: ErasureReceiptProps) {
  const receipt = useResource(useCallback(() => client.getErasure({ erasureId }), [client, erasureId]));
  return (
    <section className={styles.receipt} aria-label="Receipt of the deletion" role="status">
      <Shown resource={receipt} what="the receipt" onRetry={onClose}>
        {({ subjectId, stores }) => (
          <p>
            <strong>Deleted.</strong> Of <code>{subjectId}</code> nothing is left. Removed:{' '}
            {stores.map(({ store, removed }) => `${removed} ${store.replaceAll('_', ' ')}`).join(', ')}.
            Receipt <code>{erasureId}</code>
          </p>
        )}
      </Shown>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </section>
  );
}
