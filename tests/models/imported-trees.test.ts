import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../models/definition.ts';
import { explainerOf } from '../../models/explain/explain.ts';
import { predictAll } from '../../models/predict.ts';
import { convertLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { floor32, type ImportedTrees } from '../../models/trees/nested-tree.ts';
import { convertXgboostModel, type XgboostModel } from '../../models/trees/xgboost-model.ts';

const folder = new URL('../../../shared/data/conformance/', import.meta.url);
const absent = !existsSync(new URL('shap.json', folder));
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

interface Reference {
  features: string[];
  x: (number | null)[][];
  xgboost: { bias: number; rows: { margin: number; probability: number; shap: number[] }[] };
  lightgbm: Reference['xgboost'];
}

function definitionOf({ features, task, member }: ImportedTrees): ModelDefinition {
  return {
    task,
    columns: features.map((name) => ({ name, kind: 'numeric', description: name })),
    members: [member],
    weights: Float32Array.of(1),
    calibration: { kind: 'identity' },
  };
}

const float32 = (row: readonly (number | null)[]) => Float32Array.from(row, (x) => x ?? Number.NaN);

describe.skipIf(absent)(
  'models of other libraries (skipped where ../shared/data/conformance is absent)',
  () => {
    const reference: Reference = absent ? undefined : load('shap.json');
    const readers: [string, 'xgboost' | 'lightgbm', string, () => ImportedTrees][] = [
      ['XGBoost', 'xgboost', 'p_xgboost', () => convertXgboostModel(load('xgb_50x4.model.json'))],
      ['LightGBM', 'lightgbm', 'p_lightgbm', () => convertLightgbmModel(load('lgb_50x4.dump.json'))],
    ];

    it.each(readers)(
      '%s: Shapley values, margins and probabilities equal the reference',
      (_, library, __, read) => {
        const imported = read();
        expect(imported.features).toEqual(reference.features);
        const model = definitionOf(imported);
        const explain = explainerOf(model, {});
        reference.x.forEach((x, i) => {
          const row = float32(x);
          const expected = reference[library].rows[i];
          const { base, values, raw } = explain(row);
          expect(Math.abs(base - reference[library].bias)).toBeLessThan(1e-6);
          expected.shap.forEach((value, column) => {
            expect(Math.abs(values[column] - value)).toBeLessThan(1e-6);
          });
          expect(Math.abs(raw - expected.margin)).toBeLessThan(1e-6);
          expect(Math.abs(predictAll(model, row)[0] - expected.probability)).toBeLessThan(1e-6);
        });
      },
    );

    it.each(readers)('%s: 500 predictions equal the reference', (_, __, column, read) => {
      const model = definitionOf(read());
      const [header, ...lines] = readFileSync(new URL('predictions_500.csv', folder), 'utf8')
        .trim()
        .split('\n');
      const at = header.trim().split(',').indexOf(column);
      expect(lines).toHaveLength(500);
      for (const line of lines) {
        const cells = line.split(',');
        const row = float32(cells.slice(0, 11).map((cell) => (cell === '' ? null : Number(cell))));
        expect(Math.abs(predictAll(model, row)[0] - Number(cells[at]))).toBeLessThan(1e-6);
      }
    });
  },
);

describe('convertXgboostModel', () => {
  const tree = {
    left_children: [-1],
    right_children: [-1],
    split_indices: [0],
    split_conditions: [0.5],
    split_type: [0],
    default_left: [0],
    sum_hessian: [1],
  };
  const model = (base: string, name = 'reg:squarederror'): XgboostModel => ({
    learner: {
      feature_names: ['a'],
      gradient_booster: { name: 'gbtree', model: { trees: [tree] } },
      learner_model_param: { base_score: base, num_class: '0' },
      objective: { name },
    },
  });

  it.each(['[2.5E1]', '2.5E1', '25'])('reads base_score %s', (base) => {
    expect(convertXgboostModel(model(base)).member.base).toBe(25);
  });

  it('refuses an objective it cannot represent', () => {
    expect(() => convertXgboostModel(model('0.5', 'multi:softmax'))).toThrowError(
      /objective is multi:softmax/,
    );
  });
});

describe('floor32', () => {
  it('gives the largest float32 that is not above a number', () => {
    for (const x of [
      2.5000000000000004, 0.1, -0.1, 1e-35, 1.0000000180025095e-35, -1e-60, 16777217, -16777217,
    ]) {
      const below = floor32(x);
      expect(Math.fround(below)).toBe(below);
      expect(below <= x).toBe(true);
      const above = below + Math.max(Math.abs(below) * 2 ** -23, 2 ** -149);
      expect(Math.fround(above) > x).toBe(true);
    }
  });
});
