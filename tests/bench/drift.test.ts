import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { name, run } from '../../bench/drift.ts';

describe('the drift benchmark', () => {
  it('measures without a peer and reports that it is missing', async () => {
    const result = await run({ smoke: true, python: undefined });
    expect(result).toMatchObject({ name, ratio: null, unit: 'ms per report' });
    expect(result.systems).toMatchObject([{ system: 'touchline', columns: 15, drifted: 9 }]);
    expect(result.notes).toEqual([
      'evidently_drift.py was skipped: no Python was found (set TOUCHLINE_PYTHON).',
    ]);
    expect(result.environment.node).toBe(process.versions.node);
  });

  it('prints one JSON document, and lists the benchmarks for an unknown name', () => {
    const main = (...args: string[]) =>
      execFileSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
        env: { ...process.env, TOUCHLINE_PYTHON: '/nowhere/python' },
      });
    const result = JSON.parse(main('drift', '--smoke', '--json'));
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(['name', 'unit', 'systems', 'ratio', 'environment']),
    );
    expect(result.notes[0]).toMatch(/cannot be started/);
    expect(() => main('nothing')).toThrow(/NAME is all or one of .*drift/);
  });
});
