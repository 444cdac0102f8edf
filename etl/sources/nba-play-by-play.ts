import type { Shot } from '../../datasets/records/shot.ts';
import {
  isShot,
  PLAY_BY_PLAY_COLUMNS,
  type PlayByPlayEvent,
  scoreOf,
  shotFromEvent,
} from '../../datasets/records/shot-play-by-play.ts';
import { readCsv } from '../formats/csv.ts';
import { placed } from '../parse-record.ts';
import type { Source } from '../source.ts';
import { columnsOf, filePart, findFiles, hasFormat, isUrl } from './files.ts';

/** Play-by-play files, one a game. Only shots from the field are records; all lines tell the score before them. */
export function nbaPlayByPlay(): Source<Shot> {
  const csvFiles = async (from: string) =>
    (await findFiles(from)).filter((file) => hasFormat(file.name, ['csv']));
  return {
    name: 'play-by-play',
    accepts: 'a file or folder of play-by-play CSV, one file a game (GAME_ID, EVENTNUM, …)',
    async recognises(from) {
      if (isUrl(from)) return false;
      const [first] = await csvFiles(from);
      if (!first) return false;
      const columns = await columnsOf(first);
      return columns.includes('GAME_ID') && columns.includes('EVENTMSGTYPE');
    },
    async list(from, { maxBytes }) {
      const files = await csvFiles(from);
      return {
        units: files.map((file) => ({ key: file.name, parts: [filePart(file, maxBytes)] })),
        total: files.length,
      };
    },
    async *records(content) {
      let game: string | undefined;
      let score = { visitor: 0, home: 0 };
      for await (const line of readCsv(content.text(), content.key, PLAY_BY_PLAY_COLUMNS)) {
        if (line.reject !== undefined) {
          yield line;
          continue;
        }
        const event = line.value as unknown as PlayByPlayEvent;
        if (event.GAME_ID !== game) {
          game = event.GAME_ID;
          score = { visitor: 0, home: 0 };
        }
        if (isShot(event)) {
          const shot = shotFromEvent(event, score);
          yield placed(line.line, 'reject' in shot ? shot : { record: shot }, event);
        }
        // After the shot: the score on its own line tells whether it went in.
        score = scoreOf(event.SCORE) ?? score;
      }
    },
  };
}
