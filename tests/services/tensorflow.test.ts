import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../training/estimators/neural/backend.ts';
import { builtTouchline, documentOf, touchline } from '../cli/touchline.ts';
import { makeFolder } from '../conformance/tools.ts';
import { REQUIRED } from './real.ts';
import type { Trained } from './train-network.ts';

const ENGINES = join(import.meta.dirname, '../../.services/engines');
const BUILT = join(ENGINES, 'tensorflow');
const built = existsSync(join(BUILT, 'built'));
if (REQUIRED && !built) throw new Error('tfjs-node is not built: scripts/services/tfjs-native.sh');

/** An engines folder with the packages that were built, except one that is broken or has another name. */
function enginesWith(
  folder: string,
  changes: { name?: string; without?: 'lib' | 'deps'; main?: string },
): string {
  const modules = join(folder, 'tensorflow/node_modules');
  const own = join(modules, '@tensorflow', changes.name ?? 'tfjs-node');
  mkdirSync(own, { recursive: true });
  const link = (path: string) => symlinkSync(join(BUILT, 'node_modules', path), join(modules, path));
  for (const name of readdirSync(join(BUILT, 'node_modules'))) if (name !== '@tensorflow') link(name);
  for (const name of readdirSync(join(BUILT, 'node_modules/@tensorflow')))
    if (name !== 'tfjs-node') link(`@tensorflow/${name}`);
  const from = join(BUILT, 'node_modules/@tensorflow/tfjs-node');
  const description = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  description.name = `@tensorflow/${changes.name ?? 'tfjs-node'}`;
  writeFileSync(join(own, 'package.json'), JSON.stringify(description));
  cpSync(join(from, 'dist'), join(own, 'dist'), { recursive: true });
  if (changes.without !== 'lib') cpSync(join(from, 'lib'), join(own, 'lib'), { recursive: true });
  if (changes.without !== 'deps') symlinkSync(join(from, 'deps'), join(own, 'deps'));
  if (changes.main !== undefined) writeFileSync(join(own, 'dist/index.js'), changes.main);
  return folder;
}

describe.skipIf(!built)('native TensorFlow (needs scripts/services.sh install tensorflow)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = makeFolder();
    await builtTouchline();
  }, 120_000);

  async function train(...args: string[]): Promise<Record<'regression' | 'binary', Trained>> {
    const script = join(import.meta.dirname, 'train-network.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...args]);
    return JSON.parse(stdout);
  }

  it('trains the same network as wasm within 1e-5, and reproduces it bit for bit', async () => {
    const wasm = await train();
    const native = await train(ENGINES);
    for (const task of ['regression', 'binary'] as const) {
      const [expected, found] = [wasm[task], native[task]];
      expect([expected.backend, found.backend]).toEqual(['wasm', 'tfjs-node']);
      expect(found.bestEpoch).toBe(expected.bestEpoch);
      expect(found.losses).toHaveLength(expected.losses.length);
      found.losses.forEach((loss, epoch) => {
        expect(Math.abs(loss - expected.losses[epoch])).toBeLessThan(1e-5);
      });
      found.raw.forEach((raw, row) => {
        expect(Math.abs(raw - expected.raw[row])).toBeLessThan(1e-5 * Math.max(1, Math.abs(raw)));
      });
    }
    expect(await train(ENGINES)).toEqual(native);
  }, 120_000);

  it('prefers the package for GPUs, and reports that it finds no GPU', async () => {
    const both = enginesWith(join(folder, 'both'), { name: 'tfjs-node-gpu' });
    symlinkSync(
      join(BUILT, 'node_modules/@tensorflow/tfjs-node'),
      join(both, 'tensorflow/node_modules/@tensorflow/tfjs-node'),
    );
    const { name, reason } = await chooseBackend(both);
    expect(name).toBe('tfjs-node-gpu');
    expect(reason).toBe('@tensorflow/tfjs-node-gpu is installed and works, GPU not seen');
  });

  it.each([
    ['has no binding', { without: 'lib' }, /does not work: The Node\.js native addon module/],
    ['misses its library', { without: 'deps' }, /does not work: .*cannot open shared object file/],
    [
      'ends its process',
      { main: 'process.abort()' },
      /does not work: the process that loaded it ended without an answer \(SIGABRT\)/,
    ],
  ] as const)('falls back to wasm where the package %s', async (title, changes, why) => {
    const { name, native, reason } = await chooseBackend(enginesWith(join(folder, title), changes));
    expect({ name, native }).toEqual({ name: 'wasm', native: undefined });
    expect(reason).toMatch(why);
    expect(reason).toContain('networks train slower');
  });

  it('is reported by doctor', async () => {
    mkdirSync(join(folder, 'data'));
    symlinkSync(ENGINES, join(folder, 'data/engines'));
    const { checks } = documentOf(await touchline(['doctor', '--json', '--data', join(folder, 'data')]));
    expect(checks).toContainEqual({
      name: 'training of networks',
      status: 'ok',
      detail: 'tfjs-node: @tensorflow/tfjs-node is installed and works',
    });
  });
});
