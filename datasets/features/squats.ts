import { TouchlineError } from '../../platform/errors.ts';
import type { FeatureColumn } from '../matrix.ts';
import type { NamedSignals } from '../records/named-signals.ts';
import type { FeatureSet } from './feature-set.ts';
import { resampleFrames } from './resample.ts';
import { templateFeature } from './signal-templates.ts';

/** Latent dimensions of the joint angles of a whole-body recording, as the source provides them. */
const SIGNALS = ['latent_1', 'latent_2', 'latent_3', 'latent_4'] as const;
/** Every repetition is resampled to this many frames, so that equal frames are equal phases. */
const FRAMES = 240;
const SEGMENTS = 20;

const SUMMARIES: { name: string; prefix: string; of(values: number[], speed: number[]): number }[] = [
  { name: 'mean', prefix: 'Mean of', of: (values) => mean(values) },
  { name: 'std', prefix: 'Spread of', of: (values) => spread(values) },
  { name: 'min', prefix: 'Lowest value of', of: (values) => Math.min(...values) },
  { name: 'max', prefix: 'Highest value of', of: (values) => Math.max(...values) },
  { name: 'range', prefix: 'Range of', of: (values) => Math.max(...values) - Math.min(...values) },
  { name: 'speed_mean', prefix: 'Mean speed of', of: (_, speed) => mean(speed.map(Math.abs)) },
  { name: 'speed_max', prefix: 'Peak speed of', of: (_, speed) => Math.max(...speed.map(Math.abs)) },
  { name: 'speed_std', prefix: 'Unevenness of the speed of', of: (_, speed) => spread(speed) },
];

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
function spread(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((x) => (x - centre) ** 2)));
}

const columns: FeatureColumn[] = SIGNALS.flatMap((signal) => [
  ...SUMMARIES.map(({ name, prefix }) =>
    numeric(`${signal}_${name}`, `${prefix} ${signal} over the repetition`),
  ),
  ...Array.from({ length: SEGMENTS }, (_, k) =>
    numeric(
      `${signal}_phase_${k + 1}`,
      `Mean of ${signal} in part ${k + 1} of ${SEGMENTS} of the repetition`,
    ),
  ),
]);

function numeric(name: string, description: string): FeatureColumn {
  return { name, kind: 'numeric', description };
}

function valuesOf(signal: number[]): number[] {
  const speed = signal.slice(1).map((x, i) => x - signal[i]);
  const length = FRAMES / SEGMENTS;
  const phases = Array.from({ length: SEGMENTS }, (_, k) => mean(signal.slice(k * length, (k + 1) * length)));
  return [...SUMMARIES.map(({ of }) => of(signal, speed)), ...phases];
}

function framesOf(record: NamedSignals): number[][] {
  const missing = SIGNALS.filter((name) => !record.names.includes(name));
  if (missing.length > 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Repetition ${record.id} lacks the signals ${missing.join(', ')}: send all of ${SIGNALS.join(', ')}.`,
      { details: { missing } },
    );
  const order = SIGNALS.map((name) => record.names.indexOf(name));
  return resampleFrames(
    record.frames.map((frame) => order.map((i) => frame[i])),
    FRAMES,
  );
}

/** Squat repetitions as four latent signals: summaries, phases, and distances to correct repetitions of other athletes. */
export const squatFeatures: FeatureSet<NamedSignals> = {
  name: 'squats',
  version: 1,
  columns,
  extract(record) {
    const frames = framesOf(record);
    return SIGNALS.flatMap((_, s) => valuesOf(frames.map((frame) => frame[s])));
  },
  fitted: [templateFeature({ name: 'templates', signals: SIGNALS, frames: FRAMES })],
  inputs: (record) => ({
    templates: { frames: framesOf(record), correct: record.tags.correct === 'yes' },
  }),
};
