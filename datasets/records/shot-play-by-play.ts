import { gameId, METRES_PER_FOOT, type Shot } from './shot.ts';

/** The columns of a play-by-play line that are read, all as text. */
export interface PlayByPlayEvent {
  GAME_ID: string;
  EVENTNUM: string;
  /** 1 made, 2 missed; all others are not field-goal attempts. */
  EVENTMSGTYPE: string;
  PERIOD: string;
  PCTIMESTRING: string;
  HOMEDESCRIPTION: string;
  VISITORDESCRIPTION: string;
  /** `visitor - home` after the event if it changed the score. */
  SCORE: string;
  /** 4: the first player's team is at home; 5: it is the visitor. */
  PERSON1TYPE: string;
  PLAYER1_ID: string;
}

/** Names of the columns that a play-by-play file must have. */
export const PLAY_BY_PLAY_COLUMNS = [
  'GAME_ID',
  'EVENTNUM',
  'EVENTMSGTYPE',
  'PERIOD',
  'PCTIMESTRING',
  'HOMEDESCRIPTION',
  'VISITORDESCRIPTION',
  'SCORE',
  'PERSON1TYPE',
  'PLAYER1_ID',
] as const satisfies readonly (keyof PlayByPlayEvent)[];

export interface Score {
  visitor: number;
  home: number;
}

export const isShot = (event: PlayByPlayEvent): boolean =>
  event.EVENTMSGTYPE === '1' || event.EVENTMSGTYPE === '2';

/**
 * The score after an event; undefined if the event did not change it.
 * @example
 * scoreOf('12 - 15'); // => { visitor: 12, home: 15 }
 */
export function scoreOf(text: string): Score | undefined {
  const match = /^(\d{1,3}) - (\d{1,3})$/.exec(text);
  return match ? { visitor: Number(match[1]), home: Number(match[2]) } : undefined;
}

/**
 * The text of the shooter's team without what reveals the outcome: `MISS `, and points and assist after ` (n PTS)`. Blocks
 * are in the text of the other team, which is not read.
 */
function outcomeFree(description: string): string {
  return description.replace(/^MISS /, '').replace(/ \(\d+ PTS\).*$/s, '');
}

function actionOf(text: string): string | undefined {
  const words = /\d+' (.*)$/.exec(text)?.[1] ?? / {2}(.*)$/.exec(text)?.[1];
  const cleaned = words
    ?.toLowerCase()
    .replace('pull-up', 'pullup')
    .replace('jumper', 'jump')
    .split(' ')
    .filter((word) => word !== '' && word !== '3pt' && word !== 'shot')
    .join(' ');
  return cleaned === '' ? undefined : cleaned;
}

/**
 * The shot of one play-by-play line. A missing distance depends on the place, not on the outcome: the text omits 0 ft, and
 * 22–23 ft for a three.
 * @param before the score of the last earlier line that had one.
 * @returns the shot, or the reason why the line is rejected.
 */
export function shotFromEvent(event: PlayByPlayEvent, before: Score): Shot | { reject: string } {
  const person = Number.parseFloat(event.PERSON1TYPE);
  if (person !== 4 && person !== 5) return { reject: 'the shooter is not on one of the teams' };
  const home = person === 4;
  const description = home ? event.HOMEDESCRIPTION : event.VISITORDESCRIPTION;
  if (description === '') return { reject: "the shooter's line has no text" };
  const text = outcomeFree(description);
  const three = text.includes('3PT');
  const printed = /(\d{1,3})' /.exec(text);
  const feet = printed ? Number(printed[1]) : three ? 22 : 0;
  if (feet > 94) return { reject: 'the distance is longer than the floor' };
  const clock = /^(\d{1,2}):(\d\d)$/.exec(event.PCTIMESTRING);
  const seconds = clock ? Number(clock[1]) * 60 + Number(clock[2]) : Number.NaN;
  if (!(seconds >= 0 && seconds <= 720)) return { reject: 'the clock is not between 0:00 and 12:00' };
  const period = Number(event.PERIOD);
  if (!Number.isInteger(period) || period < 1 || period > 10) return { reject: 'the period is not 1 to 10' };
  if (!/^[1-9]\d{0,11}$/.test(event.PLAYER1_ID)) return { reject: 'the shooter has no id' };
  if (!/^\d{1,10}$/.test(event.GAME_ID)) return { reject: 'the game has no id' };
  if (!/^\d{1,6}$/.test(event.EVENTNUM)) return { reject: 'the event has no number' };
  const game = gameId(event.GAME_ID);
  const action = actionOf(text);
  const lead = before.home - before.visitor;
  return {
    id: `${game}-${Number(event.EVENTNUM)}`,
    game,
    event: Number(event.EVENTNUM),
    situation: {
      player: event.PLAYER1_ID,
      period,
      seconds,
      distance: Math.min(28.7, feet * METRES_PER_FOOT),
      shotType: three ? 3 : 2,
      margin: home ? lead : -lead,
      home,
    },
    ...(action !== undefined && { action }),
    made: event.EVENTMSGTYPE === '1',
  };
}
