import type { FeatureColumn } from '../matrix.ts';
import { SHOT_ZONES, type Shot, type ShotSituation } from '../records/shot.ts';
import type { FeatureSet } from './feature-set.ts';
import { playerRate } from './player-rate.ts';

/** Overtimes are too rare to be distinguished. */
const LAST_PERIOD = 5;

const columns: readonly FeatureColumn[] = [
  {
    name: 'distance_m',
    kind: 'numeric',
    description: 'Distance from the shooter to the rim',
    unit: 'm',
    range: [0, 28.7],
    optional: true,
  },
  {
    name: 'shot_type',
    kind: 'numeric',
    description: 'What the shot counts: 2 or 3 points, 0 where the source does not say',
    unit: 'points',
    range: [0, 3],
  },
  {
    name: 'period',
    kind: 'numeric',
    description: 'Period, 5 for every overtime',
    range: [1, LAST_PERIOD],
    optional: true,
  },
  {
    name: 'seconds',
    kind: 'numeric',
    description: 'Time left in the period',
    unit: 's',
    range: [0, 720],
    optional: true,
  },
  {
    name: 'margin',
    kind: 'numeric',
    description: "Lead of the shooter's team before the shot",
    unit: 'points',
    range: [-150, 150],
    optional: true,
  },
  {
    name: 'home',
    kind: 'categorical',
    description: "Whether the shooter's team plays at home",
    categories: ['away', 'home'],
    optional: true,
  },
  {
    name: 'x',
    kind: 'numeric',
    description: 'Place across the floor, from the rim, right positive',
    unit: '0.1 ft',
    range: [-250, 250],
    optional: true,
  },
  {
    name: 'y',
    kind: 'numeric',
    description: 'Place along the floor, from the rim',
    unit: '0.1 ft',
    range: [-60, 900],
    optional: true,
  },
  {
    name: 'zone',
    kind: 'categorical',
    description: 'Zone of the floor',
    categories: SHOT_ZONES,
    optional: true,
  },
];

const orMissing = (value: number | undefined) => value ?? Number.NaN;

/** Shots of every source; values that a source lacks are NaN. The scorer's action words are not used. */
export const shotFeatures: FeatureSet<ShotSituation> = {
  name: 'shots',
  version: 1,
  columns,
  extract: (shot) => [
    orMissing(shot.distance),
    shot.shotType,
    shot.period === undefined ? Number.NaN : Math.min(shot.period, LAST_PERIOD),
    orMissing(shot.seconds),
    orMissing(shot.margin),
    shot.home === undefined ? Number.NaN : Number(shot.home),
    orMissing(shot.x),
    orMissing(shot.y),
    shot.zone === undefined ? Number.NaN : SHOT_ZONES.indexOf(shot.zone),
  ],
  fitted: [playerRate],
  inputs: (shot) => ({ player_rate: { player: shot.player, shotType: shot.shotType } }),
};

/** The slices by which reports and the gate compare. */
export function shotSlices(shot: Shot): Record<string, string> {
  const { shotType, period, distance } = shot.situation;
  return {
    type: shotType === 0 ? 'other' : `${shotType}PT`,
    period: period === undefined ? 'unknown' : period >= LAST_PERIOD ? 'overtime' : String(period),
    distance:
      distance === undefined
        ? 'unknown'
        : distance < 2.5
          ? 'under 2.5 m'
          : distance < 6.7
            ? '2.5 to 6.7 m'
            : 'beyond 6.7 m',
  };
}
