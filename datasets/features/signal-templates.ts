import type { FeatureColumn } from '../matrix.ts';
import type { FittedFeature } from './feature-set.ts';

/** A repetition as the feature reads it: frames × signals, and whether it can serve as a template. */
interface Repetition {
  frames: number[][];
  correct: boolean;
}

interface State {
  /** Correct training repetitions, frames × signals flattened, rounded to 1e-4, which is below the sensor's noise. */
  templates: number[][];
}

const PARTS = 10;
const FLOOR = 0.01;

/**
 * Distances of a repetition to the correct repetitions of other athletes: to their mean curve, absolute and in units of
 * their spread; to each of them (mean, smallest, median); and to the mean curve in ten parts of the movement.
 */
export function templateFeature(plan: {
  name: string;
  signals: readonly string[];
  frames: number;
}): FittedFeature {
  const { signals, frames } = plan;
  const column = (name: string, description: string): FeatureColumn => ({
    name,
    kind: 'numeric',
    description,
    optional: true,
  });
  const columns = [
    ...signals.map((s) => column(`${s}_distance`, `Distance of ${s} from correct repetitions`)),
    ...signals.map((s) => column(`${s}_deviation`, `Distance of ${s} from correct ones, in their spread`)),
    column('template_mean', 'Mean distance to the correct repetitions'),
    column('template_nearest', 'Distance to the nearest correct repetition'),
    column('template_median', 'Median distance to the correct repetitions'),
    column('template_log_deviation', 'Logarithm of the overall deviation in units of spread'),
    column('template_log_mean', 'Logarithm of the mean distance'),
    ...Array.from({ length: PARTS }, (_, k) =>
      signals.map((s) => column(`${s}_off_${k + 1}`, `Distance of ${s} in part ${k + 1} of ${PARTS}`)),
    ).flat(),
  ];

  const flat = (input: unknown) => (input as Repetition).frames.flat();
  const templatesOf = (rows: readonly { input: unknown }[]) =>
    rows
      .filter((row) => (row.input as Repetition).correct)
      .map((row) => flat(row.input).map((x) => Math.round(x * 1e4) / 1e4));

  return {
    name: plan.name,
    columns,
    fit: (rows) => ({ templates: templatesOf(rows) }),
    apply: (state, input) =>
      distances(flat(input), profile((state as unknown as State).templates), signals.length, frames),
    outOfFold(rows) {
      const profiles = new Map(
        [...new Set(rows.map((row) => row.group))].map((group) => [
          group,
          profile(templatesOf(rows.filter((row) => row.group !== group))),
        ]),
      );
      return rows.map((row) => distances(flat(row.input), profiles.get(row.group)!, signals.length, frames));
    },
  };
}

interface Profile {
  templates: number[][];
  mean: Float64Array;
  /** Population standard deviation plus a floor, which avoids a division by zero where nothing moves. */
  spread: Float64Array;
}

function profile(templates: number[][]): Profile {
  const length = templates[0]?.length ?? 0;
  const mean = new Float64Array(length);
  const spread = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    for (const template of templates) mean[i] += template[i] / templates.length;
    for (const template of templates) spread[i] += (template[i] - mean[i]) ** 2 / templates.length;
    spread[i] = Math.sqrt(spread[i]) + FLOOR;
  }
  return { templates, mean, spread };
}

/** Values in the order of the columns; NaN if there is no template. */
function distances(curve: number[], { templates, mean, spread }: Profile, width: number, frames: number) {
  if (templates.length === 0) return new Array<number>(2 * width + 5 + PARTS * width).fill(Number.NaN);
  const square = new Float64Array(width);
  const scaled = new Float64Array(width);
  const off = new Float64Array(PARTS * width);
  for (let i = 0; i < curve.length; i++) {
    const signal = i % width;
    const apart = curve[i] - mean[i];
    square[signal] += apart ** 2 / frames;
    scaled[signal] += (apart / spread[i]) ** 2 / frames;
    const part = Math.floor((Math.floor(i / width) * PARTS) / frames);
    off[part * width + signal] += (Math.abs(apart) * PARTS) / frames;
  }
  const each = templates
    .map((template) => Math.sqrt(template.reduce((sum, x, i) => sum + (curve[i] - x) ** 2, 0) / curve.length))
    .sort((a, b) => a - b);
  const average = each.reduce((sum, x) => sum + x, 0) / each.length;
  const middle = (each[Math.floor((each.length - 1) / 2)] + each[Math.ceil((each.length - 1) / 2)]) / 2;
  const overall = scaled.reduce((sum, x) => sum + x, 0) / width;
  return [
    ...square.map(Math.sqrt),
    ...scaled.map(Math.sqrt),
    average,
    each[0],
    middle,
    Math.log(overall),
    Math.log(average),
    ...off,
  ];
}
