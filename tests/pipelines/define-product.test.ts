import { describe, expect, it } from 'vitest';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import {
  type ActionType,
  actionFeatures,
  actionScoring,
  defineProduct,
  postedActionSchema,
  scoredActionRows,
  scoredActions,
  z,
} from '../../pipelines/index.ts';
import { parsed } from '../etl/fixtures.ts';

const record = z.strictObject({
  id: z.string(),
  player: z.string(),
  side: z.enum(['deuce', 'advantage']),
  toss: z.number().min(0).max(4).meta({ unit: 'm' }).describe('Height of the toss'),
  second: z.boolean().optional(),
  score: z.number().optional(),
});
const SERVES = {
  name: 'tennis-serves',
  description: 'Quality of a serve.',
  task: 'regression',
  scale: [0, 10],
  record,
  row: { group: 'player', target: 'score' },
} as const;

/** A declaration as plain JavaScript may contain it, unchecked by the compiler. */
const declare = (change: object) => defineProduct({ ...SERVES, ...change } as never);

describe('a declaration that names a record', () => {
  const product = defineProduct(SERVES);

  it('is served by its name, with the record as input but for the fields of its row', () => {
    const { path, title, scale, item } = product.serving;
    expect({ path, title, scale }).toEqual({
      path: '/v1/tennis-serves/score',
      title: 'Tennis serves',
      scale: [0, 10],
    });
    expect(item.safeParse({ side: 'deuce', toss: 1.5 }).success).toBe(true);
    expect(item.safeParse({ side: 'deuce', toss: 1.5, player: 'ann' }).success).toBe(false);
  });

  it('has the free fields of the record as its features', () => {
    expect(product.features.columns).toEqual([
      { name: 'side', kind: 'categorical', description: 'Side', categories: ['deuce', 'advantage'] },
      { name: 'toss', kind: 'numeric', description: 'Height of the toss', unit: 'm', range: [0, 4] },
      {
        name: 'second',
        kind: 'categorical',
        description: 'Second',
        categories: ['no', 'yes'],
        optional: true,
      },
    ]);
    expect(product.serving.toRow({ side: 'advantage', toss: 2 }).values).toEqual({
      side: 1,
      toss: 2,
      second: Number.NaN,
    });
  });

  it('has defaults for training, gate and monitors', () => {
    expect(product).toMatchObject({
      split: { by: 'group', shares: { train: 0.6, validation: 0.2, test: 0.2 } },
      training: { estimators: { linear: {}, boosting: {} }, primaryMetric: 'mae', raters: false },
      gate: { loss: 'absolute error', tie: 0.02, maxLatencyMs: 25 },
      monitors: { retrain: true, cron: '0 * * * *' },
    });
  });

  it('has an example within bounds that are on one side only', () => {
    const bounded = record.extend({
      grip: z.number().min(1),
      spin: z.number().positive(),
      fall: z.number().negative(),
      step: z.int().gt(6),
      tip: z.number().max(-2).optional(),
    });
    expect(declare({ record: bounded }).serving.example).toEqual({
      ...{ side: 'deuce', toss: 2, second: true },
      ...{ grip: 1, spin: 1, fall: -1, step: 7, tip: -2 },
    });
  });

  it('passes the drift detectors of its columns on to serving', () => {
    const detectors = { toss: 'psi' } as const;
    expect(declare({ monitors: { detectors } }).serving.detectors).toEqual(detectors);
  });

  it('makes a row of a record with a target, and none of one without', () => {
    const serve = { id: 'a', player: 'ann', side: 'deuce', toss: 1 };
    expect(product.etl.gold.build([{ ...serve, score: 7 }])).toEqual({
      ...{ id: 'a', group: 'ann', order: 'a', target: 7, slices: {} },
      values: [0, 1, null],
    });
    expect(product.etl.gold.build([serve])).toBeUndefined();
  });

  it('rejects a target outside the scale and an id that is not an identifier', () => {
    const serve = { id: 'a', player: 'ann', side: 'deuce', toss: 1 };
    expect(product.etl.reject?.({ ...serve, score: 11 })).toEqual({
      reason: 'the score is not between 0 and 10',
      detail: '11',
    });
    expect(product.etl.reject?.({ ...serve, id: '../etc' })?.reason).toMatch(/^id: use letters, digits/);
    expect(product.etl.reject?.({ ...serve, score: 10 })).toBeUndefined();
  });

  it('reads a binary outcome, and computes the features that it lists', () => {
    const won = defineProduct({
      name: 'points-won',
      description: 'Whether the point is won.',
      task: 'binary',
      record: record.omit({ score: true }).extend({ won: z.boolean().optional() }),
      row: { group: 'player', target: 'won', slices: ['side'] },
      features: [{ name: 'toss_cm', unit: 'cm', extract: ({ toss }) => 100 * toss }],
    });
    expect(won.serving.path).toBe('/v1/points-won/predict');
    expect(won.gate).toMatchObject({ loss: 'log-loss', tie: 0.001 });
    const serve = { id: 'a', player: 'ann', side: 'deuce', toss: 1.5, won: true };
    expect(won.etl.gold.build([serve])).toMatchObject({
      target: 1,
      values: [150],
      slices: { side: 'deuce' },
    });
  });
});

