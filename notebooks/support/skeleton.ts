import { bonesOf } from '../../datasets/poses/bones.ts';
import { layoutOf } from '../../datasets/poses/layouts.ts';
import type { PoseSequence } from '../../datasets/records/pose-sequence.ts';
import { PALETTE } from '../../platform/charts.ts';
import { type Html, html } from '../../platform/html.ts';

const SIZE = 120;
const MARGIN = 8;

type Segment = readonly [from: number, to: number];

/** Skis from tail to tip, if the layout has them. */
function skisOf(points: readonly string[]): Segment[] {
  return ['left', 'right'].flatMap((side): Segment[] => {
    const ends = ['tail', 'tip'].map((end) => points.indexOf(`${side}_ski_${end}`));
    return ends.includes(-1) ? [] : [[ends[0], ends[1]]];
  });
}

/** Frames of a sequence side by side as stick figures on one scale. */
export function skeletons(title: string, { layout, frames }: PoseSequence, shares: readonly number[]): Html {
  const { points, up } = layoutOf(layout);
  const chosen = shares.map((share) => frames[Math.round(share * (frames.length - 1))]);
  const seen = chosen.flat().filter((point) => point !== null);
  const ends = (axis: 0 | 1) => {
    const values = seen.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  };
  const [[left, right], [top, bottom]] = [ends(0), ends(1)];
  const scale = SIZE / Math.max(right - left, bottom - top);
  const middle = [(left + right) / 2, (top + bottom) / 2];
  const figures = chosen.map((frame, f) => {
    const place = (index: number) => {
      const point = frame[index];
      if (!point) return undefined;
      const x = f * (SIZE + MARGIN) + MARGIN + SIZE / 2 + scale * (point[0] - middle[0]);
      const y = MARGIN + SIZE / 2 - up * scale * (point[1] - middle[1]);
      return [x.toFixed(1), y.toFixed(1)];
    };
    const draw = (segments: readonly Segment[], colour: string) =>
      segments.map(([from, to]) => {
        const [a, b] = [place(from), place(to)];
        return a && b && html`<line x1="${a[0]}" y1="${a[1]}" x2="${b[0]}" y2="${b[1]}" stroke="${colour}"/>`;
      });
    return [draw(bonesOf(layout), 'currentColor'), draw(skisOf(points), PALETTE[1])];
  });
  const width = chosen.length * (SIZE + MARGIN) + MARGIN;
  return html`<figure class="panel"><h3>${title}</h3><svg viewBox="0 0 ${width} ${SIZE + 2 * MARGIN}" role="img" aria-label="${title}" stroke-width="2.5" stroke-linecap="round">${figures}</svg></figure>`;
}
