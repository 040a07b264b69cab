import type { MemoryGraph, MemoryNode } from '@neurobloom/pact';
import { twoDecimals } from '../../ui/emotion.tsx';
import styles from './graph.module.css';
import { KINDS } from './graph-shapes.tsx';

/** Neighbours that the details name; the picture shows all. */
const NAMED_NEIGHBOURS = 12;

/** A node in words: what it is, how much it matters, what it is connected to. */
export function NodeDetails({ node, graph }: { node: MemoryNode; graph: MemoryGraph }) {
  const neighbours = neighboursOf(node, graph);
  const one = KINDS.find(({ kind }) => kind === node.type)?.one;
  return (
    <div className={styles.details}>
      <p>
        <strong>{node.content}</strong>
      </p>
      <p>
        {one}, importance {twoDecimals(node.importance)}
        {node.type === 'message' && node.emotionalTag && `, ${node.emotionalTag}`}
        {node.type === 'message' && (
          <>
            {' · '}
            <a href={`#${node.id}`}>in the conversation</a>
          </>
        )}
      </p>
      {neighbours.length > 0 && (
        <p>
          Connected to{' '}
          {neighbours
            .slice(0, NAMED_NEIGHBOURS)
            .map(({ content }) => `“${content.length > 40 ? `${content.slice(0, 39)}…` : content}”`)
            .join(', ')}
          {neighbours.length > NAMED_NEIGHBOURS && ` and ${neighbours.length - NAMED_NEIGHBOURS} more`}.
        </p>
      )}
    </div>
  );
}

/** The nodes around one, the heaviest connection first. */
function neighboursOf({ id }: MemoryNode, { nodes, edges }: MemoryGraph): MemoryNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ids = [...edges]
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []));
  return [...new Set(ids)].flatMap((other) => byId.get(other) ?? []);
}

interface NodeListProps {
  graph: MemoryGraph;
  chosenId: string | undefined;
  onChoose: (nodeId: string) => void;
}

/** Every node of the picture, by kind, the most important first. */
export function NodeList({ graph, chosenId, onChoose }: NodeListProps) {
  return KINDS.map(({ kind, many }) => {
    const nodes = graph.nodes.filter(({ type }) => type === kind);
    if (nodes.length === 0) return null;
    return (
      <div key={kind} className={styles.group}>
        <h3>{many}</h3>
        <ul>
          {nodes.map((node) => (
            <li key={node.id}>
              <button
                type="button"
                data-kind="plain"
                aria-pressed={node.id === chosenId}
                onClick={() => onChoose(node.id)}
              >
                {node.content}
              </button>
            </li>
          ))}
        </ul>
      </div>
    );
  });
}
