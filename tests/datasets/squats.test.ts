import { describe, expect, it } from 'vitest';
import { allColumns } from '../../datasets/features/feature-set.ts';
import { squatFeatures } from '../../datasets/features/squats.ts';
import type { NamedSignals } from '../../datasets/records/named-signals.ts';

const NAMES = ['latent_1', 'latent_2', 'latent_3', 'latent_4'];

/** A repetition whose signals are functions of the completed share of the movement. */
function repetition(signals: ((done: number) => number)[], length = 240): NamedSignals {
  const frames = Array.from({ length }, (_, f) => signals.map((signal) => signal(f / (length - 1))));
  return { id: 'one', athlete: 'ada', movement: 'squat', names: NAMES, frames, tags: { correct: 'yes' } };
}

const CURVES = [(t: number) => t, () => 0.5, (t: number) => Math.sin(Math.PI * t), (t: number) => -2 * t];
const valuesOf = (record: NamedSignals) => {
  const values = squatFeatures.extract(record);
  return Object.fromEntries(values.map((value, j) => [squatFeatures.columns[j].name, value]));
};

describe('squat features', () => {
  it('have one value per column and unique names', () => {
    const names = allColumns(squatFeatures).map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    expect(squatFeatures.extract(repetition(CURVES))).toHaveLength(squatFeatures.columns.length);
    expect(names).toHaveLength(4 * (8 + 20) + 4 * 2 + 5 + 4 * 10);
  });

  it('summarise each signal', () => {
    const found = valuesOf(repetition(CURVES));
    expect(found.latent_1_mean).toBeCloseTo(0.5, 12);
    expect(found.latent_1_speed_mean).toBeCloseTo(1 / 239, 12);
    expect(found.latent_1_speed_std).toBeCloseTo(0, 12);
    expect(found).toMatchObject({ latent_1_min: 0, latent_1_max: 1, latent_1_range: 1 });
    expect(found).toMatchObject({
      latent_2_mean: 0.5,
      latent_2_std: 0,
      latent_2_range: 0,
      latent_2_speed_max: 0,
    });
    expect(found.latent_4_speed_max).toBeCloseTo(2 / 239, 12);
    expect(found.latent_4_range).toBeCloseTo(2, 12);
  });

  it('follow the movement in twenty phases', () => {
    const found = valuesOf(repetition(CURVES));
    const phases = Array.from({ length: 20 }, (_, k) => found[`latent_1_phase_${k + 1}`]);
    phases.forEach((phase, k) => {
      expect(phase).toBeCloseTo((12 * k + 5.5) / 239, 12);
    });
  });

  it('depend little on the number of frames of a repetition', () => {
    const slow = squatFeatures.extract(repetition(CURVES, 400));
    squatFeatures.extract(repetition(CURVES)).forEach((value, j) => {
      expect(slow[j], squatFeatures.columns[j].name).toBeCloseTo(value, 3);
    });
  });

  it('find signals by name in any order, and report missing ones', () => {
    const record = repetition(CURVES);
    const turned = {
      ...record,
      names: [...NAMES].reverse(),
      frames: record.frames.map((frame) => [...frame].reverse()),
    };
    expect(squatFeatures.extract(turned)).toEqual(squatFeatures.extract(record));
    const without = { ...record, names: ['latent_1', 'other', 'latent_3', 'latent_4'] };
    expect(() => squatFeatures.extract(without)).toThrow(/lacks the signals latent_2: send all of latent_1/);
  });

  it('use only repetitions marked as correct as templates', () => {
    const record = repetition(CURVES);
    const [templates] = squatFeatures.fitted!;
    const input = (correct: string) => squatFeatures.inputs!({ ...record, tags: { correct } }).templates;
    const fitOn = (correct: string) =>
      templates.fit([{ input: input(correct), group: 'ada', target: 1 }]) as { templates: number[][] };
    expect(fitOn('yes').templates).toHaveLength(1);
    expect(fitOn('yes').templates[0]).toHaveLength(240 * 4);
    expect(fitOn('no').templates).toEqual([]);
    expect(templates.apply(fitOn('yes'), input('no'))).toHaveLength(templates.columns.length);
  });
});
