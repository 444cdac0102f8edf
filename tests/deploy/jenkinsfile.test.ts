import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SHIPPED } from '../../pipelines/catalog.ts';
import { builtTouchline } from '../cli/touchline.ts';
import { temporaryFolder } from '../conformance/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const jenkinsfile = readFileSync(join(ROOT, 'Jenkinsfile'), 'utf8');
/** Every shell command, in the order of the file. */
const lines = [...jenkinsfile.matchAll(/'((?:\$TOUCHLINE|\$COMPOSE|curl|deploy\/|rm )[^']*)'/g)].map(
  ([, line]) => line,
);
const ours = lines.filter((line) => line.startsWith('$TOUCHLINE'));

describe('Jenkinsfile', () => {
  it('passes parameters to the shell only as quoted variables', () => {
    expect(jenkinsfile).not.toMatch(/(sh|script:)\s*"/);
    expect(jenkinsfile).not.toMatch(/sh '''|sh """/);
    for (const line of lines)
      for (const name of ['PRODUCT', 'FROM', 'LIMIT', 'ESTIMATORS', 'SEED'])
        expect(
          line.replaceAll(new RegExp(`"[^"]*\\$${name}\\b[^"]*"|\\$\\{${name}:\\+`, 'g'), ''),
        ).not.toContain(`$${name}`);
  });

  it('accepts any product, describes those that ship, and deploys existing services', () => {
    const product = /string\(name: 'PRODUCT', defaultValue: '([^']+)', description: '([^']+)'\)/.exec(
      jenkinsfile,
    );
    const shipped = SHIPPED.map(({ name }) => name);
    expect(shipped).toContain(product?.[1]);
    for (const name of shipped) expect(product?.[2]).toContain(name);
    const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true });
    const named = lines
      .filter((line) => /^\$COMPOSE (up|build)/.test(line))
      .flatMap((line) => line.split(' ').slice(2))
      .filter((word) => !word.startsWith('--'));
    expect(named.length).toBeGreaterThan(4);
    for (const name of named) expect(services).toHaveProperty(name);
  });

  it('is documented in docs/operations.md, stage by stage', () => {
    const manual = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
    const stages = [...jenkinsfile.matchAll(/stage\('([^']+)'\)/g)].map(([, name]) => name);
    for (const stage of stages)
      if (!/^(Prepare|Approve)/.test(stage)) expect(manual).toMatch(new RegExp(`^\\| ${stage}`, 'm'));
    for (const line of ours) expect(manual).toContain(`$touchline ${line.split(' ')[1]}`);
  });

  it('has touchline commands that run by hand, in order', { timeout: 300_000 }, async () => {
    const bin = await builtTouchline();
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'reports'));
    const env = {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, TOUCHLINE: `${process.execPath} ${bin}` },
      ...{ PRODUCT: 'biomechanics', FROM: 'simulated', LIMIT: '', ESTIMATORS: 'linear', SEED: '1' },
      ...{ BUILD_TAG: 'build-7', BUILD_URL: 'https://ci.internal/7' },
    };
    expect(ours.length).toBeGreaterThan(8);
    for (const line of ours) {
      const { status, stderr } = spawnSync('sh', ['-c', line], { cwd, env, encoding: 'utf8' });
      // There is no champion at first, and the gate may reject the candidate.
      const taken = / champion "\$PRODUCT" --json/.test(line)
        ? [2]
        : / drift /.test(line)
          ? [0, 2]
          : / run /.test(line)
            ? [0, 3]
            : [0];
      expect(taken, `${line}\n${stderr}`).toContain(status);
    }
    for (const name of ['doctor', 'etl', 'snapshot', 'train', 'decision'])
      expect(
        Object.keys(JSON.parse(readFileSync(join(cwd, `reports/${name}.json`), 'utf8'))),
        name,
      ).not.toContain('error');
    expect(statSync(join(cwd, 'reports/champion-history.txt')).size).toBeGreaterThan(20);
  });
});
