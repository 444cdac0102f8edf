import { type Joint, LAYOUTS, type LayoutName } from './layouts.ts';

/** The pairs of joints that a drawn skeleton connects. */
const CONNECTED: readonly [Joint, Joint][] = [
  ['left_shoulder', 'right_shoulder'],
  ['left_hip', 'right_hip'],
  ...(['left', 'right'] as const).flatMap((side): [Joint, Joint][] => [
    [`${side}_shoulder`, `${side}_elbow`],
    [`${side}_elbow`, `${side}_wrist`],
    [`${side}_shoulder`, `${side}_hip`],
    [`${side}_hip`, `${side}_knee`],
    [`${side}_knee`, `${side}_ankle`],
    [`${side}_ankle`, `${side}_heel`],
    [`${side}_ankle`, `${side}_toe`],
    ['head', `${side}_shoulder`],
  ]),
];

/**
 * The bones of a layout as pairs of point indices, for the joints that it has.
 * @example
 * bonesOf('coco-17').slice(0, 2); // => [[5, 6], [11, 12]]
 */
export function bonesOf(layout: LayoutName): [from: number, to: number][] {
  const { joints } = LAYOUTS[layout];
  return CONNECTED.flatMap(([a, b]): [number, number][] => {
    const from = joints[a];
    const to = joints[b];
    return from === undefined || to === undefined ? [] : [[from, to]];
  });
}
