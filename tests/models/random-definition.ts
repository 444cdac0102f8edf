import type { FeatureColumn } from '../../datasets/matrix.ts';
import type {
  Calibration,
  Member,
  ModelDefinition,
  Standardizer,
  Task,
  Tree,
  TreesMember,
} from '../../models/definition.ts';
import type { PackageContents } from '../../models/package/build.ts';
import { type Random, seeded } from '../../platform/random.ts';

/** A tree of up to `depth`, its splits at values that rows of {@link randomRows} do hit; covers are whole and positive. */
export function randomTree(random: Random, width: number, depth: number): Tree {
  const nodes: { feature: number; threshold: number; left: number; right: number; cover: number }[] = [];
  const grow = (level: number, cover: number): number => {
    const id = nodes.length;
    nodes.push({ feature: -1, threshold: 0, left: 0, right: 0, cover });
    if (level < depth && cover > 1 && random.uniform() < 0.85) {
      const share = 1 + random.integer(cover - 1);
      nodes[id].feature = random.integer(width);
      nodes[id].threshold = Math.round(random.normal() * 8) / 8;
      nodes[id].left = grow(level + 1, share);
      nodes[id].right = grow(level + 1, cover - share);
    }
    return id;
  };
  grow(0, 1000);
  return {
    feature: Int32Array.from(nodes, (node) => node.feature),
    threshold: Float32Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    missingLeft: Uint8Array.from(nodes, (node) => (node.feature < 0 ? 0 : random.integer(2))),
    value: Float32Array.from(nodes, (node) => (node.feature < 0 ? random.normal() : 0)),
    cover: Float64Array.from(nodes, (node) => node.cover),
  };
}

export function randomTrees(
  random: Random,
  width: number,
  trees: number,
  depth: number,
): TreesMember & Member {
  return {
    kind: 'trees',
    name: 'boosting',
    trees: Array.from({ length: trees }, () => randomTree(random, width, depth)),
    compare: random.integer(2) === 0 ? 'lt' : 'le',
    base: random.normal(),
    aggregate: random.integer(2) === 0 ? 'sum' : 'mean',
    slope: 0.5 + random.uniform(),
    offset: random.normal(),
  };
}

const floats = (length: number, value: () => number) => Float32Array.from({ length }, value);

function randomStandardizer(random: Random, width: number): Standardizer {
  return {
    impute: floats(width, random.normal),
    mean: floats(width, random.normal),
    scale: floats(width, () => 0.5 + random.uniform()),
  };
}

export function randomLinear(random: Random, width: number): Member {
  const bends = random.integer(5);
  return {
    kind: 'linear',
    name: 'linear',
    input: randomStandardizer(random, width),
    weights: floats(width, random.normal),
    intercept: random.normal(),
    ...(bends > 0 && {
      hinges: {
        column: Int32Array.from({ length: bends }, () => random.integer(width)),
        knot: floats(bends, random.normal),
        center: floats(bends, random.uniform),
        weight: floats(bends, random.normal),
      },
    }),
    slope: 1,
    offset: 0,
  };
}

export function randomNetwork(random: Random, width: number): Member {
  const units = [8, 4, 1];
  return {
    kind: 'network',
    name: 'neural',
    input: randomStandardizer(random, width),
    layers: units.map((count, i) => ({
      weights: floats((i === 0 ? width : units[i - 1]) * count, () => random.normal() / 2),
      bias: floats(count, random.normal),
      units: count,
      activation: i === units.length - 1 ? 'linear' : 'relu',
    })),
    slope: 1,
    offset: 0,
  };
}

function randomCalibration(random: Random, task: Task): Calibration {
  const kind = random.integer(3);
  if (kind === 0) return { kind: 'identity' };
  if (kind === 1) return { kind: 'affine', slope: 0.5 + random.uniform(), intercept: random.normal() };
  const points = 1 + random.integer(8);
  let x = random.normal() * 2;
  let y = task === 'binary' ? 0 : random.normal();
  return {
    kind: 'isotonic',
    x: floats(points, () => {
      x += 0.05 + random.uniform();
      return x;
    }),
    y: floats(points, () => {
      y += random.uniform() / points;
      return y;
    }),
  };
}

/** Columns `c0`, `c1`, … of which the last one is categorical with three categories. */
export function columnsOf(width: number): FeatureColumn[] {
  return Array.from({ length: width }, (_, i) =>
    i === width - 1
      ? { name: `c${i}`, kind: 'categorical', description: 'Kind of action', categories: ['a', 'b', 'c'] }
      : { name: `c${i}`, kind: 'numeric', description: `Column ${i}`, unit: '°', range: [-10, 10] },
  );
}

/** A definition of one to four members of any kind. */
export function randomDefinition(seed: number, width = 6): ModelDefinition {
  const random = seeded(seed, 'definition');
  const task: Task = random.integer(2) === 0 ? 'regression' : 'binary';
  const members = Array.from({ length: 1 + random.integer(4) }, (_, m): Member => {
    const kind = random.integer(3);
    const member =
      kind === 0
        ? randomTrees(random, width, 1 + random.integer(20), random.integer(6))
        : kind === 1
          ? randomLinear(random, width)
          : randomNetwork(random, width);
    return { ...member, name: `${member.name} ${m}` };
  });
  const shares = members.map(() => 0.1 + random.uniform());
  const sum = shares.reduce((a, b) => a + b, 0);
  const definition: ModelDefinition = {
    task,
    columns: columnsOf(width),
    members,
    weights: Float32Array.from(shares, (share) => share / sum),
    calibration: randomCalibration(random, task),
  };
  if (task === 'regression' && random.integer(3) > 0) definition.scale = [-1, 1.5];
  if (task === 'regression' && random.integer(3) > 0)
    definition.interval =
      random.integer(2) === 0
        ? { level: 0.9, column: null, halfWidths: Float32Array.of(0.25) }
        : { level: 0.8, column: width - 1, halfWidths: floats(3, random.uniform) };
  return definition;
}

/** Rows whose values are often exactly on a threshold, missing, or an unknown code. */
export function randomRows(seed: number, rows: number, width = 6): Float32Array {
  const random = seeded(seed, 'rows');
  return floats(rows * width, () => {
    const dice = random.uniform();
    return dice < 0.15
      ? Number.NaN
      : dice < 0.5
        ? random.integer(5) - 1
        : Math.round(random.normal() * 8) / 8;
  });
}

/** Contents of a package for a definition, with 16 golden rows. */
export function contentsOf(definition: ModelDefinition): PackageContents {
  const width = definition.columns.length;
  return {
    definition,
    product: 'invented',
    estimator: 'ensemble',
    features: { set: 'invented', version: 1, fitted: { rate: { mean: 0.5 } } },
    reference: {
      rows: 100,
      columns: definition.columns.map(({ name, kind }) => ({ name, kind, missing: 0.15, sample: [0, 1, 2] })),
      predictions: [0.25, 0.5],
    },
    golden: randomRows(5, 16, width),
  };
}
