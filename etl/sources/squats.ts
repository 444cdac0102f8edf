import { type NamedSignals, namedSignalsSchema } from '../../datasets/records/named-signals.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { findFiles, isUrl } from '../files/find-files.ts';
import { filePart } from '../files/parts.ts';
import { csv } from '../formats/csv.ts';
import { parsedAt, parserOf } from '../parse-record.ts';
import { readTable } from '../read-table.ts';
import type { Content, Source } from '../source.ts';

const INDEX = 'index_derived.csv';
const INDEX_COLUMNS = ['set', 'row0', 'subject'] as const;
const SETS = { correct: 'Correct', incorrect: 'Incorrect' } as const;
const NAMES = ['latent_1', 'latent_2', 'latent_3', 'latent_4'];

const signalsName = (set: keyof typeof SETS) => `vicon_ae4/Autoencoder_Output_${SETS[set]}.csv`;
const labelsName = (set: keyof typeof SETS) => `vicon_ae4/Labels_${SETS[set]}.csv`;

const asSignals = parserOf(namedSignalsSchema, (record) => record);

/**
 * A folder of squats: `vicon_ae4/Autoencoder_Output_*.csv` (one repetition per line: 4 signals per frame, frame by frame),
 * `Labels_*.csv` (the scores) and `index_derived.csv` (the subjects). The three files of a set are one unit.
 */
export const squats: Source<NamedSignals> = {
  name: 'squats',
  accepts: `a folder with ${INDEX} and vicon_ae4/Autoencoder_Output_*.csv, Labels_*.csv`,
  async recognises(from) {
    if (isUrl(from)) return false;
    const names = (await findFiles(from)).map((file) => file.name);
    return names.includes(INDEX) && names.includes(signalsName('correct'));
  },
  async list(from, { maxBytes }) {
    const files = new Map((await findFiles(from)).map((file) => [file.name, file]));
    const part = (name: string) => {
      const file = files.get(name);
      if (!file)
        throw new TouchlineError('NOT_FOUND', `${name} is missing: the squats cannot be read without it.`);
      return filePart(file, maxBytes);
    };
    const sets = Object.keys(SETS) as (keyof typeof SETS)[];
    return {
      units: sets.map((set) => ({ key: set, parts: [signalsName(set), labelsName(set), INDEX].map(part) })),
      total: sets.length,
    };
  },
  async *records(content) {
    const [signals, labels] = content.files;
    const subjects = await subjectsOf(content);
    const scores: string[] = [];
    for await (const { fields } of csv.read(labels)) scores.push(fields[0]);
    let row = 0;
    for await (const { line, fields } of csv.read(signals)) {
      const given = { score: scores[row], subject: subjects.get(String(row)) };
      yield parsedAt(line, repetition(content.key, row++, fields, given), fields.slice(0, 8));
    }
  },
};

function repetition(
  set: string,
  row: number,
  fields: readonly string[],
  given: { score: string | undefined; subject: string | undefined },
) {
  if (given.subject === undefined) return { reject: `the repetition has no subject in ${INDEX}` };
  if (!given.score?.trim()) return { reject: 'the repetition has no score' };
  if (fields.length % NAMES.length !== 0) {
    return { reject: 'the line ends within a frame', detail: `${fields.length} values` };
  }
  const values = fields.map((field) => (field.trim() === '' ? Number.NaN : Number(field)));
  const frames = Array.from({ length: values.length / NAMES.length }, (_, frame) =>
    values.slice(frame * NAMES.length, (frame + 1) * NAMES.length),
  );
  return asSignals({
    id: `${set}-${row}`,
    athlete: `subject-${given.subject}`,
    movement: 'squat',
    names: NAMES,
    frames,
    score: Number(given.score),
    tags: { correct: set === 'correct' ? 'yes' : 'no' },
  });
}

async function subjectsOf({ key, files: [, , index] }: Content): Promise<Map<string, string>> {
  const subjects = new Map<string, string>();
  for await (const { value } of readTable(csv, index, INDEX_COLUMNS)) {
    if (value?.set === key) subjects.set(value.row0, value.subject);
  }
  return subjects;
}
