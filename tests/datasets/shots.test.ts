import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { playerRate } from '../../datasets/features/player-rate.ts';
import { shotFeatures } from '../../datasets/features/shots.ts';
import { playsAtHome } from '../../datasets/records/nba-teams.ts';
import { gameId, type Shot, shotOrder } from '../../datasets/records/shot.ts';
import { SHOT_COLUMNS, shotColumnsSchema, shotFromColumns } from '../../datasets/records/shot-columns.ts';
import {
  isShot,
  type PlayByPlayEvent,
  scoreOf,
  shotFromEvent,
} from '../../datasets/records/shot-play-by-play.ts';
import { combineZone } from '../../datasets/records/shot-zone.ts';
import { playByPlay } from '../../etl/sources/play-by-play.ts';
import { parsed, type Row, toCsv } from '../etl/fixtures.ts';
import { type EventRow, flipShot, simulateGame } from './play-by-play.ts';

const EVENTS = '../shared/data/nba-shots-2015/events';

async function shotsOf(rows: readonly EventRow[]): Promise<Shot[]> {
  const all = await parsed(playByPlay, 'game.csv', toCsv(rows));
  return all.map((one) => {
    if (one.raw !== undefined) throw new Error(`${one.reject}: ${one.raw}`);
    return one.record;
  });
}

/** Everything that a model reads of a shot: plain columns and inputs of fitted features. */
const seen = ({ situation }: Shot) => [shotFeatures.extract(situation), shotFeatures.inputs!(situation)];

/** Flips every shot of a game separately and compares what the model reads of it. */
async function flipEach(rows: readonly EventRow[], indices: readonly number[]): Promise<number> {
  const shots = await shotsOf(rows);
  const places = rows.flatMap((row, i) => (isShot(row as unknown as PlayByPlayEvent) ? [i] : []));
  let flipped = 0;
  for (const index of indices) {
    const before = rows
      .slice(0, places[index])
      .map((row) => scoreOf(row.SCORE))
      .findLast(Boolean) ?? { home: 0, visitor: 0 };
    // Later lines do not concern the shot and need not be read.
    const until = rows.slice(0, places[index] + 1);
    for (const extra of [false, true]) {
      const other = (await shotsOf(flipShot(until, places[index], before, extra)))[index];
      expect(other.made).toBe(!shots[index].made);
      expect(seen(other)).toEqual(seen(shots[index]));
      flipped++;
    }
  }
  return flipped;
}

describe('the outcome of a shot does not leak into its features', () => {
  it('for every shot of simulated games with the opposite outcome', async () => {
    for (const seed of [1, 2]) {
      const rows = simulateGame('0029900001', 80, seed);
      const shots = await shotsOf(rows);
      expect(shots.some((shot) => shot.made) && shots.some((shot) => !shot.made)).toBe(true);
      expect(await flipEach(rows, [...shots.keys()])).toBe(2 * shots.length);
    }
  });

  it.skipIf(!existsSync(EVENTS))(`for shots of real games (needs ${EVENTS})`, async () => {
    for (const file of readdirSync(EVENTS).sort().slice(0, 3)) {
      const rows = parse(gunzipSync(readFileSync(`${EVENTS}/${file}`)), { columns: true }) as EventRow[];
      const count = rows.filter((row) => isShot(row as unknown as PlayByPlayEvent)).length;
      const every = Array.from({ length: Math.floor(count / 15) }, (_, i) => 15 * i);
      expect(await flipEach(rows, every)).toBeGreaterThan(15);
    }
  });

  it('although every column that reveals the outcome is changed', () => {
    const rows = simulateGame('0029900001', 120, 1);
    const changed = new Set<string>();
    rows.forEach((row, i) => {
      if (!isShot(row as unknown as PlayByPlayEvent)) return;
      const flipped = flipShot(rows, i, { home: 3, visitor: 3 }, true)[i];
      for (const column of Object.keys(row)) if (row[column] !== flipped[column]) changed.add(column);
    });
    const told = [
      'EVENTMSGTYPE',
      'EVENTMSGACTIONTYPE',
      'HOMEDESCRIPTION',
      'VISITORDESCRIPTION',
      'SCORE',
      'SCOREMARGIN',
    ];
    const others = ['PERSON2TYPE', 'PLAYER2_ID', 'PLAYER2_NAME', 'PERSON3TYPE', 'PLAYER3_ID', 'PLAYER3_NAME'];
    expect([...changed].sort()).toEqual([...told, ...others].sort());
  });
});