describe('a declaration that joins records', () => {
  const types: readonly ActionType[] = [
    { name: 'header', label: 'Header' },
    { name: 'throw-in', label: 'Throw-in' },
  ];
  const { poses, athlete } = simulateClips({ clips: 1, athletes: 1, experts: 1, seed: 3 }).actions[0];
  const product = defineProduct({
    name: 'headers',
    description: 'Quality of a header.',
    task: 'regression',
    scale: [0, 10],
    sources: [scoredActions(types)],
    rows: scoredActionRows((action) => action),
    features: actionFeatures('headers', types),
    serving: {
      input: postedActionSchema(types),
      example: JSON.parse(JSON.stringify({ type: 'header', poses })),
      scoring: actionScoring(types),
    },
  });

  it('brings action types of its own, and knows no others', async () => {
    const { item, columns, scoring } = product.serving;
    expect(columns.find(({ name }) => name === 'action_type')?.categories).toEqual(['header', 'throw-in']);
    expect(columns.map(({ name }) => name)).toContain('is_throw-in');
    expect(item.safeParse({ type: 'shot', poses }).success).toBe(false);
    expect(scoring).toBeDefined();
    expect(product.training.raters).toBe(true);
    const read = await parsed(
      product.etl.sources[0],
      'actions.jsonl',
      ['throw-in', 'shot'].map((type) => JSON.stringify({ id: type, type, athlete, poses })).join('\n'),
    );
    expect(read).toMatchObject([
      { record: { kind: 'action' } },
      { reject: expect.stringMatching(/^type: /) },
    ]);
  });
});

