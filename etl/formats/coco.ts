import { z } from 'zod';
import { TouchlineError } from '../../platform/errors.ts';
import { broken } from './json.ts';

const cocoSchema = z.object({
  images: z.array(
    z.object({
      id: z.number(),
      file_name: z.string(),
      width: z.number().positive().optional(),
      height: z.number().positive().optional(),
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

/** Poses of one COCO keypoints file, in order of time. */
export interface CocoPoses {
  /** Names of the points as the file gives them. */
  points: string[];
  /** Width ÷ height of the pictures, where the file says. */
  aspect?: number;
  /** `[x, y, v]` a point, as in the file: v 0 not labelled, 1 hidden, 2 seen. Null: no athlete on the picture. */
  frames: ([x: number, y: number, v: number][] | null)[];
}

/**
 * Reads a COCO keypoints file as the poses of one athlete: pictures sorted by name, of several athletes on one picture
 * the largest.
 * @throws INVALID_FORMAT where it is no COCO file, holds no keypoints, or a pose has not three numbers a point
 */
export async function readCoco(text: AsyncIterable<string>, name: string): Promise<CocoPoses> {
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  let json: unknown;
  try {
    json = JSON.parse(pieces.join(''));
  } catch (cause) {
    throw broken(name, `its beginning or later: ${(cause as Error).message}`, cause);
  }
  const parsed = cocoSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw wrong(name, `is no COCO file: ${issue.path.join('.')}: ${issue.message}`);
  }
  const { images, annotations, categories } = parsed.data;
  const category = categories.find((one) => (one.keypoints?.length ?? 0) > 0);
  if (!category?.keypoints) throw wrong(name, 'has no category with keypoints');
  const points = category.keypoints;
  const largest = new Map<number, (typeof annotations)[number]>();
  for (const annotation of annotations) {
    if (annotation.category_id !== category.id || !annotation.keypoints) continue;
    if (annotation.keypoints.length !== points.length * 3) {
      throw wrong(
        name,
        `has a pose of ${annotation.keypoints.length / 3} points where its category has ${points.length}`,
      );
    }
    const known = largest.get(annotation.image_id);
    if (!known || (annotation.area ?? 0) > (known.area ?? 0)) largest.set(annotation.image_id, annotation);
  }
  if (largest.size === 0) throw wrong(name, 'has no pose');
  const nameOf = (image: (typeof images)[number]) => image.extra?.name ?? image.file_name;
  const ordered = [...images].sort((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a.id - b.id,
  );
  const { width, height } = ordered[0];
  return {
    points,
    ...(width && height && { aspect: width / height }),
    frames: ordered.map((image) => {
      const keypoints = largest.get(image.id)?.keypoints;
      if (!keypoints) return null;
      return points.map((_, p) => [keypoints[3 * p], keypoints[3 * p + 1], keypoints[3 * p + 2]]);
    }),
  };
}

function wrong(name: string, what: string): TouchlineError {
  return new TouchlineError('INVALID_FORMAT', `${name} ${what}`, { details: { file: name } });
}
