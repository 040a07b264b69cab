import { describe, expect, it } from 'vitest';
import { boxOf, overlap } from './label-room.ts';
import { areaPath, type Feeling, linePath, placeLabels, pointsOf, xOf, yOf } from './timeline-scale.ts';

const frame = { width: 500, height: 200, top: 10, right: 20, bottom: 30, left: 40 };

function feelings(count: number, emotionOf: (index: number) => string): Feeling[] {
  return Array.from({ length: count }, (_, index) => ({
    messageId: `msg_${index}`,
    emotion: emotionOf(index),
    valence: (index % 11) / 10,
    arousal: 0.5,
  }));
}

describe('the scale of the timeline', () => {
  it('puts 1 at the top, 0 at the bottom and neutral in the middle', () => {
    expect([yOf(1, frame), yOf(0.5, frame), yOf(0, frame)]).toEqual([10, 90, 170]);
  });

  it('keeps a value that is out of range, or none at all, inside the frame', () => {
    expect([yOf(7, frame), yOf(-3, frame), yOf(Number.NaN, frame)]).toEqual([10, 170, 90]);
  });

  it('spreads messages from edge to edge and puts a single one in the middle', () => {
    expect([xOf(0, 3, frame), xOf(1, 3, frame), xOf(2, 3, frame)]).toEqual([40, 260, 480]);
    expect(xOf(0, 1, frame)).toBe(260);
  });

  it('draws no path through no points', () => {
    expect([linePath([]), areaPath([], 90)]).toEqual(['', '']);
  });

  it('closes the area along its baseline', () => {
    expect(areaPath(pointsOf([1, 0], frame), 90)).toBe('M40 10L480 170L480 90L40 90Z');
  });
});

describe('the words in the timeline', () => {
  it('stand where the emotion changes, and where the user is now', () => {
    const labels = placeLabels(
      feelings(4, (index) => (index < 2 ? 'sad' : 'happy')),
      frame,
    );
    expect(labels.map(({ index, text }) => [index, text])).toEqual([
      [0, 'sad'],
      [2, 'happy'],
      [3, 'happy'],
    ]);
  });

  it('never touch each other nor leave the picture, however many messages there are', () => {
    const labels = placeLabels(
      feelings(500, (index) => (index % 2 ? 'disapproving' : 'sad')),
      frame,
    );
    expect(labels.at(-1)?.index).toBe(499);
    for (const [index, label] of labels.entries()) {
      const box = boxOf(label);
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(frame.width);
      for (const other of labels.slice(index + 1)) expect(overlap(box, boxOf(other))).toBe(false);
    }
  });

  it('are none for a session without feelings', () => {
    expect(placeLabels([], frame)).toEqual([]);
  });
});
