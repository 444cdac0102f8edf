import { deepStrictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { ModelDefinition } from '../../models/definition.ts';
import { buildPackage } from '../../models/package/build.ts';
import { loadPackage } from '../../models/package/load.ts';
import { openPackages } from '../../models/package/store.ts';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { openInbox } from '../../platform/notify/inbox.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';
import { openEmbeddedTracking } from '../../platform/tracking/embedded/tracking.ts';
import { promote } from '../../registry/promotion.ts';
import { createApp, type ServingApp } from '../../serving/api/app.ts';
import type { Route } from '../../serving/api/route.ts';
import type { AppDeps } from '../../serving/deps.ts';
import { toServedProduct } from '../../serving/product.ts';

const angle: FeatureColumn = {
  name: 'knee_angle_mean',
  kind: 'numeric',
  description: 'Mean knee angle of the striking leg',
  unit: '°',
  range: [0, 180],
};
const side: FeatureColumn = {
  name: 'side',
  kind: 'categorical',
  categories: ['left', 'right'],
  description: 'Leg that plays the ball',
};
const tempo: FeatureColumn = {
  name: 'tempo',
  kind: 'numeric',
  description: 'Steps a second',
  optional: true,
};

const jump = z.strictObject({
  angles: z.array(z.number().min(0).max(180)).min(1).max(1_000),
  side: z.enum(['left', 'right']),
});
type Jump = z.output<typeof jump>;

const jumpFeatures: FeatureSet<Jump> = {
  name: 'jumps',
  version: 1,
  columns: [angle, side, tempo],
  extract: ({ angles, side: leg }) => {
    if (angles.every((value) => value === 0))
      throw new TouchlineError('INSUFFICIENT_QUALITY', 'No angle was seen in any frame.');
    return [
      angles.reduce((sum, value) => sum + value, 0) / angles.length,
      leg === 'left' ? 0 : 1,
      Number.NaN,
    ];
  },
};

/** A scored product with rules and clips, as a product file declares it. */
export const jumps = toServedProduct<Jump, Jump>({
  name: 'jumps',
  title: 'Jumps',
  description: 'How well a jump was done.',
  task: 'regression',
  scale: [0, 10],
  input: jump,
  toRecord: (input) => input,
  features: jumpFeatures,
  example: { angles: [80, 90, 100], side: 'left' },
  rules: {
    judge: (columns, row) => {
      const knee = row[columns.findIndex((column) => column.name === 'knee_angle_mean')];
      const rule = { name: 'knee', advice: { below: 'Bend the knee less.' } };
      return knee < 90 ? { score: 4, breaches: [{ rule, side: 'below' }] } : { score: 7, breaches: [] };
    },
    advise: (explanation, columns, row) =>
      explanation.values[0] > 0 && row[0] < 90
        ? [{ factor: columns[0].name, text: 'Bend the knee less.' }]
        : [],
  },
  scoring: {
    guide: [{ from: 0, to: 10, meaning: 'Anything' }],
    clips: async () => ['clip-1', 'clip-2', 'clip-3'],
    clip: async (id) =>
      /^clip-[123]$/.test(id)
        ? {
            id,
            action: 'jump',
            fps: 30,
            bones: [[0, 1]],
            frames: Array.from({ length: 20 }, (_, i) => [[10 + i, 10], i % 5 === 0 ? null : [20, 40 + i]]),
          }
        : undefined,
  },
});

const shot = z.strictObject({ distance: z.number().min(0).max(30), player: z.string().min(1).max(50) });
type Shot = z.output<typeof shot>;

/** A binary product without rules, with a fitted feature. */
export const throws = toServedProduct<Shot, Shot>({
  name: 'throws',
  title: 'Throws',
  description: 'Whether a throw goes in.',
  task: 'binary',
  input: shot,
  toRecord: (input) => input,
  features: {
    name: 'throws',
    version: 1,
    columns: [{ name: 'distance', kind: 'numeric', description: 'Metres to the ring', range: [0, 30] }],
    extract: ({ distance }) => [distance],
    inputs: ({ player }) => ({ rate: player }),
    fitted: [
      {
        name: 'rate',
        columns: [{ name: 'player_rate', kind: 'numeric', description: 'Share of throws that went in' }],
        fit: () => ({}),
        apply: (state, player) => [(state as Record<string, number>)[player as string] ?? Number.NaN],
        outOfFold: (rows) => rows.map(() => [0.5]),
      },
    ],
  },
  example: { distance: 5, player: 'Ana' },
});

const linear = (
  weights: number[],
  intercept: number,
  name = 'linear',
): ModelDefinition['members'][number] => ({
  kind: 'linear',
  name,
  slope: 1,
  offset: 0,
  input: {
    impute: Float32Array.from(weights, () => 0),
    mean: Float32Array.from(weights, () => 0),
    scale: Float32Array.from(weights, () => 1),
  },
  weights: Float32Array.from(weights),
  intercept,
});

/** A package that scores every jump near `5 + shift`, depending slightly on the knee angle; two members differ by 1. */
export async function jumpPackage(shift = 0, options: { version?: number; sample?: number[] } = {}) {
  const columns = [angle, side, tempo];
  return buildPackage({
    definition: {
      task: 'regression',
      columns,
      members: [linear([0.01, 0, 0], 3.6 + shift, 'one'), linear([0.01, 0, 0], 4.6 + shift, 'two')],
      weights: Float32Array.of(0.5, 0.5),
      calibration: { kind: 'identity' },
      scale: [0, 10],
      interval: { level: 0.9, column: null, halfWidths: Float32Array.of(1.5) },
    },
    product: 'jumps',
    estimator: 'linear',
    features: { set: 'jumps', version: options.version ?? 1, fitted: {} },
    reference: referenceOf(columns, options.sample),
    golden: Float32Array.of(90, 0, Number.NaN, 120, 1, 2),
  });
}

export async function throwPackage(rate: Record<string, number> = { Ana: 0.6 }) {
  const columns = throws.columns;
  return buildPackage({
    definition: {
      task: 'binary',
      columns,
      members: [linear([-0.1, 2], 0)],
      weights: Float32Array.of(1),
      calibration: { kind: 'identity' },
    },
    product: 'throws',
    estimator: 'linear',
    features: { set: 'throws', version: 1, fitted: { rate } },
    reference: referenceOf(columns),
    golden: Float32Array.of(5, 0.5, 10, Number.NaN),
  });
}

function referenceOf(columns: readonly FeatureColumn[], sample = [0, 1, 0, 1]) {
  return {
    rows: sample.length,
    columns: columns.map(({ name, kind }) => ({
      name,
      kind,
      missing: 0,
      sample: kind === 'categorical' ? sample.map((value) => value % 2) : sample,
    })),
    predictions: sample.map(() => 5),
  };
}

const checkedRoutes = new WeakSet<Route>();

/** Makes a route fail where its answer differs from its schema: a field missing, of the wrong type, or undeclared. */
function checkAnswers(route: Route): void {
  const { answer, handle } = route;
  const { schema } = answer;
  if (schema === undefined || checkedRoutes.has(route)) return;
  checkedRoutes.add(route);
  route.handle = async (call, services) => {
    const reply = await handle(call, services);
    const sent = JSON.parse(JSON.stringify(reply.json));
    // Parsing drops undeclared fields, so that the result differs from what was sent.
    deepStrictEqual(sent, schema.parse(sent));
    return reply;
  };
}

export const quiet = { info() {}, warn() {}, error() {} };

/**
 * Everything that serving needs, in a new folder or a given one.
 * @param ports embedded ones by default; closed with the fixture.
 */
export function openFixture(
  folder = mkdtempSync(join(tmpdir(), 'touchline-serving-')),
  ports: { store?: Store; blobs?: Blobs } = {},
) {
  const store = ports.store ?? openSqliteStore({ path: join(folder, 'store.db') });
  const blobs = ports.blobs ?? openFolderBlobs({ path: join(folder, 'blobs') });
  const tracking = openEmbeddedTracking({ store, blobs });
  const queue = openStoreQueue({ store });
  const inbox = openInbox({ store });
  const packages = openPackages({ blobs });
  const deps: AppDeps = {
    store,
    blobs,
    tracking,
    queue,
    notify: inbox,
    inbox,
    packages,
    products: [jumps, throws],
    log: quiet,
    clock: systemClock,
    auth: { mode: 'demo' },
    spool: join(folder, 'spool'),
    pollMs: 20,
  };
  const apps: ServingApp[] = [];
  const promotion = {
    tracking,
    store,
    clock: systemClock,
    load: async (hash: string) => loadPackage(await packages.get(hash), { hash }),
  };
  return {
    folder,
    deps,
    promotion,
    inbox,
    packages,
    app(change: Partial<AppDeps> = {}): ServingApp {
      const app = createApp({ ...deps, ...change });
      for (const route of app.routes) checkAnswers(route);
      apps.push(app);
      return app;
    },
    /** Registers a package as a version of a model. */
    async register(model: string, built: { hash: string; files: ReadonlyMap<string, Uint8Array> }) {
      await packages.put(built.files);
      const run = await tracking.startRun({
        experiment: model,
        name: 'linear',
        params: { estimator: 'linear' },
      });
      await tracking.logRun(run.id, { metrics: [{ name: 'validation_mae', value: 0.5, step: 0 }] });
      await tracking.finishRun(run.id, 'finished');
      return tracking.createVersion({ model, run: run.id, package: built.hash });
    },
    async promote(model: string, built: { hash: string; files: ReadonlyMap<string, Uint8Array> }) {
      const { version } = await this.register(model, built);
      return promote(
        { product: model, version, by: 'tests', reason: 'Better on held-out groups.' },
        promotion,
      );
    },
    async close() {
      for (const app of apps) await app.close();
      await queue.close();
      await blobs.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Fixture = ReturnType<typeof openFixture>;
