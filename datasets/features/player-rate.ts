import { seeded } from '../../platform/random.ts';
import type { FittedFeature, FittedRow } from './feature-set.ts';

/** Weight of the league's rate, in attempts of the player. */
const PRIOR_WEIGHT = 50;
const FOLDS = 5;

/** What the feature reads of a shot: the shooter and the kind of shot. */
export type PlayerRateInput = { player: string; shotType: number };

type Tally = [attempts: number, made: number];

/** Attempts and makes by kind of shot, for the league and for each player (key `<kind>:<player>`). */
export type PlayerRateState = { league: { [kind: string]: Tally }; players: { [key: string]: Tally } };

const keyOf = (input: PlayerRateInput) => `${input.shotType}:${input.player}`;

function tally(rows: readonly FittedRow[]): PlayerRateState {
  const league = new Map<string, Tally>();
  const players = new Map<string, Tally>();
  const add = (into: Map<string, Tally>, key: string, made: number) => {
    const entry = into.get(key) ?? [0, 0];
    into.set(key, [entry[0] + 1, entry[1] + made]);
  };
  for (const row of rows) {
    const input = row.input as PlayerRateInput;
    add(league, String(input.shotType), row.target);
    add(players, keyOf(input), row.target);
  }
  return { league: Object.fromEntries(league), players: Object.fromEntries(players) };
}

function rate(state: PlayerRateState, input: PlayerRateInput): number {
  const league = Object.hasOwn(state.league, input.shotType) ? state.league[input.shotType] : undefined;
  if (!league) return Number.NaN;
  const prior = league[1] / league[0];
  const key = keyOf(input);
  const [attempts, made] = Object.hasOwn(state.players, key) ? state.players[key] : [0, 0];
  const smoothed = (made + PRIOR_WEIGHT * prior) / (attempts + PRIOR_WEIGHT);
  // A grid of exact float32 values, so that training, ONNX and every other reader take the same branches.
  return Math.round(1024 * smoothed) / 1024;
}

/**
 * Share of the same kind of shot (2 or 3 points) that the player made in training games, smoothed towards the league's.
 * Training rows get it from the other folds of games. If only their own game were left out, the rate would be slightly
 * lower after each game in which the player did well, from which a tree could infer the outcome.
 */
export const playerRate: FittedFeature<PlayerRateState> = {
  name: 'player_rate',
  columns: [
    {
      name: 'player_rate',
      kind: 'numeric',
      description:
        'Share of this kind of shot that the player made in earlier games, smoothed towards the league',
      range: [0, 1],
    },
  ],
  fit: tally,
  apply: (state, input) => [rate(state, input as PlayerRateInput)],
  outOfFold(rows, seed) {
    const groups = [...new Set(rows.map((row) => row.group))].sort();
    const order = seeded(seed, 'player-rate-folds').shuffle(groups);
    const fold = new Map(order.map((group, index) => [group, index % FOLDS]));
    const states = Array.from({ length: FOLDS }, (_, k) =>
      tally(rows.filter((row) => fold.get(row.group) !== k)),
    );
    return rows.map((row) => [rate(states[fold.get(row.group)!], row.input as PlayerRateInput)]);
  },
};
