import type { EmotionalState } from '@neurobloom/pact';
import { useMemo } from 'react';
import { twoDecimals } from '../../ui/emotion.tsx';
import { Nothing, Panel } from '../../ui/panel.tsx';
import { type Resource, Shown } from '../../ui/resource.tsx';
import { useWidth } from '../../ui/width.ts';
import type { FeltMessage } from './session-data.ts';
import styles from './timeline.module.css';
import { TimelinePicture } from './timeline-picture.tsx';
import { count } from './words.ts';

interface EmotionTimelineProps {
  state: Resource<EmotionalState>;
  onRetry: () => void;
}

/** How the user felt from message to message, as a picture and as a table. */
export function EmotionTimeline({ state, onRetry }: EmotionTimelineProps) {
  return (
    <Panel title="Emotion timeline" aside={<Legend />}>
      <Shown resource={state} what="the emotional state" onRetry={onRetry}>
        {(value) => <Timeline state={value} />}
      </Shown>
    </Panel>
  );
}

function Legend() {
  return (
    <ul className={styles.legend}>
      <li>
        <span className={styles.valenceKey} aria-hidden="true" /> Valence
      </li>
      <li>
        <span className={styles.arousalKey} aria-hidden="true" /> Arousal
      </li>
    </ul>
  );
}

function Timeline({ state }: { state: EmotionalState }) {
  const [ref, width] = useWidth<HTMLDivElement>(560);
  const history = state.emotionalHistory;
  const summary = useMemo(() => inWords(state), [state]);
  const changes = useMemo(
    () => new Set((state.changePoints ?? []).map(({ messageId }) => messageId)),
    [state],
  );
  if (history.length === 0) return <Nothing>No user message has an emotion yet.</Nothing>;
  return (
    <>
      <div ref={ref}>
        <TimelinePicture feelings={history} changes={changes} width={width} title={summary} />
      </div>
      {state.escalation?.active && (
        <p role="status">
          Escalating over {count(state.escalation.turns, 'user message')}: valence falls while arousal rises.
        </p>
      )}
      <details className={styles.table}>
        <summary>The same as a table</summary>
        <FeelingTable history={history} />
      </details>
    </>
  );
}

function inWords({ emotionalHistory, currentEmotion, valence, arousal, trend }: EmotionalState): string {
  return (
    `Valence and arousal of ${count(emotionalHistory.length, 'user message')}. Now ${currentEmotion}: ` +
    `valence ${twoDecimals(valence)}, arousal ${twoDecimals(arousal)}, trend ${trend}.`
  );
}

function FeelingTable({ history }: { history: FeltMessage[] }) {
  return (
    <div className={styles.scroll}>
      <table>
        <thead>
          <tr>
            <th scope="col">Message</th>
            <th scope="col">Emotion</th>
            <th scope="col">Valence</th>
            <th scope="col">Arousal</th>
            <th scope="col">Confidence</th>
            <th scope="col">Words</th>
          </tr>
        </thead>
        <tbody>
          {history.map((feeling, index) => (
            <tr key={feeling.messageId}>
              <td>
                <a href={`#${feeling.messageId}`}>{index + 1}</a>
              </td>
              <td>{feeling.emotion}</td>
              <td>{twoDecimals(feeling.valence)}</td>
              <td>{twoDecimals(feeling.arousal)}</td>
              <td>{twoDecimals(feeling.confidence)}</td>
              <td>{feeling.words.map(({ text }) => text).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
