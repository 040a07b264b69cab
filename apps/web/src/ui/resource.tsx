'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { explainFailure, type Failure } from '../lib/failure.ts';
import styles from './resource.module.css';

/** Something that is fetched: not here yet, refused, or here. */
export type Resource<Value> =
  | { status: 'loading' }
  | { status: 'failed'; failure: Failure }
  | { status: 'ready'; value: Value };

type Load<Value> = () => Promise<Value>;

/**
 * What `load` answers. Another `load` (memoize it) is another question, and starts with nothing to show; another
 * `version` asks the same question again, and the old answer stands until the new one is here.
 */
export function useResource<Value>(load: Load<Value>, version = 0): Resource<Value> {
  const [answer, setAnswer] = useState<{ to: Load<Value>; resource: Resource<Value> }>();
  useEffect(() => {
    let isCurrent = true;
    const take = (resource: Resource<Value>) => {
      if (isCurrent) setAnswer({ to: load, resource });
    };
    load().then(
      (value) => take({ status: 'ready', value }),
      (error) => take({ status: 'failed', failure: explainFailure(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [load, version]);
  return answer?.to === load ? answer.resource : { status: 'loading' };
}

/** The same, but what was here stays while another question is under way: nothing jumps. */
export function useLingering<Value>(resource: Resource<Value>): Resource<Value> {
  const [last, setLast] = useState(resource);
  if (resource.status !== 'loading' && resource !== last) setLast(resource);
  return resource.status === 'loading' ? last : resource;
}

/** The value of what is here. */
export function readyValue<Value>(resource: Resource<Value>): Value | undefined {
  return resource.status === 'ready' ? resource.value : undefined;
}

interface ShownProps<Value> {
  resource: Resource<Value>;
  /** What is being fetched, for the words while it is. */
  what: string;
  onRetry: () => void;
  children: (value: Value) => ReactNode;
}

/** Shows a resource in each of its states. */
export function Shown<Value>({ resource, what, onRetry, children }: ShownProps<Value>) {
  if (resource.status === 'loading')
    return (
      <p className={styles.loading} role="status">
        Loading {what} …
      </p>
    );
  if (resource.status === 'failed') return <FailureNote failure={resource.failure} onRetry={onRetry} />;
  return children(resource.value);
}

interface FailureNoteProps {
  failure: Failure;
  onRetry?: (() => void) | undefined;
  children?: ReactNode;
}

/** What went wrong and what to do about it. */
export function FailureNote({ failure, onRetry, children }: FailureNoteProps) {
  return (
    <div className={styles.failure} role="alert">
      <p className={styles.title}>{failure.title}</p>
      <p>{failure.advice}</p>
      {failure.requestId && (
        <p className={styles.request}>
          Request <code>{failure.requestId}</code>
        </p>
      )}
      <div className={styles.actions}>
        {onRetry && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )}
        {children}
      </div>
    </div>
  );
}
