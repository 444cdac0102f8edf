import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LAYOUTS } from '../../datasets/poses/layouts.ts';

const FILE = new URL(
  '../../../shared/data/skijump-judged/annotations_normalized_jump10.coco.json.gz',
  import.meta.url,
);

describe('the layout of the ski jumps', () => {
  it.skipIf(!existsSync(FILE))(
    'fits the recorded points: pelvis between the hips, left shoulder over the left hip, skis as long as skis (needs ../shared/data)',
    () => {
      const { annotations, categories } = JSON.parse(gunzipSync(readFileSync(FILE)).toString());
      const { joints, points } = LAYOUTS['skijump-23'];
      expect(categories[1].keypoints).toHaveLength(points.length);
      type XY = [number, number];
      const frames: XY[][] = annotations.map(({ keypoints }: { keypoints: number[] }) =>
        points.map((_, p) => [keypoints[3 * p], keypoints[3 * p + 1]]),
      );
      const apart = (a: XY, b: XY) => Math.hypot(a[0] - b[0], a[1] - b[1]);
      const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
      const at = (name: string) => points.indexOf(name);
      for (const frame of frames) {
        const [left, right] = [frame[joints.left_hip!], frame[joints.right_hip!]];
        const middle: XY = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
        expect(apart(middle, frame[joints.pelvis!])).toBeLessThan(0.05);
      }
      const sameSide = frames.filter((frame) => {
        const shoulders = frame[joints.left_shoulder!][0] - frame[joints.right_shoulder!][0];
        const hips = frame[joints.left_hip!][0] - frame[joints.right_hip!][0];
        return shoulders * hips > 0;
      });
      expect(sameSide.length / frames.length).toBeGreaterThan(0.7);
      const length = (a: string, b: string) =>
        median(frames.map((frame) => apart(frame[at(a)], frame[at(b)])));
      for (const side of ['left', 'right']) {
        // Longer in front of the binding than behind it, and the whole ski longer than the leg.
        expect(length(`${side}_toe`, `${side}_ski_tip`)).toBeGreaterThan(
          length(`${side}_heel`, `${side}_ski_tail`),
        );
        expect(length(`${side}_ski_tail`, `${side}_ski_tip`)).toBeGreaterThan(
          length(`${side}_hip`, `${side}_knee`),
        );
      }
    },
  );
});
