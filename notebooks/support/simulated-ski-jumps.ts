import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layoutOf } from '../../datasets/poses/layouts.ts';
import { drawExperts, scorePanel } from '../../datasets/simulator/panel.ts';
import { type Random, seeded } from '../../platform/random.ts';
import { groupBy } from './tables.ts';

const JUMPS = 80;
const WITH_POSES = 60;
const ATHLETES = 25;
const FRAMES = 60;
const SEATS = ['a', 'b', 'c', 'd', 'e'];

/**
 * Simulated ski jumps in the layout of the real folder: `judges.csv` and COCO keypoints. Five judges observe the same
 * quality with independent noise. Quality is independent of distance and poses, so any association that an analysis finds
 * is spurious.
 */
export async function simulateSkiJumps(folder: string, seed: number): Promise<void> {
  const random = seeded(seed, 'ski jumps');
  const jumps = Array.from({ length: JUMPS }, (_, i) => ({
    id: `jump${i + 1}`,
    quality: 8.7 + 0.4 * random.normal(),
  }));
  const judges = drawExperts(SEATS.length, random).map((judge) => ({
    ...judge,
    bias: 0.05 * judge.bias,
    spread: 0.2,
  }));
  const options = { missing: 0, repeats: 0, step: 0.25 };
  const marks = groupBy(
    scorePanel(
      jumps.map(({ id, quality }) => ({ id, quality })),
      judges,
      random,
      options,
    ),
    (score) => score.action,
  );
  const lines = jumps.map(({ id }, i) => {
    const hill = [90, 120, 125, 200][random.integer(4)];
    const distance = (hill * (0.95 + 0.1 * random.normal())).toFixed(1);
    const speed = (86 + 0.06 * hill + random.normal()).toFixed(1);
    const own = judges.map(({ rater }) => 2 * marks.get(id)!.find((score) => score.rater === rater)!.score);
    return [id, `athlete-${1 + (i % ATHLETES)}`, '20250101', hill, distance, speed, ...own].join(',');
  });
  const head = 'jump,athlete_code,date,hill_k_m,distance_m,takeoff_speed_kmh';
  await writeFile(
    join(folder, 'judges.csv'),
    `${[`${head},${SEATS.map((seat) => `judge_${seat}`)}`, ...lines].join('\n')}\n`,
  );
  for (const { id } of jumps.slice(0, WITH_POSES)) {
    await writeFile(join(folder, `simulated_${id}.coco.json`), JSON.stringify(coco(random)));
  }
}

function coco(random: Random) {
  const { points } = layoutOf('skijump-23');
  const habit = Array.from({ length: 4 }, () => random.normal());
  const frames = Array.from({ length: FRAMES }, (_, f) => flight(f / FRAMES, habit, random));
  return {
    images: frames.map((_, f) => ({ id: f, file_name: `${String(f).padStart(4, '0')}.png` })),
    categories: [{ id: 1, keypoints: points }],
    annotations: frames.map((joints, f) => ({
      image_id: f,
      category_id: 1,
      keypoints: points.flatMap((point) => [...joints[point], 2]),
    })),
  };
}

type Place = [x: number, y: number];

/** One frame, seen from the side, of a jumper who flies to the right and straightens up before landing; y points down. */
function flight(time: number, habit: readonly number[], random: Random): Record<string, Place> {
  const jitter = () => 0.004 * random.normal();
  const from = ([x, y]: Place, degrees: number, length: number): Place => [
    x + length * Math.cos((degrees * Math.PI) / 180) + jitter(),
    y - length * Math.sin((degrees * Math.PI) / 180) + jitter(),
  ];
  const upright = time ** 3;
  const lean = 18 + 3 * habit[0] + 60 * upright;
  const legs = 200 + 2 * habit[1] + 55 * upright;
  const ski = 12 + 2 * habit[2];
  const opening = (14 + 2 * habit[3]) * (1 - upright);
  const pelvis: Place = [0.5, 0.5];
  const neck = from(pelvis, lean, 0.2);
  const joints: Record<string, Place> = { pelvis, neck, head: from(neck, lean + 10, 0.06) };
  for (const [side, sign] of [
    ['left', 1],
    ['right', -1],
  ] as const) {
    const shoulder = from(neck, lean + 90, 0.01 * sign);
    const elbow = from(shoulder, lean + 185, 0.1);
    const hip = from(pelvis, legs + 90, 0.01 * sign);
    const knee = from(hip, legs + 3 * sign, 0.14);
    const ankle = from(knee, legs - 8, 0.14);
    const tip = ski + (opening * sign) / 2;
    Object.assign(joints, {
      [`${side}_shoulder`]: shoulder,
      [`${side}_elbow`]: elbow,
      [`${side}_wrist`]: from(elbow, lean + 180, 0.09),
      [`${side}_hip`]: hip,
      [`${side}_knee`]: knee,
      [`${side}_ankle`]: ankle,
      [`${side}_heel`]: from(ankle, tip + 180, 0.03),
      [`${side}_toe`]: from(ankle, tip, 0.06),
      [`${side}_ski_tip`]: from(ankle, tip, 0.3),
      [`${side}_ski_tail`]: from(ankle, tip + 180, 0.2),
    });
  }
  return joints;
}
