import { z } from 'zod';
import { playsAtHome } from './nba-teams.ts';
import { gameId, METRES_PER_FOOT, type Shot, type ShotType, shotSituationSchema } from './shot.ts';
import { combineZone } from './shot-zone.ts';

/** Text or numbers, as in CSV and JSON; empty means unknown. */
const text = z
  .union([z.string(), z.number().finite(), z.null()])
  .transform((value) => (value === null ? '' : String(value).trim()))
  .optional();
const required = (name: string) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    const trimmed = String(value).trim();
    if (trimmed === '') context.addIssue({ code: 'custom', message: `${name} is empty` });
    return trimmed;
  });
const digits = (name: string) =>
  required(name).refine((value) => /^\d{1,12}$/.test(value), { message: `${name} is not a whole number` });
const number = (low: number, high: number) =>
  z
    .union([z.string(), z.number(), z.null()])
    .transform((value, context) => {
      if (value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
      const parsed = Number(value);
      if (!Number.isFinite(parsed)) context.addIssue({ code: 'custom', message: 'is not a finite number' });
      else if (parsed < low || parsed > high) {
        context.addIssue({ code: 'custom', message: `is not between ${low} and ${high}` });
      }
      return parsed;
    })
    .optional();
const whole = (low: number, high: number) =>
  number(low, high).refine((value) => value === undefined || Number.isInteger(value), {
    message: 'is not a whole number',
  });

/** The 22 columns, in the order of the file. A shifted line is detected, since every column restricts its values. */
export const shotColumnsSchema = z.object({
  'Game ID': digits('Game ID'),
  'Game Event ID': digits('Game Event ID'),
  'Player ID': digits('Player ID'),
  'Player Name': text,
  'Team ID': text,
  'Team Name': text,
  Period: whole(1, 10),
  'Minutes Remaining': whole(0, 12),
  'Seconds Remaining': number(0, 59.999),
  'Action Type': text,
  'Shot Type': text,
  'Shot Zone Basic': text,
  'Shot Zone Area': text,
  'Shot Zone Range': text,
  'Shot Distance': number(0, 94),
  'X Location': number(-250, 250),
  'Y Location': number(-60, 900),
  'Shot Made Flag': required('Shot Made Flag').refine((value) => value === '0' || value === '1', {
    message: 'is neither 0 nor 1',
  }),
  'Game Date': text.refine((value) => !value || /^\d{8}$|^\d{4}-\d\d-\d\d$/.test(value), {
    message: 'is not a date (YYYYMMDD)',
  }),
  'Home Team': text,
  'Away Team': text,
  'Season Type': text,
});
export type ShotColumns = z.infer<typeof shotColumnsSchema>;

/** Names of the 22 columns, in the order of the file. */
export const SHOT_COLUMNS = Object.keys(shotColumnsSchema.shape);

const known = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

function typeOf(raw: string | undefined): ShotType {
  if (raw?.startsWith('3PT')) return 3;
  return raw?.startsWith('2PT') ? 2 : 0;
}

/**
 * Makes a shot of one row: total seconds, type 2/3/0, metres, one zone. Missing numbers stay absent; models impute them
 * with the median of their training rows.
 */
export function shotFromColumns(row: ShotColumns): Shot {
  const game = gameId(row['Game ID']);
  const event = Number(row['Game Event ID']);
  const shotType = typeOf(row['Shot Type']);
  const minutes = row['Minutes Remaining'];
  const seconds = row['Seconds Remaining'];
  const feet = row['Shot Distance'];
  const date = known(row['Game Date'])?.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  const action = known(row['Action Type'])?.toLowerCase();
  return {
    id: `${game}-${event}`,
    game,
    event,
    ...(date !== undefined && { date }),
    situation: shotSituationSchema.parse({
      player: row['Player ID'],
      period: row.Period,
      seconds:
        minutes === undefined || seconds === undefined ? undefined : Math.min(720, minutes * 60 + seconds),
      distance: feet === undefined ? undefined : Math.min(28.7, feet * METRES_PER_FOOT),
      shotType,
      home: playsAtHome(row['Team ID'] ?? '', known(row['Home Team']), known(row['Away Team'])),
      x: row['X Location'],
      y: row['Y Location'],
      zone: combineZone(
        known(row['Shot Zone Basic']),
        known(row['Shot Zone Area']),
        known(row['Shot Zone Range']),
        shotType,
      ),
    }),
    ...(action !== undefined && { action }),
    made: row['Shot Made Flag'] === '1',
  };
}
