import { z } from 'zod';
import { LAYOUT_NAMES, LAYOUTS, type LayoutName } from '../../datasets/poses/layouts.ts';
import { MAX_FRAMES, type Point } from '../../datasets/records/pose-sequence.ts';
import type { SourceFile } from '../source.ts';
import { invalidFormat, type PoseFormat } from './format.ts';

const cocoSchema = z.object({
  images: z.array(
    z.object({
      id: z.number(),
      file_name: z.string(),
      extra: z.object({ name: z.string().optional() }).loose().optional(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: z.number(),
      category_id: z.number(),
      area: z.number().optional(),
      keypoints: z.array(z.number()).optional(),
    }),
  ),
  categories: z.array(z.object({ id: z.number(), keypoints: z.array(z.string()).optional() })),
});

type CocoFile = z.infer<typeof cocoSchema>;

/** COCO's `v`: 0 not labelled, 1 labelled but hidden, 2 visible. */
const VISIBILITY = [0, 0.5, 1];

/**
 * COCO keypoints: images in the order of their names; of several athletes in one image the largest. Images without an
 * athlete become frames in which no point is visible.
 */
export const coco: PoseFormat = {
  name: 'coco',
  holds: 'poses',
  extensions: ['coco.json'],
  async read(file, fps) {
    const { points, frames } = posesOf(await parse(file), file.name);
    const layout = layoutFor(points);
    if (!layout) {
      const known = LAYOUT_NAMES.map((name) => `${name} (${LAYOUTS[name].points.length})`).join(', ');
      throw invalidFormat(
        file.name,
        `has ${points.length} points, and no layout has as many. Known layouts: ${known}.`,
      );
    }
    if (frames.length > MAX_FRAMES) {
      throw invalidFormat(file.name, `has ${frames.length} frames: at most ${MAX_FRAMES} can be read.`);
    }
    return {
      layout,
      dimensions: 2,
      fps,
      // Pixels, or something they were scaled to uniformly: x and y share one unit.
      aspect: 1,
      frames: frames.map((frame) => (frame ?? points.map(() => [0, 0, 0])).map(pointOf)),
    };
  },
};

async function parse(file: SourceFile): Promise<CocoFile> {
  const pieces: string[] = [];
  for await (const piece of file.text()) pieces.push(piece);
  let value: unknown;
  try {
    value = JSON.parse(pieces.join(''));
  } catch (cause) {
    throw invalidFormat(file.name, `is not valid JSON: ${(cause as Error).message}`, cause);
  }
  const parsed = cocoSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidFormat(file.name, `is not a COCO file: ${issue.path.join('.')}: ${issue.message}`);
}

/** The points as the file names them, and for each image `[x, y, v]` per point, or null if it shows no athlete. */
function posesOf({ images, annotations, categories }: CocoFile, file: string) {
  const category = categories.find((one) => (one.keypoints?.length ?? 0) > 0);
  if (!category?.keypoints) throw invalidFormat(file, 'has no category with keypoints');
  const points = category.keypoints;
  const largest = new Map<number, CocoFile['annotations'][number]>();
  for (const annotation of annotations) {
    if (annotation.category_id !== category.id || !annotation.keypoints) continue;
    if (annotation.keypoints.length !== points.length * 3) {
      throw invalidFormat(
        file,
        `has a pose of ${annotation.keypoints.length / 3} points where its category has ${points.length}`,
      );
    }
    const known = largest.get(annotation.image_id);
    if (!known || (annotation.area ?? 0) > (known.area ?? 0)) largest.set(annotation.image_id, annotation);
  }
  if (largest.size === 0) throw invalidFormat(file, 'has no pose');
  const nameOf = (image: CocoFile['images'][number]) => image.extra?.name ?? image.file_name;
  const ordered = [...images].sort((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a.id - b.id,
  );
  const frames = ordered.map((image) => {
    const keypoints = largest.get(image.id)?.keypoints;
    if (!keypoints) return null;
    return points.map((_, p) => [keypoints[3 * p], keypoints[3 * p + 1], keypoints[3 * p + 2]]);
  });
  return { points, frames };
}

function pointOf([x, y, v]: number[]): Point {
  return v > 0 && Number.isFinite(x) && Number.isFinite(y) ? [x, y, VISIBILITY[v] ?? 1] : null;
}

/** By the names of the points if a layout has the same, else by their number. */
function layoutFor(points: readonly string[]): LayoutName | undefined {
  const same = LAYOUT_NAMES.find((name) => LAYOUTS[name].points.every((point, i) => point === points[i]));
  return (
    same ??
    LAYOUT_NAMES.find(
      (name) => LAYOUTS[name].dimensions === 2 && LAYOUTS[name].points.length === points.length,
    )
  );
}
