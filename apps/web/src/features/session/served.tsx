import type { Context } from '@neurobloom/pact';
import { Emotion, twoDecimals } from '../../ui/emotion.tsx';
import { Nothing } from '../../ui/panel.tsx';
import styles from './context.module.css';
import { count } from './words.ts';

const ROLE_WORDS = { user: 'User', assistant: 'Agent', system: 'System', tool: 'Tool' };
const REASON_WORDS = {
  over_budget: 'over the budget',
  longer_than_budget: 'longer than the whole budget',
  archive_unavailable: 'in the archive, which cannot be reached',
};

/** The parts of a context, in the order in which an agent reads them. */
export function Served({ context }: { context: Context }) {
  const { messages, summarySentences, emotionalDetail: state } = context;
  if (messages.length === 0 && summarySentences.length === 0 && !state)
    return <Nothing>Nothing is served: there is nothing yet, or nothing fits the budget.</Nothing>;
  return (
    <dl className={styles.served}>
      {state && (
        <Part name="State">
          <Emotion name={state.currentEmotion} valence={state.valence} />, trend {state.trend}, arousal{' '}
          {twoDecimals(state.arousal)}
        </Part>
      )}
      {summarySentences.length > 0 && (
        <Part name="Summary">
          <Summary sentences={summarySentences} />
        </Part>
      )}
      <Part name={count(messages.length, 'message')}>
        <ol className={styles.messages}>
          {messages.map(({ id, role, name, content }) => (
            <li key={id}>
              <a href={`#${id}`}>{name ?? ROLE_WORDS[role]}</a> {content}
            </li>
          ))}
        </ol>
      </Part>
      <Dropped dropped={context.dropped} />
    </dl>
  );
}

function Part({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Sentences, each with a number that leads to the messages it came from. */
function Summary({ sentences }: { sentences: Context['summarySentences'] }) {
  return (
    <ul className={styles.summary}>
      {sentences.map(({ text, speaker, sourceIds }, index) => (
        <li key={`${sourceIds.join()} ${text}`}>
          {speaker !== sentences[index - 1]?.speaker && <b>{speaker}: </b>}
          {text}
          {sourceIds.map((id) => (
            <a
              key={id}
              className={styles.source}
              href={`#${id}`}
              aria-label={`Source of sentence ${index + 1}`}
            >
              {index + 1}
            </a>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Dropped({ dropped }: { dropped: Context['dropped'] }) {
  if (dropped.length === 0) return null;
  return (
    <Part name="Left out">
      <details>
        <summary>{count(dropped.length, 'message')} did not fit</summary>
        <ul>
          {dropped.map(({ id, reason }) => (
            <li key={id}>
              <a href={`#${id}`}>
                <code>{id}</code>
              </a>{' '}
              {REASON_WORDS[reason]}
            </li>
          ))}
        </ul>
      </details>
    </Part>
  );
}
