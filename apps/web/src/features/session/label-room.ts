/** Room for words in a picture. Letters are not measured: a generous average does, and needs no browser. */

const LETTER_WIDTH = 7.4;
const LINE_HEIGHT = 15;

export interface Label {
  text: string;
  x: number;
  /** The line that the letters stand on. */
  y: number;
  anchor: 'start' | 'middle' | 'end';
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function widthOf(text: string): number {
  return text.length * LETTER_WIDTH;
}

export function boxOf({ text, x, y, anchor }: Label): Box {
  const width = widthOf(text);
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE_HEIGHT + 4, bottom: y + 4 };
}

export function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
