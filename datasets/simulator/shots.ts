import { TouchlineError } from '../../platform/errors.ts';
import { type Random, seeded } from '../../platform/random.ts';
import type { ShotColumns } from '../records/shot-columns.ts';
import { drawPlace, feetFromRim, isThree, type Place, zonesOf } from './shot-place.ts';

/** A row as in the league's files: 22 columns of text. */
export type ShotRow = Record<ShotColumn, string>;

type ShotColumn = keyof ShotColumns;

/** Fictional. */
const TEAMS = [
  ['Amberford', 'Anvils', 'AMB'],
  ['Brackwater', 'Beacons', 'BRW'],
  ['Cinderhill', 'Comets', 'CIN'],
  ['Dunmere', 'Drakes', 'DUN'],
  ['Eastvale', 'Embers', 'EVA'],
  ['Foxbridge', 'Falcons', 'FOX'],
  ['Greyport', 'Gales', 'GRE'],
  ['Hollowell', 'Harriers', 'HOL'],
  ['Ironmoor', 'Ibexes', 'IRO'],
  ['Juniper Bay', 'Jets', 'JUN'],
  ['Kestrel Point', 'Knights', 'KES'],
  ['Larkspur', 'Lynxes', 'LAR'],
] as const;
const PLAYERS_PER_TEAM = 9;
const FIRST = [
  'Aldo',
  'Bram',
  'Corin',
  'Dax',
  'Edric',
  'Fenn',
  'Galo',
  'Hollis',
  'Ivo',
  'Jory',
  'Kael',
  'Lorn',
];
const LAST = [
  'Ashgrove',
  'Brindle',
  'Coppersmith',
  'Dunwick',
  'Elmstead',
  'Farrowby',
  'Gorsefield',
  'Hawkmere',
  'Inglemoor',
];

/** Traits of a player, which depend only on the id. */
interface Player {
  /** Added to the log-odds of every shot. */
  skill: number;
  /** Added to the log-odds of shots from behind the line. */
  range: number;
  /** Preference for shots from outside, 0–1. */
  outside: number;
}

function playerOf(id: string): Player {
  const random = seeded(0, `player-${id}`);
  return { skill: 0.22 * random.normal(), range: 0.18 * random.normal(), outside: random.uniform() };
}

/** Log-odds of an average player: high at the rim, flat from five feet on, falling behind the line. */
function byDistance(place: Place): number {
  const feet = feetFromRim(place);
  const near = 1.25 * Math.exp(-0.5 * (feet / 2.6) ** 2);
  const far = feet > 22 ? 0.055 * (feet - 22) : 0;
  const corner = isThree(place) && place.y <= 87.5 ? 0.16 : 0;
  return -0.35 - 0.008 * feet + near - far + corner - (feet > 40 ? 2 : 0);
}

/**
 * The probability with which a simulated shot goes in. It depends on distance, corner, buzzer, fatigue over the periods, and
 * the player, but not on zones and action words.
 */
export function trueProbability(row: ShotRow): number {
  const place = { x: Number(row['X Location']), y: Number(row['Y Location']) };
  const player = playerOf(row['Player ID']);
  const seconds = 60 * Number(row['Minutes Remaining']) + Number(row['Seconds Remaining']);
  const logOdds =
    byDistance(place) +
    player.skill +
    (isThree(place) ? player.range : 0) -
    0.45 * Math.exp(-seconds / 5) -
    0.03 * (Number(row.Period) - 1);
  return 1 / (1 + Math.exp(-logOdds));
}

/** The scorer's words, which depend only on the place. */
function actionAt(place: Place, random: Random): string {
  const feet = feetFromRim(place);
  const pick = random.uniform();
  if (feet < 4) return pick < 0.2 ? 'Dunk Shot' : pick < 0.65 ? 'Layup Shot' : 'Driving Layup Shot';
  if (feet < 12) return pick < 0.4 ? 'Hook Shot' : pick < 0.6 ? 'Floating Jump Shot' : 'Jump Shot';
  return pick < 0.25 ? 'Pullup Jump Shot' : 'Jump Shot';
}

