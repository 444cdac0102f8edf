import { findFiles, isUrl } from '../files/find-files.ts';
import { filePart } from '../files/parts.ts';
import { coco } from '../formats/coco.ts';
import { csv } from '../formats/csv.ts';
import { parsedAt } from '../parse-record.ts';
import { readTable } from '../read-table.ts';
import { actionParser, asScore, numberOf, type ScoredRecord } from '../scored-record.ts';
import type { Content, Parsed, Source } from '../source.ts';

const JUDGES = 'judges.csv';
const RATERS = ['judge_a', 'judge_b', 'judge_c', 'judge_d', 'judge_e'] as const;
const COLUMNS = ['jump', 'athlete_code', 'date', ...RATERS] as const;
/** The files do not state it; broadcasts have 25 frames per second. Only speeds depend on it. */
const FPS = 25;
/** Style marks range from 0 to 20, scores from 0 to 10. */
const MARKS_PER_POINT = 2;

const asAction = actionParser([{ name: 'jump', label: 'Jump' }]);

const jumpOf = (name: string) => /_(jump\d+)\.coco\.json(\.gz)?$/i.exec(name)?.[1];

/** A folder of ski jumps: `judges.csv` with five style marks per jump, and `…_jumpN.coco.json` with the poses of jump N. */
export const skiJumps: Source<ScoredRecord> = {
  name: 'ski-jumps',
  accepts: `a folder with ${JUDGES} and *_jumpN.coco.json (gzipped or not)`,
  async recognises(from) {
    if (isUrl(from)) return false;
    const names = (await findFiles(from)).map((file) => file.name);
    return names.includes(JUDGES) && names.some((name) => jumpOf(name) !== undefined);
  },
  async list(from, { maxBytes }) {
    const files = await findFiles(from);
    const judges = filePart(files.find((file) => file.name === JUDGES)!, maxBytes);
    const jumps = files.filter((file) => jumpOf(file.name) !== undefined);
    return {
      units: [
        { key: JUDGES, parts: [judges] },
        ...jumps.map((file) => ({ key: file.name, parts: [filePart(file, maxBytes), judges] })),
      ],
      total: jumps.length + 1,
    };
  },
  records: (content) => (content.key === JUDGES ? scoresOf(content) : actionOf(content)),
};

async function* scoresOf({ files: [judges] }: Content): AsyncGenerator<Parsed<ScoredRecord>> {
  for await (const line of readTable(csv, judges, COLUMNS)) {
    if (line.reject !== undefined) {
      yield line;
      continue;
    }
    const { jump, date } = line.value;
    const at = date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3T00:00:00Z');
    for (const rater of RATERS) {
      const mark = numberOf(line.value[rater]);
      const score = typeof mark === 'number' ? mark / MARKS_PER_POINT : mark;
      yield parsedAt(line.line, asScore({ action: jump, rater, score, at }), { ...line.value, rater });
    }
  }
}

async function* actionOf({ key, files: [file, judges] }: Content): AsyncGenerator<Parsed<ScoredRecord>> {
  const jump = jumpOf(key)!;
  for await (const { value } of readTable(csv, judges, COLUMNS)) {
    if (value?.jump !== jump) continue;
    const action = { id: jump, type: 'jump', athlete: value.athlete_code };
    const poses = await coco.read(file, FPS);
    yield parsedAt(1, asAction({ ...action, poses }), action);
    return;
  }
  yield { line: 1, reject: `the jump has no line in ${JUDGES}, so its athlete is unknown`, raw: jump };
}
