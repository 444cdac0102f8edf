import { LAYOUT_NAMES, LAYOUTS, type LayoutName } from '../../datasets/poses/layouts.ts';
import { MAX_FRAMES, type Point, type PoseSequence } from '../../datasets/records/pose-sequence.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { readCoco } from '../formats/coco.ts';
import type { Content } from '../source.ts';

/** COCO: 0 not labelled, 1 labelled but hidden, 2 seen. */
const VISIBILITY = [0, 0.5, 1];

/**
 * One COCO keypoints file as a pose sequence, its pictures in the order of their names. Pictures without an athlete
 * become frames in which no point is seen.
 * @throws INVALID_FORMAT where the file is none, its points fit no layout, or it has too many frames
 */
export async function cocoPoses(content: Content, part: string, fps: number): Promise<PoseSequence> {
  const { points, frames } = await readCoco(content.text(part), part);
  const layout = layoutFor(points);
  if (!layout) {
    const known = LAYOUT_NAMES.map((name) => `${name} (${LAYOUTS[name].points.length})`).join(', ');
    throw new TouchlineError(
      'INVALID_FORMAT',
      `${part} has ${points.length} points: there is no layout of that. Known: ${known}.`,
    );
  }
  if (frames.length > MAX_FRAMES) {
    throw new TouchlineError(
      'INVALID_FORMAT',
      `${part} has ${frames.length} frames: at most ${MAX_FRAMES} can be read.`,
    );
  }
  return {
    layout,
    dimensions: 2,
    fps,
    // Pixels, or what they were scaled to evenly: x and y share one unit.
    aspect: 1,
    frames: frames.map((frame) => (frame ?? points.map(() => [0, 0, 0])).map(pointOf)),
  };
}

function pointOf([x, y, v]: number[]): Point {
  return v > 0 && Number.isFinite(x) && Number.isFinite(y) ? [x, y, VISIBILITY[v] ?? 1] : null;
}

/** By the names of the points where they say something, else by their number. */
function layoutFor(points: readonly string[]): LayoutName | undefined {
  const same = LAYOUT_NAMES.find((name) => LAYOUTS[name].points.every((point, i) => point === points[i]));
  return (
    same ??
    LAYOUT_NAMES.find(
      (name) => LAYOUTS[name].dimensions === 2 && LAYOUTS[name].points.length === points.length,
    )
  );
}
