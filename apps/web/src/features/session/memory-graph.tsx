import type { MemoryGraph } from '@neurobloom/pact';
import { useState } from 'react';
import { Nothing, Panel } from '../../ui/panel.tsx';
import { type Resource, readyValue, Shown } from '../../ui/resource.tsx';
import { useWidth } from '../../ui/width.ts';
import styles from './graph.module.css';
import { NodeDetails, NodeList } from './graph-list.tsx';
import { GraphPicture } from './graph-picture.tsx';
import { KINDS, NodeShape } from './graph-shapes.tsx';

interface MemoryGraphPanelProps {
  graph: Resource<MemoryGraph>;
  onRetry: () => void;
}

/** What the session was about: topics, names and emotions, and the messages that they came from. */
export function MemoryGraphPanel({ graph, onRetry }: MemoryGraphPanelProps) {
  const known = readyValue(graph);
  return (
    <Panel title="Memory graph" aside={known && known.nodes.length > 0 && inNumbers(known)}>
      <Shown resource={graph} what="the graph" onRetry={onRetry}>
        {(value) => <Graph graph={value} />}
      </Shown>
    </Panel>
  );
}

function inNumbers({ nodes, edges, metadata }: MemoryGraph): string {
  return nodes.length < metadata.totalNodes
    ? `${nodes.length} most important of ${metadata.totalNodes} nodes`
    : `${nodes.length} nodes, ${edges.length} edges`;
}

function Graph({ graph }: { graph: MemoryGraph }) {
  const [ref, width] = useWidth<HTMLDivElement>(560);
  const [chosenId, setChosenId] = useState<string>();
  if (graph.nodes.length === 0) return <Nothing>Nothing to connect yet.</Nothing>;
  const chosen = graph.nodes.find(({ id }) => id === chosenId);
  return (
    <>
      <div ref={ref}>
        <GraphPicture graph={graph} width={width} chosenId={chosen?.id} onChoose={setChosenId} />
      </div>
      <ul className={styles.legend}>
        {KINDS.map(({ kind, one }) => (
          <li key={kind}>
            <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
              <NodeShape kind={kind} radius={5.5} />
            </svg>
            {one}
          </li>
        ))}
      </ul>
      <div aria-live="polite">{chosen && <NodeDetails node={chosen} graph={graph} />}</div>
      <details>
        <summary>The same as a list</summary>
        <NodeList graph={graph} chosenId={chosen?.id} onChoose={setChosenId} />
      </details>
    </>
  );
}
