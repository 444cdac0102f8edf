import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../conformance/tools.ts';
import { hasProgram } from '../services/real.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs one check of scripts/check-deploy.sh on the project's file or on another one. */
function check(name: string, ...files: string[]) {
  const { status, stdout, stderr } = spawnSync('scripts/check-deploy.sh', [name, ...files], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

/** A copy of a file with one replacement, which must apply. */
function altered(path: string, from: string | RegExp, to: string): string {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  const copy = join(temporaryFolder(), path.replace(/.*\//, ''));
  writeFileSync(copy, changed);
  return copy;
}

type Broken = [string, string | RegExp, string, RegExp];

/** Tests that a checker accepts the project's file and rejects every broken copy with its reason. */
function refuses(name: string, path: string, programs: string[], broken: Broken[]) {
  const installed = programs.every(hasProgram);
  describe.skipIf(!installed)(
    `the check of ${path}${installed ? '' : ` (needs ${programs.join(', ')})`}`,
    () => {
      it('accepts the file of the project', { timeout: 300_000 }, () => {
        expect(check(name)).toMatchObject({ status: 0 });
      });
      it.each(broken)('rejects %s', { timeout: 120_000 }, (_, from, to, said) => {
        const result = check(name, altered(path, from, to));
        expect(result.said).toMatch(said);
        expect(result.status).not.toBe(0);
      });
    },
  );
}

refuses(
  'compose',
  'docker-compose.yml',
  ['go'],
  [
    ['an unknown key', 'stop_grace_period: 40s', 'stop_grace: 40s', /stop_grace/],
    ['an unknown service to wait for', 'mlflow-database: { condition', 'postgres: { condition', /postgres/],
    ['a volume that is not declared', "'redis:/data'", "'rediss:/data'", /rediss/],
    [
      'a secret that is not declared',
      'secrets: [redis_password]',
      'secrets: [redis_pasword]',
      /redis_pasword/,
    ],
    ['an invalid number', "cpus: '0.5'", 'cpus: many', /cpus/],
  ],
);

const java = ['java', 'mvn'].every(hasProgram);
describe.skipIf(!java)(`the check of Jenkinsfile${java ? '' : ' (needs java, mvn)'}`, () => {
  // Java takes seconds to start, so one process checks all copies.
  it('accepts the file of the project and rejects every broken copy', { timeout: 300_000 }, () => {
    expect(check('jenkinsfile')).toMatchObject({ status: 0 });
    const broken: Broken[] = [
      ['an unknown step', "sh 'deploy/prepare.sh'", "shell 'x'", /unknown 'shell' in .*Prepare/],
      ['an unknown section', 'post {', 'posts {', /unknown 'posts' in \/pipeline/],
      ['no agent', "agent { label 'touchline' }", '', /missing 'agent'/],
      ['an input without its question', /message 'Let the gate.*/, '', /missing 'message'/],
      ['an unknown option', 'timestamps()', 'timestamp()', /unknown 'timestamp'/],
      ['a missing brace', '  stages {', '  stages', /startup failed/],
    ];
    const copies = broken.map(([, from, to]) => altered('Jenkinsfile', from, to));
    const { status, said } = check('jenkinsfile', ...copies);
    expect(status).not.toBe(0);
    for (const [i, copy] of copies.entries())
      expect(said.split('\n').filter((line) => line.startsWith(`${copy}: `))).toEqual([
        expect.stringMatching(broken[i][3]),
      ]);
  });
});

refuses(
  'workflow',
  '.github/workflows/ci.yml',
  ['go'],
  [
    ['an unknown key', 'runs-on: ubuntu-24.04', 'run-on: ubuntu-24.04', /run-on/],
    ['an invalid expression', 'github.ref }}', 'github.reff }}', /reff/],
    ['an input that the action does not have', 'node-version:', 'node-versions:', /node-versions/],
  ],
);

refuses(
  'prometheus',
  'monitoring/prometheus/prometheus.yml',
  ['promtool'],
  [
    ['an unknown key', 'scrape_interval: 15s', 'scrape_every: 15s', /scrape_every/],
    ['an invalid duration', 'scrape_interval: 15s', 'scrape_interval: soon', /duration/],
  ],
);

refuses(
  'alertmanager',
  'monitoring/alertmanager/alertmanager.yml',
  ['amtool'],
  [
    ['an unknown receiver', 'receiver: touchline', 'receiver: nobody', /nobody/],
    ['an unknown key', 'group_wait:', 'group_waits:', /group_waits/],
  ],
);
