import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../datasets/matrix.ts';
import { adviceFor } from '../../models/rules/advice.ts';
import { rulesModel, scoreByRules } from '../../models/rules/biomechanics.ts';
import { BIOMECHANICS_RULES } from '../../models/rules/biomechanics-rules.ts';
import { meanModel } from '../../models/rules/constant.ts';
import { ACTION_TYPES, biomechanicsFeatures } from '../../pipelines/biomechanics.ts';

const { columns } = biomechanicsFeatures;
const row = (values: Record<string, number>) =>
  Float32Array.from(columns, (column) => values[column.name] ?? Number.NaN);

const good = {
  action_type: ACTION_TYPES.findIndex(({ name }) => name === 'shot'),
  support_knee_at_contact: 140,
  hip_rotation_range: 45,
  trunk_lean_mean: 14,
  trunk_sway: 0.8,
  shoulder_symmetry: 5,
  follow_through: 45,
  support_foot_angle: 10,
};

const shap = (values: Record<string, number>) => ({
  values: Float64Array.from(columns, (column) => values[column.name] ?? 0),
});

describe('scoreByRules', () => {
  it('scores 10 where no rule is broken, and less the further one is broken', () => {
    expect(scoreByRules(columns, row(good))).toEqual({ score: 10, breaches: [], judged: 7 });
    const scores = [155, 160, 165, 175, 180].map(
      (knee) => scoreByRules(columns, row({ ...good, support_knee_at_contact: knee })).score,
    );
    expect(scores).toEqual([10, 8.75, 7.5, 5, 5]);
  });

  it('stays within 0 to 10, and scores 5 where no rule can be judged', () => {
    const bad = { support_knee_at_contact: 180, hip_rotation_range: 0, trunk_sway: 20, follow_through: 0 };
    expect(scoreByRules(columns, row({ ...good, ...bad, trunk_lean_mean: 60 })).score).toBe(0);
    expect(scoreByRules(columns, row({}))).toEqual({ score: 5, breaches: [], judged: 0 });
    expect(scoreByRules(columns, row({ action_type: 1 })).score).toBe(5);
    expect(scoreByRules([], []).score).toBe(5);
  });

  it('judges only columns of the feature set', () => {
    const asked = new Set<string>();
    for (const rule of BIOMECHANICS_RULES) rule.measure((name) => asked.add(name).size);
    const known = columns.map((column) => column.name);
    expect([...asked].filter((name) => !known.includes(name))).toEqual([]);
    for (const rule of BIOMECHANICS_RULES)
      expect(
        known.some((name) => rule.factors.test(name)),
        rule.name,
      ).toBe(true);
  });
});

describe('rulesModel', () => {
  it('scores every row', async () => {
    const other = { ...good, trunk_lean_mean: 24 };
    const { value, members } = await rulesModel(columns).predict(
      Float32Array.of(...row(good), ...row(other)),
    );
    expect([...value]).toEqual([10, 8]);
    expect(members.map((member) => [...member])).toEqual([[10], [8]]);
  });
});

describe('adviceFor', () => {
  const broken = row({ ...good, support_knee_at_contact: 170, trunk_sway: 3 });

  it('gives advice where the model and a broken rule agree, strongest factor first', () => {
    const advice = adviceFor(shap({ trunk_sway: -0.4, support_knee_at_contact: -1.2 }), columns, broken);
    expect(advice.map(({ factor, rule }) => [factor, rule])).toEqual([
      ['support_knee_at_contact', 'supporting knee'],
      ['trunk_sway', 'balance'],
    ]);
    expect(advice[0].text).toMatch(/Bend the supporting knee more/);
  });

  it('gives no advice where only the model or only a rule finds a fault', () => {
    expect(adviceFor(shap({ support_knee_at_contact: 0.9 }), columns, broken)).toEqual([]);
    expect(adviceFor(shap({ follow_through: -2 }), columns, broken)).toEqual([]);
    expect(adviceFor(shap({ support_knee_at_contact: -2 }), columns, row(good))).toEqual([]);
    expect(adviceFor(shap({ trunk_sway: -0.01 }), columns, broken)).toEqual([]);
  });

  it('gives each piece of advice once', () => {
    const factors = shap({ support_knee_at_contact: -1, support_knee_range: -0.9, left_knee_mean: -0.8 });
    expect(adviceFor(factors, columns, broken)).toHaveLength(1);
  });
});

describe('meanModel', () => {
  const matrix = (target: number[]): Matrix => ({
    columns: columns.slice(0, 1),
    values: new Float32Array(target.length),
    target: Float64Array.from(target),
    weight: Float64Array.from(target, (_, i) => i + 1),
    rows: target.map((_, i) => ({ id: `r${i}`, group: 'g', slices: {} })),
  });

  it('predicts the weighted mean of the known targets', async () => {
    const { value } = await meanModel(matrix([1, Number.NaN, 0])).predict(new Float32Array(2));
    expect([...value]).toEqual([0.25, 0.25]);
  });

  it('throws where no row has a target', () => {
    expect(() => meanModel(matrix([Number.NaN]))).toThrowError(/at least 1 training row/);
  });
});
