import type { CSSProperties } from 'react';
import styles from './emotion.module.css';

/** The colour of a valence from 0 to 1: orange below the middle, grey in it, blue above. */
export function valenceColour(valence: number): string {
  const strength = Math.min(1, Math.abs(valence - 0.5) / 0.35);
  const end = valence < 0.5 ? 'var(--valence-low)' : 'var(--valence-high)';
  return `color-mix(in oklab, ${end} ${Math.round(strength * 100)}%, var(--valence-mid))`;
}

/** Two decimals: what a share, a score or a valence is worth reading to. */
export function twoDecimals(value: number): string {
  return value.toFixed(2);
}

/** An emotion as a word, with its valence as a place on a small scale. Colour only repeats what the place says. */
export function Emotion({ name, valence }: { name: string; valence?: number | undefined }) {
  if (valence === undefined) return <span className={styles.emotion}>{name}</span>;
  const place = { '--place': valence, '--tone': valenceColour(valence) } as CSSProperties;
  return (
    <span className={styles.emotion} style={place}>
      <span className={styles.scale} aria-hidden="true" />
      {name}
      <span className="unseen">, valence {twoDecimals(valence)}</span>
    </span>
  );
}
