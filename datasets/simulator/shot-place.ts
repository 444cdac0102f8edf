import type { Random } from '../../platform/random.ts';

/** Position in tenths of a foot from the rim: x across the floor, positive to the right; y along it. */
export interface Place {
  x: number;
  y: number;
}

/**
 * Distance from the rim in feet.
 * @example
 * feetFromRim({ x: 30, y: 40 }); // => 5
 */
export const feetFromRim = ({ x, y }: Place): number => Math.hypot(x, y) / 10;

/**
 * Whether a shot counts three points. The line is 22 ft from the middle in the corners, up to 14 ft from the baseline, and
 * 23.75 ft from the rim elsewhere.
 * @example
 * isThree({ x: 221, y: 0 }); // => true
 * isThree({ x: 0, y: 230 }); // => false
 */
export function isThree(place: Place): boolean {
  return place.y <= 87.5 ? Math.abs(place.x) >= 220 : feetFromRim(place) >= 23.75;
}

/** The three zone columns of a place in the league's words. */
export function zonesOf(place: Place): { basic: string; area: string; range: string } {
  const { x, y } = place;
  const feet = feetFromRim(place);
  if (y > 417.5) return { basic: 'Backcourt', area: 'Back Court(BC)', range: 'Back Court Shot' };
  const range =
    feet < 8
      ? 'Less Than 8 ft.'
      : feet < 16
        ? '8-16 ft.'
        : feet < 24 && !isThree(place)
          ? '16-24 ft.'
          : '24+ ft.';
  return { basic: basicZone(place), area: feet < 8 ? 'Center(C)' : areaOf(x, y), range };
}

function basicZone(place: Place): string {
  if (isThree(place)) {
    if (place.y > 87.5) return 'Above the Break 3';
    return place.x < 0 ? 'Left Corner 3' : 'Right Corner 3';
  }
  if (feetFromRim(place) < 4) return 'Restricted Area';
  return Math.abs(place.x) <= 80 && place.y <= 137.5 ? 'In The Paint (Non-RA)' : 'Mid-Range';
}

function areaOf(x: number, y: number): string {
  const degrees = (Math.atan2(x, Math.max(0, y)) * 180) / Math.PI;
  if (Math.abs(degrees) < 18) return 'Center(C)';
  const side = degrees < 0 ? 'Left' : 'Right';
  const short = degrees < 0 ? 'L' : 'R';
  return Math.abs(degrees) < 54 ? `${side} Side Center(${short}C)` : `${side} Side(${short})`;
}

/**
 * Draws the place of a shot: at the rim, near it, from mid-range, from behind the line, or a heave at the buzzer.
 * @param outside 0–1, the player's preference for shots from outside.
 */
export function drawPlace(outside: number, random: Random): Place {
  const kind = random.uniform();
  const rim = 0.42 - 0.26 * outside;
  const paint = rim + 0.16;
  const middle = paint + 0.24 - 0.12 * outside;
  const around = (feet: number, widest: number): Place => {
    const angle = (2 * random.uniform() - 1) * widest;
    return onFloor(10 * feet * Math.sin(angle), 10 * feet * Math.cos(angle));
  };
  if (kind < rim) return around(Math.min(3.9, Math.abs(1.6 * random.normal())), 1.9);
  if (kind < paint) return around(4 + 6 * random.uniform(), 1.4);
  if (kind < middle) return around(10 + 11.5 * random.uniform(), 1.5);
  if (kind > 0.998) return onFloor(180 * (2 * random.uniform() - 1), 430 + 250 * random.uniform());
  if (random.uniform() < 0.24) {
    const side = random.uniform() < 0.5 ? -1 : 1;
    return onFloor(side * (221 + 15 * random.uniform()), -20 + 105 * random.uniform());
  }
  return around(23.9 + Math.abs(1.6 * random.normal()), 1.1);
}

function onFloor(x: number, y: number): Place {
  return { x: Math.round(Math.min(249, Math.max(-249, x))), y: Math.round(Math.max(-45, y)) };
}
