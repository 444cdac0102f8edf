import { beforeAll, describe, expect, it } from 'vitest';
import type { Member } from '../../models/definition.ts';
import { buildPackage } from '../../models/package/build.ts';
import { loadPackage } from '../../models/package/load.ts';
import type { PackageFiles } from '../../models/package/package.ts';
import { probePackage } from '../../models/package/probe.ts';
import { toTouchlineError } from '../../platform/errors.ts';
import { type Change, damages } from './damage.ts';
import { contentsOf, randomDefinition } from './random-definition.ts';

const EVERYTHING = (() => {
  const base = randomDefinition(3);
  const kinds = new Map<string, Member>();
  for (let seed = 0; kinds.size < 3; seed++)
    for (const member of randomDefinition(seed).members)
      if (!kinds.has(member.kind)) kinds.set(member.kind, member);
  return {
    ...base,
    task: 'regression' as const,
    members: [...kinds.values()],
    weights: Float32Array.of(0.5, 0.25, 0.25),
    calibration: { kind: 'isotonic' as const, x: Float32Array.of(-1, 0, 2), y: Float32Array.of(0, 0.5, 1) },
    scale: [0, 1] as const,
    interval: { level: 0.9, column: 5, halfWidths: Float32Array.of(0.1, 0.2, 0.3) },
  };
})();

describe('a damaged package', () => {
  let good: PackageFiles;
  let hash: string;
  const damaged = (change: Change) => {
    const files = new Map([...good].map(([name, content]) => [name, content.slice()]));
    change(files);
    return files;
  };
  beforeAll(async () => {
    // All kinds of members, isotonic calibration and intervals by code.
    ({ files: good, hash } = await buildPackage(contentsOf(EVERYTHING)));
  });

  it('is rejected with a reason, in any of 200 kinds, without affecting the process', async () => {
    const all = damages(good);
    expect(all.length).toBeGreaterThanOrEqual(200);
    const accepted: string[] = [];
    for (const [name, change] of all) {
      try {
        const model = await loadPackage(damaged(change));
        await model.close();
        accepted.push(name);
      } catch (error) {
        const { code, message } = toTouchlineError(error);
        expect(['PACKAGE_INVALID', 'PARITY_FAILED'], `${name}: ${message}`).toContain(code);
        expect(message.length, name).toBeGreaterThan(30);
      }
    }
    expect(accepted).toEqual([]);
    await (await loadPackage(good, { hash })).close();
  });

  it('is rejected under the hash of the intact one, whichever file was changed', async () => {
    for (const name of good.keys()) {
      const files = damaged((bad) => bad.get(name)!.fill(0x20, 0, 1));
      await expect(loadPackage(files, { hash })).rejects.toThrowError(/hash to/);
    }
  });

  it('is rejected by a separate process too, within a time limit', async () => {
    await probePackage(good, { hash });
    const cut = damaged((bad) => bad.set('model.onnx', bad.get('model.onnx')!.slice(0, 100)));
    await expect(probePackage(cut)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
    await expect(probePackage(good, { timeout: 1 })).rejects.toThrowError(/did not answer within/);
  });
});
