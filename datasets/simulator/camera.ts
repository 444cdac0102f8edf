import type { Random } from '../../platform/random.ts';
import type { Frame } from '../records/pose-sequence.ts';
import type { Vector } from './skeleton.ts';

/** Where a clip is filmed from and how accurately its points are detected. */
export interface Camera {
  /** Degrees about the vertical; at 0 the athlete is seen from the side, facing right. */
  yaw: number;
  pitch: number;
  /** Length of one metre in heights of the image. */
  scale: number;
  /** Standard deviation of a point in metres; `depth` times as large along the line of sight. */
  noise: number;
  depth: number;
  /** Standard deviation of the camera's rotation by shaking, in degrees. */
  shake: number;
  /** Probability per frame that a point is lost for some frames. */
  loss: number;
}

export function drawCamera(random: Random): Camera {
  return {
    yaw: (random.uniform() < 0.5 ? 0 : 180) + 12 * random.normal(),
    pitch: 2 + 3 * random.normal(),
    scale: 0.38 * (1 + 0.08 * random.normal()),
    noise: 0.007 * (0.8 + 0.4 * random.uniform()),
    depth: 1.6,
    shake: 0.25,
    loss: 0.0015,
  };
}

const RADIANS = Math.PI / 180;
const round = (value: number) => Math.round(value * 1e4) / 1e4;

/** Projects bodies in metres as MediaPipe returns them: shares of the image, y down, z in the scale of x, visibility. */
export function film(bodies: readonly Vector[][], camera: Camera, random: Random): Frame[] {
  const lost = new Int32Array(bodies[0].length);
  let driftX = 0;
  let driftY = 0;
  return bodies.map((body) => {
    const yaw = (camera.yaw + camera.shake * random.normal()) * RADIANS;
    const pitch = (camera.pitch + camera.shake * random.normal()) * RADIANS;
    driftX = 0.9 * driftX + 0.002 * random.normal();
    driftY = 0.9 * driftY + 0.002 * random.normal();
    return body.map(([x, y, z], p) => {
      const side = x * Math.cos(yaw) + z * Math.sin(yaw);
      const away = z * Math.cos(yaw) - x * Math.sin(yaw);
      const height = y * Math.cos(pitch) - away * Math.sin(pitch);
      const depth = away * Math.cos(pitch) + y * Math.sin(pitch);
      if (lost[p] > 0) lost[p]--;
      else if (random.uniform() < camera.loss) lost[p] = 1 + random.integer(5);
      // A point that is not visible is guessed with a larger error.
      const noise = camera.noise * (lost[p] > 0 ? 6 : 1);
      return [
        round(0.5 + driftX + camera.scale * (side + noise * random.normal())),
        round(0.88 + driftY - camera.scale * (height + noise * random.normal())),
        round(camera.scale * (depth + camera.depth * noise * random.normal())),
        round(lost[p] > 0 ? 0.1 + 0.3 * random.uniform() : 0.8 + 0.19 * random.uniform()),
      ];
    });
  });
}
