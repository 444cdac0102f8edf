import { TouchlineError } from '../../platform/errors.ts';
import { readCsv } from '../formats/csv.ts';
import { placed } from '../parse-record.ts';
import type { Content, Parsed, Source } from '../source.ts';
import { cocoPoses } from './coco-poses.ts';
import { type FoundFile, filePart, findFiles, hasFormat, isUrl } from './files.ts';
import { jsonRecords } from './record-files.ts';
import {
  asAction,
  asScoredRecord,
  asScoreLine,
  numberOf,
  SCORE_COLUMNS,
  type ScoredRecord,
} from './scored-record.ts';

const ACTIONS = 'actions.csv';
const ACTION_COLUMNS = ['id', 'type', 'athlete', 'fps'] as const;

const baseOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);
const isActionList = (name: string) => baseOf(name).replace(/\.gz$/i, '') === ACTIONS;
const isCoco = (name: string) => hasFormat(name, ['coco.json']);
const isRead = (name: string) => hasFormat(name, ['json', 'jsonl', 'ndjson', 'csv']);

/**
 * A folder (or one file) of pose sequences and expert scores: actions, scores and clips as JSON or JSON lines; scores as
 * CSV (action, rater, score, at); COCO keypoints as `<action>.coco.json`, whose type, athlete and frame rate stand in
 * `actions.csv` (id, type, athlete, fps; perhaps camera and side) beside them.
 */
export function scoredActions(): Source<ScoredRecord> {
  return {
    name: 'scored-actions',
    accepts:
      'a file or folder of actions and expert scores (JSON, JSONL, CSV, COCO keypoints; gzipped or not)',
    async recognises(from) {
      return !isUrl(from) && (await findFiles(from)).some((file) => isRead(file.name));
    },
    async list(from, { maxBytes }) {
      const files = await findFiles(from);
      const wanted = files.filter((file) => isRead(file.name) && !isActionList(file.name));
      const units = wanted.map((file) => {
        const together = isCoco(file.name) ? [file, ...listBeside(file, files)] : [file];
        return { key: file.name, parts: together.map((one) => filePart(one, maxBytes)) };
      });
      const ignored = files.filter((file) => !isRead(file.name)).map((file) => file.name);
      return { units, total: units.length, ignored };
    },
    async *records(content) {
      if (isCoco(content.key)) {
        yield await cocoAction(content);
      } else if (hasFormat(content.key, ['csv'])) {
        for await (const line of readCsv(content.text(), content.key, SCORE_COLUMNS)) {
          yield line.reject === undefined ? placed(line.line, asScoreLine(line.value), line.value) : line;
        }
      } else {
        yield* jsonRecords(content, asScoredRecord);
      }
    },
  };
}

function listBeside(file: FoundFile, files: readonly FoundFile[]): FoundFile[] {
  const folder = file.name.slice(0, -baseOf(file.name).length);
  return files.filter(
    (one) => isActionList(one.name) && one.name.slice(0, -baseOf(one.name).length) === folder,
  );
}

async function cocoAction(content: Content): Promise<Parsed<ScoredRecord>> {
  const id = baseOf(content.key).replace(/\.coco\.json(\.gz)?$/i, '');
  const list = content.parts[1];
  const lines = list === undefined ? [] : readCsv(content.text(list), list, ACTION_COLUMNS);
  for await (const { value } of lines) {
    if (value?.id !== id) continue;
    const { type, athlete, camera, side } = value;
    const fps = numberOf(value.fps);
    const poses = await cocoPoses(content, content.parts[0], typeof fps === 'number' ? fps : Number.NaN);
    const action = { id, type, athlete, ...(camera && { camera }), ...(side && { side }), poses };
    return placed(1, asAction(action), { ...action, poses: `${poses.frames.length} frames` });
  }
  throw new TouchlineError(
    'INVALID_FORMAT',
    `${content.key} needs a line for '${id}' in ${ACTIONS} beside it (columns ${ACTION_COLUMNS.join(', ')}).`,
  );
}