describe('a wrong declaration says which field is wrong and what to write', () => {
  const columns = [{ name: 'toss', kind: 'numeric', description: 'Toss' }] as const;
  const set = (extract: () => number[]) => ({ name: 'serves', version: 1, columns, extract });

  it.each<[string, object, string]>([
    ['no description', { description: undefined }, "Product 'tennis-serves': description is missing."],
    ['a misspelt field', { scales: [0, 1] }, "scales is not a field of a product: did you mean 'scale'?"],
    ['a name with blanks', { name: 'Tennis serves' }, 'name must be small letters, digits and hyphens'],
    ['another task', { task: 'ranking' }, "task must be one of 'regression', 'binary'."],
    [
      'no scale',
      { scale: undefined },
      'scale is missing: give the lowest and highest value of the target, such as [0, 10].',
    ],
    [
      'a scale upside down',
      { scale: [10, 0] },
      'scale must be [low, high] with low below high, not [10, 0].',
    ],
    ['a scale of an outcome', { task: 'binary' }, 'scale does not apply to a binary task: remove it'],
    [
      'a metric of another task',
      { primary: 'logLoss' },
      "primary 'logLoss' is not a metric of a regression task: use one of r2, mae, rmse, spearman, agreement.",
    ],
    [
      'an unknown estimator',
      { estimators: { lasso: {} } },
      "estimators 'lasso' is not an estimator of a regression task: use some of linear, forest, boosting",
    ],
    [
      'an unknown drift detector',
      { monitors: { detectors: { toss: 'kss' } } },
      "monitors.detectors.toss must be one of 'ks', 'wasserstein', 'psi'",
    ],
    [
      'a drift detector of an unknown column',
      { monitors: { detectors: { sidee: 'psi' } } },
      "monitors.detectors 'sidee' is not a feature: did you mean 'side'?",
    ],
    [
      'a drift detector of another kind of column',
      { monitors: { detectors: { side: 'ks' } } },
      "monitors.detectors.side 'ks' does not compare categorical columns: use one of psi,",
    ],
    [
      'a misspelt bound of the scores',
      { monitors: { scoreBounds: { maxMeen: 8 } } },
      "monitors.scoreBounds.maxMeen is not a field of monitors.scoreBounds: did you mean 'maxMean'?",
    ],
    [
      'a schedule that is not a cron expression',
      { monitors: { cron: 'hourly' } },
      "monitors.cron must be a cron expression of five fields in UTC, such as '15 * * * *'.",
    ],
    [
      'a misspelt rule of the gate',
      { gate: { maxEc: 0.1 } },
      "gate.maxEc is not a field of gate: did you mean 'maxEce'?",
    ],
    [
      'an unknown rule of quality',
      { quality: { strictness: 1 } },
      'quality.strictness is not a field of quality: use one of maxMissing, maxOutOfRange',
    ],
    [
      'an interval by an unknown column',
      { intervalColumn: 'sidee' },
      "intervalColumn 'sidee' is not a feature: did you mean 'side'?",
    ],
    [
      'an interval by a numeric column',
      { intervalColumn: 'toss' },
      "intervalColumn must be a categorical column: 'toss' is numeric.",
    ],
    [
      'an interval of a probability',
      {
        task: 'binary',
        scale: undefined,
        record: record.extend({ score: z.boolean() }),
        intervalColumn: 'side',
      },
      'intervalColumn does not apply to a binary task: remove it.',
    ],
    [
      'a misspelt parameter of an estimator',
      { estimators: { boosting: { dept: 3 } } },
      "estimators.boosting has no parameter 'dept': did you mean 'depth'?",
    ],
    [
      "a misspelt parameter of an ensemble's member",
      { estimators: { ensemble: { 'boosting.dept': 3 } } },
      "estimators.ensemble has no parameter 'boosting.dept': did you mean 'boosting.depth'?",
    ],
    [
      'a field that cannot be the name of a feature',
      { record: record.extend({ 'slope %': z.number() }) },
      "record 'slope %' cannot be the name of a feature: begin with a letter, and use letters, digits and _.",
    ],
    [
      'a text of a form that no example has',
      { record: record.extend({ day: z.iso.date() }) },
      "no example can be made up for the field 'day': name it in row (`order`), make it optional, or give `serving.example`.",
    ],
    [
      'a number that no value can be',
      { record: record.extend({ reach: z.number().min(40).max(0) }) },
      "no example can be made up for the field 'reach'",
    ],
    [
      'shares that do not add up',
      { split: { by: 'group', shares: { train: 0.6, validation: 0.2, test: 0.3 } } },
      'split.shares must add up to 1',
    ],
    [
      'no record',
      { record: undefined },
      "record must be an object schema: z.strictObject({ … }) of 'touchline'.",
    ],
    [
      'an unknown target',
      { row: { group: 'player', target: 'scor' } },
      "row.target 'scor' is not a field of the record: did you mean 'score'?",
    ],
    [
      'a target that is a text',
      { row: { group: 'player', target: 'side' } },
      "row.target must be a number or a boolean of the record: 'side' is not.",
    ],
    [
      'features of another length',
      { features: set(() => [1, 2]) },
      'declare 1 columns, but extract returned 2 values: return one value for each column',
    ],
    [
      'two features of one name',
      { features: [0, 1].map(() => ({ name: 'toss', extract: () => 1 })) },
      "features must have different names, but 'toss' appears twice.",
    ],
    [
      'an example that the input rejects',
      { serving: { example: { side: 'left', toss: 1 } } },
      'serving.example cannot be answered',
    ],
  ])('%s', (_, change, message) => {
    expect(() => declare(change)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) }),
    );
  });
});
