import { seeded } from '../../platform/random.ts';

export type EventRow = Record<string, string>;

/** The columns of a play-by-play file. */
const COLUMNS = [
  ...['GAME_ID', 'EVENTNUM', 'EVENTMSGTYPE', 'EVENTMSGACTIONTYPE', 'PERIOD', 'WCTIMESTRING', 'PCTIMESTRING'],
  ...['HOMEDESCRIPTION', 'NEUTRALDESCRIPTION', 'VISITORDESCRIPTION', 'SCORE', 'SCOREMARGIN', 'PERSON1TYPE'],
  ...[
    'PLAYER1_ID',
    'PLAYER1_NAME',
    'PERSON2TYPE',
    'PLAYER2_ID',
    'PLAYER2_NAME',
    'PERSON3TYPE',
    'PLAYER3_ID',
    'PLAYER3_NAME',
  ],
];
/** Fictional. */
const NAMES = ['Ashgrove', "D'Elmstead", 'Dunwick', 'Brindle Jr.', 'Farrow-Bys', 'Hawkmere'];
const ACTIONS = [
  'Driving Layup',
  'Jump Shot',
  'Pull-Up Jumper',
  'Hook Shot',
  'Dunk',
  '3PT Jump Shot',
  '3PT Pull-Up Shot',
];

/** A game of fictional players with shots made, missed, blocked and assisted, free throws, rebounds and fouls. */
export function simulateGame(game: string, events: number, seed: number): EventRow[] {
  const random = seeded(seed, game);
  let score = { home: 0, visitor: 0 };
  const rows: EventRow[] = [];
  for (let i = 0; i < events; i++) {
    const home = random.uniform() < 0.5;
    const shooter = random.integer(NAMES.length);
    const row: EventRow = Object.fromEntries(COLUMNS.map((column) => [column, '']));
    const clock = 720 - Math.floor((720 * (i % (events / 4))) / (events / 4));
    Object.assign(row, {
      GAME_ID: game,
      EVENTNUM: String(2 * i + 1),
      PERIOD: String(1 + Math.floor((4 * i) / events)),
      PCTIMESTRING: `${Math.floor(clock / 60)}:${String(clock % 60).padStart(2, '0')}`,
      PERSON1TYPE: home ? '4.0' : '5.0',
      PLAYER1_ID: String(100 + shooter),
      PLAYER1_NAME: NAMES[shooter],
    });
    const kind = random.uniform();
    if (kind < 0.6) {
      const action = ACTIONS[random.integer(ACTIONS.length)];
      const three = action.startsWith('3PT');
      const printed = random.uniform() < 0.85;
      const feet = three ? 24 + random.integer(4) : 1 + random.integer(20);
      writeShot(
        row,
        `${NAMES[shooter]} ${printed ? `${feet}'` : ''} ${action}`,
        random.uniform() < 0.45,
        score,
        {
          points: three ? 3 : 2,
          other: NAMES[random.integer(NAMES.length)],
          extra: random.uniform() < 0.5,
        },
      );
    } else if (kind < 0.75) {
      row.EVENTMSGTYPE = '3';
      row[home ? 'HOMEDESCRIPTION' : 'VISITORDESCRIPTION'] = `${NAMES[shooter]} Free Throw 1 of 1 (1 PTS)`;
      addPoints(row, home, 1, score);
    } else {
      row.EVENTMSGTYPE = kind < 0.9 ? '4' : '6';
      row[home ? 'HOMEDESCRIPTION' : 'VISITORDESCRIPTION'] = `${NAMES[shooter]} REBOUND (Off:0 Def:1)`;
    }
    const after = /^(\d+) - (\d+)$/.exec(row.SCORE);
    if (after) score = { visitor: Number(after[1]), home: Number(after[2]) };
    rows.push(row);
  }
  return rows;
}

function addPoints(row: EventRow, home: boolean, points: number, before: { home: number; visitor: number }) {
  const after = { home: before.home + (home ? points : 0), visitor: before.visitor + (home ? 0 : points) };
  row.SCORE = `${after.visitor} - ${after.home}`;
  row.SCOREMARGIN = after.home === after.visitor ? 'TIE' : String(after.home - after.visitor);
}

/** Writes every column that depends on the outcome: texts of both teams, score, second and third player, type. */
function writeShot(
  row: EventRow,
  text: string,
  made: boolean,
  before: { home: number; visitor: number },
  { points, other, extra }: { points: number; other: string; extra: boolean },
) {
  const home = row.PERSON1TYPE === '4.0';
  const [own, opposite] = home
    ? ['HOMEDESCRIPTION', 'VISITORDESCRIPTION']
    : ['VISITORDESCRIPTION', 'HOMEDESCRIPTION'];
  const blank = [
    'SCORE',
    'SCOREMARGIN',
    'PERSON2TYPE',
    'PLAYER2_ID',
    'PLAYER2_NAME',
    'PERSON3TYPE',
    'PLAYER3_ID',
    'PLAYER3_NAME',
  ];
  for (const column of [own, opposite, ...blank]) row[column] = '';
  row.EVENTMSGTYPE = made ? '1' : '2';
  row.EVENTMSGACTIONTYPE = made ? '79' : '1';
  if (made) {
    row[own] = `${text} (${points + 4} PTS)${extra ? ` (${other} 3 AST)` : ''}`;
    addPoints(row, home, points, before);
    if (extra) Object.assign(row, { PERSON2TYPE: home ? '4' : '5', PLAYER2_ID: '777', PLAYER2_NAME: other });
  } else {
    row[own] = `MISS ${text}`;
    if (extra) {
      row[opposite] = `${other} BLOCK (2 BLK)`;
      Object.assign(row, { PERSON3TYPE: home ? '5' : '4', PLAYER3_ID: '778', PLAYER3_NAME: other });
    }
  }
}

/**
 * The game with the opposite outcome of one shot; later lines stay unchanged.
 * @param before the score before that shot
 */
export function flipShot(
  rows: readonly EventRow[],
  index: number,
  before: { home: number; visitor: number },
  extra: boolean,
): EventRow[] {
  const row = { ...rows[index] };
  const own = Number.parseFloat(row.PERSON1TYPE) === 4 ? 'HOMEDESCRIPTION' : 'VISITORDESCRIPTION';
  const text = row[own].replace(/^MISS /, '').replace(/ \(\d+ PTS\).*$/, '');
  row.PERSON1TYPE = Number.parseFloat(row.PERSON1TYPE) === 4 ? '4.0' : '5.0';
  writeShot(row, text, row.EVENTMSGTYPE === '2', before, {
    points: text.includes('3PT') ? 3 : 2,
    other: 'Hawkmere',
    extra,
  });
  return rows.map((one, i) => (i === index ? row : one));
}