export interface ShotSimulation {
  /** At most 1,230, the number of games of a season. */
  games: number;
  shotsPerGame: number;
  seed: number;
}

export interface SimulatedShots {
  /** Shots in order of time, game by game. */
  rows: ShotRow[];
  truth: {
    /** One per row. */
    probability: Float64Array;
    /** Mean log loss of the true probabilities on these outcomes, which no model can be expected to beat. */
    logLoss: number;
  };
}

/**
 * Shots of fictional teams, with the true probability of each.
 * @throws INVALID_INPUT if a count is not a whole number in its range
 * @example
 * const { rows, truth } = simulateShots({ games: 2, shotsPerGame: 30, seed: 1 });
 * [rows.length, truth.probability.length]; // => [60, 60]
 */
export function simulateShots({ games, shotsPerGame, seed }: ShotSimulation): SimulatedShots {
  for (const [name, count, most] of [
    ['games', games, 1_230],
    ['shotsPerGame', shotsPerGame, 400],
  ] as const) {
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw new TouchlineError(
        'INVALID_INPUT',
        `${name} must be a whole number from 1 to ${most}, not ${count}.`,
      );
  }
  const rows: ShotRow[] = [];
  for (let game = 0; game < games; game++) rows.push(...simulateGame(game, shotsPerGame, seed));
  const probability = Float64Array.from(rows, trueProbability);
  const losses = rows.map(
    (row, i) => -Math.log(row['Shot Made Flag'] === '1' ? probability[i] : 1 - probability[i]),
  );
  const logLoss = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return { rows, truth: { probability, logLoss } };
}

function simulateGame(game: number, shots: number, seed: number): ShotRow[] {
  const random = seeded(seed, `game-${game}`);
  const home = random.integer(TEAMS.length);
  const away = (home + 1 + random.integer(TEAMS.length - 1)) % TEAMS.length;
  const date = new Date(Date.UTC(2025, 9, 21) + Math.floor(game / 8) * 86_400_000);
  // Seconds since the start of the game, ascending; some shots are taken at the end of a period.
  const clock = Array.from({ length: shots }, () =>
    random.uniform() < 0.03 ? 720 * (1 + random.integer(4)) - 4 * random.uniform() : 2_880 * random.uniform(),
  ).sort((a, b) => a - b);
  return clock.map((played, i) => {
    const team = random.uniform() < 0.5 ? home : away;
    const number = team * PLAYERS_PER_TEAM + random.integer(PLAYERS_PER_TEAM);
    const id = String(7_000 + number);
    const place = drawPlace(playerOf(id).outside, random);
    const period = Math.min(4, 1 + Math.floor(played / 720));
    const left = Math.min(719, Math.floor(720 * period - played));
    const zones = zonesOf(place);
    const row: ShotRow = {
      'Game ID': `00225${String(game + 1).padStart(5, '0')}`,
      'Game Event ID': String(4 + 5 * i + random.integer(5)),
      'Player ID': id,
      'Player Name': `${FIRST[number % FIRST.length]} ${LAST[Math.floor(number / FIRST.length) % LAST.length]}`,
      'Team ID': String(9_000 + team),
      'Team Name': `${TEAMS[team][0]} ${TEAMS[team][1]}`,
      Period: String(period),
      'Minutes Remaining': String(Math.floor(left / 60)),
      'Seconds Remaining': String(left % 60),
      'Action Type': actionAt(place, random),
      'Shot Type': isThree(place) ? '3PT Field Goal' : '2PT Field Goal',
      'Shot Zone Basic': zones.basic,
      'Shot Zone Area': zones.area,
      'Shot Zone Range': zones.range,
      'Shot Distance': String(Math.floor(feetFromRim(place))),
      'X Location': String(place.x),
      'Y Location': String(place.y),
      'Shot Made Flag': '0',
      'Game Date': date.toISOString().slice(0, 10).replaceAll('-', ''),
      'Home Team': TEAMS[home][2],
      'Away Team': TEAMS[away][2],
      'Season Type': 'Regular Season',
    };
    if (random.uniform() < trueProbability(row)) row['Shot Made Flag'] = '1';
    return row;
  });
}
