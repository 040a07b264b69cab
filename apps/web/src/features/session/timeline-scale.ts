/** The geometry of the emotion timeline: pure numbers, no drawing. */
import { boxOf, type Label, overlap, widthOf } from './label-room.ts';

/** What a user message felt like. Valence and arousal run from 0 to 1; 0.5 is neutral. */
export interface Feeling {
  messageId: string;
  emotion: string;
  valence: number;
  arousal: number;
}

export interface Frame {
  width: number;
  height: number;
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Where the nth of so many messages stands: evenly spread, a single one in the middle. */
export function xOf(index: number, count: number, frame: Frame): number {
  const inner = frame.width - frame.left - frame.right;
  return frame.left + (count < 2 ? inner / 2 : (index / (count - 1)) * inner);
}

/** Where a value stands: 1 at the top, 0 at the bottom; what lies outside of 0 to 1 is brought to its edge. */
export function yOf(value: number, frame: Frame): number {
  const share = Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0.5;
  return frame.top + (1 - share) * (frame.height - frame.top - frame.bottom);
}

export function pointsOf(values: number[], frame: Frame): Point[] {
  return values.map((value, index) => ({ x: xOf(index, values.length, frame), y: yOf(value, frame) }));
}

/** An SVG path through the points. */
export function linePath(points: Point[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

/** An SVG path of the area between the points and a horizontal line. */
export function areaPath(points: Point[], baseline: number): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  return `${linePath(points)}L${round(last.x)} ${round(baseline)}L${round(first.x)} ${round(baseline)}Z`;
}

/** A word in the picture. */
export interface EmotionLabel extends Label {
  /** The index of the message that it names. */
  index: number;
}

/**
 * The emotions that are worth a word in the picture: where the label changes, as many as stand beside each other
 * without touching. The last one always stands: it is where the user is now.
 */
export function placeLabels(feelings: Feeling[], frame: Frame): EmotionLabel[] {
  const points = pointsOf(
    feelings.map(({ valence }) => valence),
    frame,
  );
  const changes = feelings.flatMap(({ emotion }, index) =>
    index === feelings.length - 1 || emotion !== feelings[index - 1]?.emotion ? [index] : [],
  );
  const placed: EmotionLabel[] = [];
  for (const index of changes.reverse()) {
    const label = labelAt(index, feelings[index]!, points[index]!, frame);
    if (!placed.some((other) => overlap(boxOf(label), boxOf(other)))) placed.push(label);
  }
  return placed.reverse();
}

function labelAt(index: number, { emotion, valence }: Feeling, { x, y }: Point, frame: Frame): EmotionLabel {
  const half = widthOf(emotion) / 2;
  const anchor = x + half > frame.width ? 'end' : x - half < 0 ? 'start' : 'middle';
  return { index, text: emotion, anchor, x, y: valence >= 0.5 ? y - 12 : y + 20 };
}

const round = (value: number) => Math.round(value * 10) / 10;
