import type { PoseSequence } from '../../datasets/records/pose-sequence.ts';

/** What the sample of every format of tables or values holds. */
export const SAMPLE_RECORDS = [
  { name: 'Ann', note: 'said "go, go"' },
  { name: 'José', note: '' },
];

const POINTS = 17;
const FRAMES = 3;

/** What the sample of every format of poses holds. */
export const SAMPLE_POSES: PoseSequence = {
  layout: 'coco-17',
  dimensions: 2,
  fps: 25,
  aspect: 1,
  frames: Array.from({ length: FRAMES }, (_, frame) =>
    Array.from({ length: POINTS }, (_, point) => (point === 0 ? null : [100 + frame, 50 + point, 1])),
  ),
};

/** The sample in each format: the content of a file. A format without an entry here fails its tests. */
export const FORMAT_CASES: Record<string, string | Uint8Array> = {
  csv: 'name,note\nAnn,"said ""go, go"""\nJosé,\n',
  json: JSON.stringify(SAMPLE_RECORDS),
  jsonl: SAMPLE_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join('\n'),
  coco: JSON.stringify({
    images: SAMPLE_POSES.frames.map((_, id) => ({ id, file_name: `frame-${id}.jpg` })),
    categories: [{ id: 1, keypoints: Array.from({ length: POINTS }, (_, point) => `point-${point}`) }],
    annotations: SAMPLE_POSES.frames.map((frame, id) => ({
      image_id: id,
      category_id: 1,
      keypoints: frame.flatMap((point) => (point ? [point[0], point[1], 2] : [0, 0, 0])),
    })),
  }),
};
