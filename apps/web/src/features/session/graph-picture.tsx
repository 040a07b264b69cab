import type { MemoryGraph, MemoryNode } from '@neurobloom/pact';
import { useMemo } from 'react';
import styles from './graph.module.css';
import { labelNodes } from './graph-labels.ts';
import { layoutGraph, type Place } from './graph-layout.ts';
import { NodeShape, radiusOf } from './graph-shapes.tsx';

/** Lines that are drawn: the heaviest. */
const MAX_LINES = 500;
/** Names that are written; a chosen node has its own. */
const MAX_NAMES = 24;
const NAME_LENGTH = 26;

interface GraphPictureProps {
  graph: MemoryGraph;
  width: number;
  chosenId: string | undefined;
  onChoose: (nodeId: string | undefined) => void;
}

/** The graph as a picture. A click chooses a node; the list beneath does the same from the keyboard. */
export function GraphPicture({ graph, width, chosenId, onChoose }: GraphPictureProps) {
  const height = Math.round(Math.min(400, Math.max(340, width * 0.62)));
  const { places, names, lines } = useMemo(() => arrange(graph, { width, height }), [graph, width, height]);
  const near = useMemo(() => neighboursOf(graph, chosenId), [graph, chosenId]);
  const title = `Memory graph of ${graph.nodes.length} nodes and ${graph.edges.length} edges. A list follows.`;
  return (
    <svg className={styles.picture} width={width} height={height} role="img" aria-label={title}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the list of nodes does the same from the keyboard */}
      <rect width={width} height={height} fill="transparent" onClick={() => onChoose(undefined)} />
      {lines.map(({ from, to, type, weight }) => (
        <Line
          key={`${type} ${from} ${to}`}
          ends={[places.get(from), places.get(to)]}
          kind={type}
          weight={weight}
          isFaint={chosenId !== undefined && from !== chosenId && to !== chosenId}
        />
      ))}
      {graph.nodes.map((node) => (
        <Node
          key={node.id}
          node={node}
          place={places.get(node.id)}
          isChosen={node.id === chosenId}
          isFaint={near !== undefined && !near.has(node.id)}
          onChoose={onChoose}
        />
      ))}
      {names.map(({ id, text, x, y }) => (
        <text key={id} className={styles.name} x={x} y={y} data-faint={(near && !near.has(id)) || undefined}>
          {text}
        </text>
      ))}
    </svg>
  );
}

function arrange({ nodes, edges }: MemoryGraph, size: { width: number; height: number }) {
  const places = layoutGraph(nodes, edges, size);
  const concepts = nodes.filter(({ type }) => type !== 'message').sort((a, b) => b.importance - a.importance);
  const named = new Set(concepts.slice(0, MAX_NAMES));
  const names = nodes.map((node) => ({
    ...node,
    text: named.has(node) ? shortened(node.content) : '',
    radius: radiusOf(node),
  }));
  const lines = [...edges].sort((a, b) => b.weight - a.weight).slice(0, MAX_LINES);
  return { places, names: labelNodes(names, places, size), lines };
}

function neighboursOf({ edges }: MemoryGraph, chosenId: string | undefined): Set<string> | undefined {
  if (chosenId === undefined) return undefined;
  const touching = edges.filter(({ from, to }) => from === chosenId || to === chosenId);
  return new Set([chosenId, ...touching.flatMap(({ from, to }) => [from, to])]);
}

const shortened = (text: string) => (text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH - 1)}…` : text);

interface LineProps {
  ends: [Place | undefined, Place | undefined];
  kind: string;
  weight: number;
  isFaint: boolean;
}

function Line({ ends: [from, to], kind, weight, isFaint }: LineProps) {
  if (!from || !to) return null;
  return (
    <line
      className={styles.line}
      data-kind={kind}
      data-faint={isFaint || undefined}
      strokeWidth={Math.min(3, 0.75 + weight * 0.4)}
      x1={from.x}
      y1={from.y}
      x2={to.x}
      y2={to.y}
    />
  );
}

interface NodeProps {
  node: MemoryNode;
  place: Place | undefined;
  isChosen: boolean;
  isFaint: boolean;
  onChoose: (nodeId: string | undefined) => void;
}

function Node({ node, place, isChosen, isFaint, onChoose }: NodeProps) {
  if (!place) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list of nodes does the same from the keyboard
    <g
      className={styles.node}
      transform={`translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})`}
      data-chosen={isChosen || undefined}
      data-faint={isFaint || undefined}
      onClick={() => onChoose(isChosen ? undefined : node.id)}
    >
      <title>{node.content}</title>
      <NodeShape kind={node.type} radius={radiusOf(node)} />
    </g>
  );
}
