import type { MemoryNode } from '@neurobloom/pact';
import styles from './graph.module.css';

export type NodeKind = MemoryNode['type'];

export const KINDS: { kind: NodeKind; one: string; many: string }[] = [
  { kind: 'topic', one: 'Topic', many: 'Topics' },
  { kind: 'entity', one: 'Name', many: 'Names' },
  { kind: 'emotion', one: 'Emotion', many: 'Emotions' },
  { kind: 'message', one: 'Message', many: 'Messages' },
];

/** The outline of a node around its middle: a shape of its own for each kind. */
export function NodeShape({ kind, radius: r }: { kind: NodeKind; radius: number }) {
  if (kind === 'message') return <circle className={styles.shape} data-kind={kind} r={r * 0.8} />;
  if (kind === 'topic')
    return (
      <rect className={styles.shape} data-kind={kind} x={-r} y={-r} width={2 * r} height={2 * r} rx={2} />
    );
  return <path className={styles.shape} data-kind={kind} d={kind === 'entity' ? diamond(r) : hexagon(r)} />;
}

const diamond = (r: number) => `M0 ${-1.3 * r}L${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0Z`;

const hexagon = (r: number) => {
  const [half, side] = [r * 0.6, r * 1.04];
  return `M${-half} ${-side}L${half} ${-side}L${r * 1.2} 0L${half} ${side}L${-half} ${side}L${-r * 1.2} 0Z`;
};

/** How large a node is drawn, in pixels. */
export function radiusOf({ type, importance }: Pick<MemoryNode, 'type' | 'importance'>): number {
  return type === 'message' ? 5 : 5 + 7 * importance;
}
