import { useId } from 'react';
import { twoDecimals, valenceColour } from '../../ui/emotion.tsx';
import styles from './timeline.module.css';
import {
  areaPath,
  type Feeling,
  type Frame,
  linePath,
  type Point,
  placeLabels,
  pointsOf,
  yOf,
} from './timeline-scale.ts';

/** Beyond this many messages a dot for each would be a smear. */
const MAX_DOTS = 80;

interface TimelinePictureProps {
  feelings: Feeling[];
  /** Messages at which the valence settled at another level. */
  changes: ReadonlySet<string>;
  width: number;
  /** What it shows, in words. */
  title: string;
}

/** Valence as a line over its neutral middle, arousal as a dashed one. */
export function TimelinePicture({ feelings, changes, width, title }: TimelinePictureProps) {
  const frame: Frame = { width, height: 230, top: 22, right: 22, bottom: 30, left: 34 };
  const valences = pointsOf(
    feelings.map(({ valence }) => valence),
    frame,
  );
  const arousals = pointsOf(
    feelings.map(({ arousal }) => arousal),
    frame,
  );
  return (
    <svg className={styles.picture} width={width} height={frame.height} role="img" aria-label={title}>
      <Axis frame={frame} />
      <ValenceArea points={valences} frame={frame} />
      <Changes feelings={feelings} changes={changes} points={valences} frame={frame} />
      <path className={styles.arousal} d={linePath(arousals)} />
      <path className={styles.valence} d={linePath(valences)} />
      {feelings.length <= MAX_DOTS && <Dots feelings={feelings} valences={valences} arousals={arousals} />}
      {placeLabels(feelings, frame).map(({ index, text, anchor, x, y }) => (
        <text key={index} className={styles.label} x={x} y={y} textAnchor={anchor}>
          {text}
        </text>
      ))}
    </svg>
  );
}

function Axis({ frame }: { frame: Frame }) {
  const end = frame.width - frame.right;
  return (
    <g className={styles.axis}>
      {[1, 0.5, 0].map((value) => {
        const y = yOf(value, frame);
        return (
          <g key={value}>
            <line x1={frame.left} x2={end} y1={y} y2={y} data-middle={value === 0.5 || undefined} />
            <text x={0} y={y + 4}>
              {value}
            </text>
          </g>
        );
      })}
      <text x={end} y={frame.height - 6} textAnchor="end">
        user messages, first to latest; 0.5 is neutral
      </text>
    </g>
  );
}

interface ChangesProps extends Pick<TimelinePictureProps, 'feelings' | 'changes'> {
  points: Point[];
  frame: Frame;
}

/** A dotted upright where another level began. */
function Changes({ feelings, changes, points, frame }: ChangesProps) {
  return feelings.map(({ messageId }, index) => {
    if (!changes.has(messageId)) return null;
    const { x } = points[index]!;
    const words = `The level of valence changed at message ${index + 1}`;
    return (
      <line
        key={messageId}
        className={styles.change}
        x1={x}
        x2={x}
        y1={frame.top}
        y2={frame.height - frame.bottom}
      >
        <title>{words}</title>
      </line>
    );
  });
}

/** The area between valence and neutral: blue above, orange below. */
function ValenceArea({ points, frame }: { points: Point[]; frame: Frame }) {
  const clipId = useId();
  const middle = yOf(0.5, frame);
  const area = areaPath(points, middle);
  return (
    <>
      <clipPath id={`${clipId}above`}>
        <rect x={0} y={0} width={frame.width} height={middle} />
      </clipPath>
      <clipPath id={`${clipId}below`}>
        <rect x={0} y={middle} width={frame.width} height={frame.height - middle} />
      </clipPath>
      <path className={styles.above} d={area} clipPath={`url(#${clipId}above)`} />
      <path className={styles.below} d={area} clipPath={`url(#${clipId}below)`} />
    </>
  );
}

interface DotsProps {
  feelings: Feeling[];
  valences: Point[];
  arousals: Point[];
}

function Dots({ feelings, valences, arousals }: DotsProps) {
  return feelings.map(({ messageId, emotion, valence, arousal }, index) => {
    const { x, y } = valences[index]!;
    const other = arousals[index]!;
    const words = `${index + 1}: ${emotion}, valence ${twoDecimals(valence)}, arousal ${twoDecimals(arousal)}`;
    return (
      <g key={messageId}>
        <title>{words}</title>
        <path className={styles.diamond} d={`M${other.x} ${other.y - 4}l4 4l-4 4l-4-4Z`} />
        <circle cx={x} cy={y} r={4.5} fill={valenceColour(valence)} className={styles.dot} />
      </g>
    );
  });
}
