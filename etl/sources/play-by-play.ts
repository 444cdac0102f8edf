import type { Shot } from '../../datasets/records/shot.ts';
import {
  isShot,
  PLAY_BY_PLAY_COLUMNS,
  type PlayByPlayEvent,
  scoreOf,
  shotFromEvent,
} from '../../datasets/records/shot-play-by-play.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { type FoundFile, findFiles, isUrl } from '../files/find-files.ts';
import { filePart, sourceFile } from '../files/parts.ts';
import { formatOf } from '../formats/catalog.ts';
import { parsedAt } from '../parse-record.ts';
import { readTable } from '../read-table.ts';
import type { Source } from '../source.ts';

const tableOf = (name: string) => formatOf(name, ['table']);

async function findTables(from: string): Promise<FoundFile[]> {
  return (await findFiles(from)).filter((file) => tableOf(file.name));
}

/** NBA play-by-play, one file per game. Only field-goal attempts become records; every line updates the score before them. */
export const playByPlay: Source<Shot> = {
  name: 'play-by-play',
  accepts: 'a file or folder of play-by-play CSV, one file per game (GAME_ID, EVENTNUM, …)',
  async recognises(from) {
    if (isUrl(from)) return false;
    const [first] = await findTables(from);
    if (!first) return false;
    const columns = await headerOf(first);
    return columns.includes('GAME_ID') && columns.includes('EVENTMSGTYPE');
  },
  async list(from, { maxBytes }) {
    const files = await findTables(from);
    return {
      units: files.map((file) => ({ key: file.name, parts: [filePart(file, maxBytes)] })),
      total: files.length,
    };
  },
  async *records({ files: [file] }) {
    let game: string | undefined;
    let score = { visitor: 0, home: 0 };
    for await (const line of readTable(tableOf(file.name)!, file, PLAY_BY_PLAY_COLUMNS)) {
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
        yield parsedAt(line.line, 'reject' in shot ? shot : { record: shot }, event);
      }
      // After the shot: the score on its own line reveals whether it went in.
      score = scoreOf(event.SCORE) ?? score;
    }
  },
};

/** Columns in the first line of a table; none if the file cannot be read. */
async function headerOf(found: FoundFile): Promise<string[]> {
  const file = sourceFile(filePart(found, Number.POSITIVE_INFINITY));
  try {
    for await (const { fields } of tableOf(found.name)!.read(file))
      return fields.map((field) => field.trim());
  } catch (error) {
    if (!(error instanceof TouchlineError)) throw error;
  }
  return [];
}
