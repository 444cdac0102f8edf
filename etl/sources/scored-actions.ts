import type { ActionType } from '../../datasets/records/action.ts';
import { findFiles, isUrl } from '../files/find-files.ts';
import { filePart } from '../files/parts.ts';
import { extensionsOf, formatOf, stemOf } from '../formats/catalog.ts';
import { invalidFormat, type PoseFormat } from '../formats/format.ts';
import { parsedAt, type RecordParser } from '../parse-record.ts';
import { readRecords } from '../read-records.ts';
import { readTable } from '../read-table.ts';
import {
  actionParser,
  asScoreLine,
  numberOf,
  SCORE_COLUMNS,
  type ScoredRecord,
  scoredRecordParser,
} from '../scored-record.ts';
import type { Content, Parsed, Source } from '../source.ts';

const READ = ['poses', 'table', 'values'] as const;
const ACTIONS = 'actions';
const ACTION_COLUMNS = ['id', 'type', 'athlete', 'fps'] as const;

const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/') + 1);
const baseOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);
const posesOf = (name: string) => formatOf(name, READ)?.holds === 'poses';

/** Whether the file is the table of actions, such as `actions.csv`. */
function isActionTable(name: string): boolean {
  const format = formatOf(name, READ);
  return format?.holds === 'table' && baseOf(stemOf(name, format)) === ACTIONS;
}

/**
 * A folder (or one file) of pose sequences and expert scores: actions, scores and clips as values (JSON, JSON lines);
 * scores as a table (action, rater, score, at); poses as `<action>.coco.json`, whose type, athlete and frame rate are
 * in the table `actions.csv` (id, type, athlete, fps; optionally camera and side) in the same folder.
 * @param types action types that are accepted.
 */
export function scoredActions(types: readonly ActionType[]): Source<ScoredRecord> {
  const asAction = actionParser(types);
  const asScoredRecord = scoredRecordParser(asAction);
  return {
    name: 'scored-actions',
    accepts: `a file or folder of actions and expert scores (${extensionsOf(READ).join(', ')}; gzipped or not)`,
    async recognises(from) {
      return !isUrl(from) && (await findFiles(from)).some((file) => formatOf(file.name, READ));
    },
    async list(from, { maxBytes }) {
      const files = await findFiles(from);
      const tables = files.filter((file) => isActionTable(file.name));
      const wanted = files.filter((file) => formatOf(file.name, READ) && !tables.includes(file));
      const units = wanted.map((file) => {
        const table = tables.find((one) => folderOf(one.name) === folderOf(file.name));
        const together = posesOf(file.name) && table ? [file, table] : [file];
        return { key: file.name, parts: together.map((one) => filePart(one, maxBytes)) };
      });
      const ignored = files.filter((file) => !formatOf(file.name, READ)).map((file) => file.name);
      return { units, total: units.length, ignored };
    },
    async *records(content) {
      const [file] = content.files;
      const format = formatOf(file.name, READ);
      if (!format) throw invalidFormat(file.name, 'has none of the extensions that are read here.');
      if (format.holds === 'poses') {
        yield await actionOf(format, content, asAction);
      } else {
        const parse = format.holds === 'table' ? asScoreLine : asScoredRecord;
        yield* readRecords(format, file, SCORE_COLUMNS, parse);
      }
    },
  };
}

/** The action of one file of poses, completed by its line in the table of actions. */
async function actionOf(
  format: PoseFormat,
  content: Content,
  asAction: RecordParser<ScoredRecord>,
): Promise<Parsed<ScoredRecord>> {
  const [file, table] = content.files;
  const id = baseOf(stemOf(file.name, format));
  const tableFormat = table && formatOf(table.name, ['table']);
  const lines = tableFormat ? readTable(tableFormat, table, ACTION_COLUMNS) : [];
  for await (const { value } of lines) {
    if (value?.id !== id) continue;
    const { type, athlete, camera, side } = value;
    const fps = numberOf(value.fps);
    const poses = await format.read(file, typeof fps === 'number' ? fps : Number.NaN);
    const action = { id, type, athlete, ...(camera && { camera }), ...(side && { side }), poses };
    return parsedAt(1, asAction(action), { ...action, poses: `${poses.frames.length} frames` });
  }
  throw invalidFormat(
    content.key,
    `needs a line for '${id}' in actions.csv in the same folder (columns ${ACTION_COLUMNS.join(', ')}).`,
  );
}