describe('a line of play-by-play', () => {
  const line = (changes: Partial<PlayByPlayEvent>): PlayByPlayEvent => ({
    GAME_ID: '0021500007',
    EVENTNUM: '31',
    EVENTMSGTYPE: '1',
    PERIOD: '2',
    PCTIMESTRING: '4:05',
    HOMEDESCRIPTION: "Ashgrove 13' Pull-Up Jumper (2 PTS) (Dunwick 1 AST)",
    VISITORDESCRIPTION: '',
    SCORE: '20 - 24',
    PERSON1TYPE: '4.0',
    PLAYER1_ID: '42',
    ...changes,
  });
  const before = { visitor: 20, home: 22 };

  it('becomes a shot', () => {
    expect(shotFromEvent(line({}), before)).toEqual({
      id: '0021500007-31',
      game: '0021500007',
      event: 31,
      situation: {
        player: '42',
        period: 2,
        seconds: 245,
        distance: 13 * 0.3048,
        shotType: 2,
        margin: 2,
        home: true,
      },
      action: 'pullup jump',
      made: true,
    });
  });

  it("takes text and margin of the visitor for a visitor's shot", () => {
    const shot = shotFromEvent(
      line({
        PERSON1TYPE: '5',
        VISITORDESCRIPTION: 'MISS Dunwick 3PT Step Back Jump Shot',
        HOMEDESCRIPTION: 'Ashgrove BLOCK (1 BLK)',
        EVENTMSGTYPE: '2',
      }),
      before,
    ) as Shot;
    expect(shot.made).toBe(false);
    // A distance that is not printed is 22 feet, on the line.
    expect(shot.situation).toMatchObject({ distance: 22 * 0.3048, shotType: 3, margin: -2, home: false });
  });

  it('takes a missing distance as 0, also after names with apostrophes', () => {
    const shot = shotFromEvent(line({ HOMEDESCRIPTION: "D'Elmstead  Dunk (2 PTS)" }), before) as Shot;
    expect(shot.situation.distance).toBe(0);
    expect(shot.action).toBe('dunk');
  });

  it.each([
    [{ PERSON1TYPE: '1' }, /not on one of the teams/],
    [{ HOMEDESCRIPTION: '' }, /no text/],
    [{ PCTIMESTRING: '13:00' }, /clock/],
    [{ PCTIMESTRING: '' }, /clock/],
    [{ PERIOD: '0' }, /period/],
    [{ PLAYER1_ID: '0' }, /shooter has no id/],
    [{ GAME_ID: '' }, /game has no id/],
    [{ EVENTNUM: 'x' }, /event has no number/],
    [{ HOMEDESCRIPTION: "Ashgrove 99' Jump Shot (3 PTS)" }, /longer than the floor/],
  ])('rejects the line with %j', (changes, reason) => {
    expect(shotFromEvent(line(changes), before)).toEqual({ reject: expect.stringMatching(reason) });
  });
});

