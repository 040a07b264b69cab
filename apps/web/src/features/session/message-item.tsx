import type { Message } from '@neurobloom/pact';
import { Emotion, twoDecimals } from '../../ui/emotion.tsx';
import styles from './conversation.module.css';
import { splitAt, tellingWords } from './highlight.ts';
import type { FeltMessage } from './session-data.ts';
import { momentOf } from './words.ts';

const ROLE_WORDS = { user: 'User', assistant: 'Agent', system: 'System', tool: 'Tool' };

interface MessageItemProps {
  message: Message;
  /** How it felt, and the words that say so; undefined for what is not the user's. */
  feeling: FeltMessage | undefined;
  isFolded: boolean;
}

/** One message. Whatever it contains is shown as text. */
export function MessageItem({ message, feeling, isFolded }: MessageItemProps) {
  const emotion = message.emotionalMetadata;
  return (
    <li
      className={styles.message}
      id={message.id}
      data-role={message.role}
      data-folded={isFolded || undefined}
    >
      <p className={styles.line}>
        <span className={styles.who}>{message.name ?? ROLE_WORDS[message.role]}</span>
        <time dateTime={message.timestamp}>{momentOf(message.timestamp)}</time>
        {isFolded && <span className={styles.folded}>folded</span>}
        {emotion && (
          <span className={styles.emotion} title={`Confidence ${twoDecimals(emotion.confidence)}`}>
            <Emotion name={emotion.detectedEmotion} valence={feeling?.valence} />
          </span>
        )}
      </p>
      <p className={styles.content}>
        {splitAt(message.content, feeling ? tellingWords(feeling.emotion, feeling.words) : []).map(
          ({ text, isMarked, start }) => (isMarked ? <mark key={start}>{text}</mark> : text),
        )}
        {message.content === '' && <span className={styles.who}>(empty)</span>}
      </p>
    </li>
  );
}
