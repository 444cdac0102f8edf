import { z } from 'zod';

/** Points that a shot counts: 2 or 3, or 0 if the source has another type. */
export type ShotType = 0 | 2 | 3;

/** The seven zones of the floor, from the rim outwards. */
export const SHOT_ZONES = [
  'restricted-area',
  'paint',
  'mid-range',
  'left-corner-3',
  'right-corner-3',
  'above-the-break-3',
  'backcourt',
] as const;
export type ShotZone = (typeof SHOT_ZONES)[number];

const finite = (low: number, high: number) => z.number().min(low).max(high);

/**
 * What is known before the ball leaves the hand. Features are computed from this type only, so that no consequence of the
 * outcome can leak into them. Fields that a source lacks are absent.
 */
export const shotSituationSchema = z.strictObject({
  /** Player's id in the source. */
  player: z.string().min(1).max(64),
  /** 1–4, overtimes from 5. */
  period: z.int().min(1).max(10).optional(),
  /** Seconds left in the period. */
  seconds: finite(0, 720).optional(),
  /** From the shooter to the rim, in metres. */
  distance: finite(0, 28.7).optional(),
  shotType: z.union([z.literal(0), z.literal(2), z.literal(3)]),
  /** Shooter's team minus opponent before the shot, in points. */
  margin: z.int().min(-150).max(150).optional(),
  /** Whether the shooter's team plays at home. */
  home: z.boolean().optional(),
  /** Across the floor from the rim, in tenths of a foot, right positive. */
  x: finite(-250, 250).optional(),
  /** Along the floor from the rim, in tenths of a foot. */
  y: finite(-60, 900).optional(),
  zone: z.enum(SHOT_ZONES).optional(),
});
export type ShotSituation = z.infer<typeof shotSituationSchema>;

/** A shot: its position in time, its situation and its outcome. */
export interface Shot {
  /** `<game>-<event>`. */
  id: string;
  /** The league's game number, ten digits. */
  game: string;
  event: number;
  /** ISO date, if the source has one. */
  date?: string;
  situation: ShotSituation;
  /** The scorer's words in lower case. They are chosen after the outcome, so they are only for exploration. */
  action?: string;
  made: boolean;
}

export const METRES_PER_FOOT = 0.3048;

/**
 * A game id with the leading zeros that spreadsheets drop.
 * @example
 * gameId(20000001); // => '0020000001'
 */
export function gameId(raw: string | number): string {
  return String(raw).padStart(10, '0');
}

/**
 * A key that sorts shots in time, with or without a date. Undated games get the name of their season, such as `2015-16`,
 * which sorts between its December and its January; within a season the league's game numbers ascend with time.
 * @example
 * shotOrder({ game: '0021500001', date: '2015-10-27' }); // => '2015-10-27/0021500001'
 * shotOrder({ game: '0021500001' }); // => '2015-16/0021500001'
 */
export function shotOrder(shot: Pick<Shot, 'game' | 'date'>): string {
  if (shot.date !== undefined) return `${shot.date}/${shot.game}`;
  const short = Number(shot.game.slice(3, 5));
  const year = short >= 46 ? 1900 + short : 2000 + short;
  return `${year}-${String((year + 1) % 100).padStart(2, '0')}/${shot.game}`;
}