describe('22 columns', () => {
  const row: Row = Object.fromEntries(SHOT_COLUMNS.map((name) => [name, '']));
  Object.assign(row, {
    'Game ID': '29700427',
    'Game Event ID': '389',
    'Player ID': '100',
    'Team ID': '1610612764',
    Period: '4',
    'Minutes Remaining': '11',
    'Seconds Remaining': '22',
    'Shot Type': '2PT Field Goal',
    'Shot Zone Basic': 'Mid-Range',
    'Shot Zone Area': 'Right Side(R)',
    'Shot Zone Range': '8-16 ft.',
    'Shot Distance': '15',
    'X Location': '117',
    'Y Location': '109',
    'Shot Made Flag': '1',
    'Game Date': '19980102',
    'Home Team': 'WAS',
    'Away Team': 'IND',
  });
  const clean = (changes: Record<string, unknown>) =>
    shotFromColumns(shotColumnsSchema.parse({ ...row, ...changes }));

  it('become total seconds, type, metres and one zone', () => {
    expect(SHOT_COLUMNS).toHaveLength(22);
    const shot = clean({});
    expect(shot).toMatchObject({ id: '0029700427-389', game: '0029700427', date: '1998-01-02', made: true });
    expect(shot.situation).toEqual({
      player: '100',
      period: 4,
      seconds: 682,
      distance: 15 * 0.3048,
      shotType: 2,
      home: true,
      x: 117,
      y: 109,
      zone: 'mid-range',
    });
  });

  it('may hold numbers or text', () => {
    const numbers = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]),
    );
    expect(clean(numbers)).toEqual(clean({}));
  });

  it.each([
    ['3PT Field Goal', 3],
    ['2PT Field Goal', 2],
    ['', 0],
    ['Heave', 0],
  ])('type %s is %i', (text, type) => {
    expect(clean({ 'Shot Type': text }).situation.shotType).toBe(type);
  });

  it('leave missing values unknown', () => {
    const { situation } = clean({ 'Seconds Remaining': '', 'Shot Distance': null, 'Team ID': '9' });
    expect(shotFeatures.extract(situation).map(Number.isNaN)).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('zones', () => {
  it.each([
    ['Restricted Area', undefined, undefined, 2, 'restricted-area'],
    ['Left Corner 3', 'Center(C)', 'Less Than 8 ft.', 2, 'left-corner-3'],
    [undefined, 'Back Court(BC)', undefined, 3, 'backcourt'],
    [undefined, 'Left Side(L)', '24+ ft.', 3, 'left-corner-3'],
    [undefined, 'Right Side(R)', '24+ ft.', 3, 'right-corner-3'],
    [undefined, 'Center(C)', '24+ ft.', 3, 'above-the-break-3'],
    [undefined, 'Center(C)', 'Less Than 8 ft.', 2, 'restricted-area'],
    [undefined, 'Center(C)', '8-16 ft.', 2, 'paint'],
    [undefined, 'Left Side(L)', '16-24 ft.', 2, 'mid-range'],
    [undefined, undefined, undefined, 2, undefined],
    ['Somewhere', undefined, undefined, 2, undefined],
  ] as const)('%s, %s, %s of %i points: %s', (basic, area, range, type, zone) => {
    expect(combineZone(basic, area, range, type)).toBe(zone);
  });

  it('recognise the home team by each of its former names', () => {
    expect([playsAtHome('1610612760', 'SEA', 'LAL'), playsAtHome('1610612760', 'LAL', 'OKC')]).toEqual([
      true,
      false,
    ]);
    expect([playsAtHome('1610612760', 'BOS', 'LAL'), playsAtHome('1', 'BOS', 'LAL')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

it('shots sort in time, with or without a date', () => {
  const inTime = [
    { game: gameId(29700427), date: '1998-01-02' },
    { game: gameId('0029900010') },
    { game: gameId('0021500001'), date: '2015-10-27' },
    { game: gameId('0021500001') },
    { game: gameId('0021500500') },
    { game: gameId('0021500700'), date: '2016-01-01' },
  ];
  const orders = inTime.map(shotOrder);
  expect([...orders].sort()).toEqual(orders);
});

describe("the player's rate", () => {
  const row = (player: string, shotType: number, group: string, target: number) => ({
    input: { player, shotType },
    group,
    target,
  });
  const rows = [
    ...Array.from({ length: 60 }, (_, i) => row('a', 2, `g${i % 6}`, i % 3 === 0 ? 0 : 1)),
    ...Array.from({ length: 60 }, (_, i) => row('b', 2, `g${i % 6}`, i % 3 === 0 ? 1 : 0)),
    ...Array.from({ length: 20 }, (_, i) => row('a', 3, `g${i % 6}`, i % 4 === 0 ? 1 : 0)),
  ];

  it('is smoothed towards the league with weight 50, per kind of shot, on a grid of 1/1024', () => {
    const state = playerRate.fit(rows);
    const grid = (x: number) => Math.round(1024 * x) / 1024;
    expect(playerRate.apply(state, { player: 'a', shotType: 2 })).toEqual([grid((40 + 50 * 0.5) / 110)]);
    expect(playerRate.apply(state, { player: 'a', shotType: 3 })).toEqual([grid((5 + 50 * 0.25) / 70)]);
    expect(playerRate.apply(state, { player: 'new', shotType: 2 })).toEqual([0.5]);
    expect(playerRate.apply(state, { player: 'constructor', shotType: 3 })).toEqual([0.25]);
    expect(playerRate.apply(state, { player: 'a', shotType: 0 })).toEqual([Number.NaN]);
  });

  it('of a training row does not depend on the outcomes of its own game', () => {
    const before = playerRate.outOfFold(rows, 1);
    const changed = rows.map((one) => (one.group === 'g2' ? { ...one, target: 1 - one.target } : one));
    const after = playerRate.outOfFold(changed, 1);
    rows.forEach((one, i) => {
      if (one.group === 'g2') expect(after[i]).toEqual(before[i]);
    });
    expect(after).not.toEqual(before);
    expect(playerRate.outOfFold(rows, 1)).toEqual(before);
  });
});
