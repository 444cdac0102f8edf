import { TouchlineError } from '../../platform/errors.ts';

const SIDED = ['shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle', 'heel', 'toe'] as const;

/** The common names of joints; a layout may lack some of them. */
export type Joint = 'head' | 'neck' | 'pelvis' | `${'left' | 'right'}_${(typeof SIDED)[number]}`;

/** The points of a pose in their order, and which of them are joints that angles need. */
export interface PoseLayout {
  name: string;
  points: readonly string[];
  /** Usual dimensions of the source, 2 (x, y) or 3 (x, y, z); a sequence states its own. */
  dimensions: 2 | 3;
  /** Sign of y that points up: −1 for images, whose y points down. */
  up: 1 | -1;
  /** Index of the point of each joint. */
  joints: Partial<Record<Joint, number>>;
}

function sides(from: Partial<Record<(typeof SIDED)[number], [left: number, right: number]>>) {
  return Object.fromEntries(
    Object.entries(from).flatMap(([joint, [left, right]]) => [
      [`left_${joint}`, left],
      [`right_${joint}`, right],
    ]),
  ) as Partial<Record<Joint, number>>;
}

const both = (names: string) => names.split(' ').flatMap((name) => [`left_${name}`, `right_${name}`]);

/** MediaPipe BlazePose, 33 landmarks; z has the scale of x. */
const MEDIAPIPE_33: PoseLayout = {
  name: 'mediapipe-33',
  points: [
    'nose',
    ...'left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer'.split(' '),
    ...both('ear'),
    'mouth_left',
    'mouth_right',
    ...both('shoulder elbow wrist pinky index thumb hip knee ankle heel foot_index'),
  ],
  dimensions: 3,
  up: -1,
  joints: {
    head: 0,
    ...sides({
      shoulder: [11, 12],
      elbow: [13, 14],
      wrist: [15, 16],
      hip: [23, 24],
      knee: [25, 26],
      ankle: [27, 28],
      heel: [29, 30],
      toe: [31, 32],
    }),
  },
};

/** COCO keypoints, 17 points. */
const COCO_17: PoseLayout = {
  name: 'coco-17',
  points: ['nose', ...both('eye ear shoulder elbow wrist hip knee ankle')],
  dimensions: 2,
  up: -1,
  joints: {
    head: 0,
    ...sides({
      shoulder: [5, 6],
      elbow: [7, 8],
      wrist: [9, 10],
      hip: [11, 12],
      knee: [13, 14],
      ankle: [15, 16],
    }),
  },
};

/** Kinect v2 in the order of UI-PRMD: 22 points. */
const KINECT_22: PoseLayout = {
  name: 'kinect-22',
  points:
    'waist spine chest neck head head_tip left_collar left_shoulder left_elbow left_wrist right_collar right_shoulder right_elbow right_wrist left_hip left_knee left_ankle left_toe right_hip right_knee right_ankle right_toe'.split(
      ' ',
    ),
  dimensions: 3,
  up: 1,
  joints: {
    head: 4,
    neck: 3,
    pelvis: 0,
    ...sides({
      shoulder: [7, 11],
      elbow: [8, 12],
      wrist: [9, 13],
      hip: [14, 18],
      knee: [15, 19],
      ankle: [16, 20],
      toe: [17, 21],
    }),
  },
};

/** Kinect v2 in the order of its SDK: 25 points. */
const KINECT_25: PoseLayout = {
  name: 'kinect-25',
  points:
    'spine_base spine_mid neck head left_shoulder left_elbow left_wrist left_hand right_shoulder right_elbow right_wrist right_hand left_hip left_knee left_ankle left_foot right_hip right_knee right_ankle right_foot spine_shoulder left_hand_tip left_thumb right_hand_tip right_thumb'.split(
      ' ',
    ),
  dimensions: 3,
  up: 1,
  joints: {
    head: 3,
    neck: 2,
    pelvis: 0,
    ...sides({
      shoulder: [4, 8],
      elbow: [5, 9],
      wrist: [6, 10],
      hip: [12, 16],
      knee: [13, 17],
      ankle: [14, 18],
      toe: [15, 19],
    }),
  },
};

/**
 * The 23 points of the ski jumps in the order of their files, which only number them. The body parts follow from the edges
 * and lengths of the skeleton. Shoulder 3 is on the side of hip 17 (their offsets from the middle correlate at 0.96); that
 * this is the right side is an assumption taken from OpenPose, which lists the right arm first.
 */
const SKI_JUMP_23: PoseLayout = {
  name: 'skijump-23',
  points:
    'head left_shoulder right_shoulder right_elbow right_wrist left_elbow left_wrist pelvis left_hip left_knee left_ankle right_hip right_knee right_ankle right_toe right_heel left_toe left_heel neck left_ski_tip left_ski_tail right_ski_tail right_ski_tip'.split(
      ' ',
    ),
  dimensions: 2,
  up: -1,
  joints: {
    head: 0,
    neck: 18,
    pelvis: 7,
    ...sides({
      shoulder: [1, 2],
      elbow: [5, 3],
      wrist: [6, 4],
      hip: [8, 11],
      knee: [9, 12],
      ankle: [10, 13],
      heel: [17, 15],
      toe: [16, 14],
    }),
  },
};

export const LAYOUT_NAMES = ['mediapipe-33', 'coco-17', 'kinect-22', 'kinect-25', 'skijump-23'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

export const LAYOUTS: Readonly<Record<LayoutName, PoseLayout>> = {
  'mediapipe-33': MEDIAPIPE_33,
  'coco-17': COCO_17,
  'kinect-22': KINECT_22,
  'kinect-25': KINECT_25,
  'skijump-23': SKI_JUMP_23,
};

/** @throws INVALID_INPUT for an unknown name, with the names that exist */
export function layoutOf(name: string): PoseLayout {
  const layout = (LAYOUTS as Record<string, PoseLayout | undefined>)[name];
  if (layout && Object.hasOwn(LAYOUTS, name)) return layout;
  throw new TouchlineError(
    'INVALID_INPUT',
    `There is no pose layout ${name}: use one of ${LAYOUT_NAMES.join(', ')}.`,
  );
}
