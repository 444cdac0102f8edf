import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextFiles, stagesOf } from '../../scripts/checks/dockerfile.ts';
import { temporaryFolder } from '../conformance/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const files = ['deploy/Dockerfile', 'deploy/mlflow/Dockerfile'];
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The problems of a Dockerfile. */
function faults(text: string, context: readonly string[]): string[] {
  const stages = stagesOf(text);
  const names = new Set(stages.map(({ name }) => name));
  const args = /\$\{\w+\}/;
  const found: string[] = [];
  for (const { name, from, instructions } of stages) {
    if (!names.has(from) && !args.test(from) && !/:\d+\.\d+\.\d+(-[\w.-]+)?$/.test(from))
      found.push(`${from} is not pinned`);
    for (const { instruction, words, text: said } of instructions) {
      if (instruction === 'ADD') found.push('ADD fetches and unpacks: use COPY');
      if (/^(ENV|ARG)$/.test(instruction) && /pass|secret|token|api_key/i.test(said))
        found.push(`${instruction} ${said} is kept in the image`);
      if (
        instruction === 'RUN' &&
        /apt-get install/.test(said) &&
        !/--no-install-recommends.*rm -rf \/var\/lib\/apt/.test(said)
      )
        found.push('apt-get leaves its lists or recommendations');
      if (instruction !== 'COPY') continue;
      const [flag] = words.filter((word) => word.startsWith('--from='));
      if (flag && !names.has(flag.slice('--from='.length))) found.push(`COPY from the unknown stage ${flag}`);
      const sources = words.filter((word) => !word.startsWith('--')).slice(0, -1);
      if (!flag)
        for (const source of sources)
          if (source !== '.' && !context.some((path) => path === source || path.startsWith(`${source}/`)))
            found.push(`${source} is not in the context`);
    }
    if (name !== stages.at(-1)?.name) continue;
    const last = (wanted: string) => instructions.filter(({ instruction }) => instruction === wanted).at(-1);
    if (/^(root|0)\b|^$/.test(last('USER')?.text ?? '')) found.push('it runs as root');
    if (!last('HEALTHCHECK')) found.push('it has no health check');
  }
  return found;
}

describe('Dockerfiles', () => {
  const contextOf = (path: string) =>
    path === 'deploy/Dockerfile' ? contextFiles(ROOT) : ['requirements.txt', 'start.sh'];

  it.each(files)('%s is pinned, small, free of secrets and not run as root', (path) => {
    expect(faults(read(path), contextOf(path))).toEqual([]);
  });

  it.each<[string, RegExp, string, RegExp]>([
    [
      'an image without its version',
      /FROM node:\S+ AS node/,
      'FROM node:latest AS node',
      /node:latest is not pinned/,
    ],
    ['root as the user', /USER 1000:1000/, 'USER root', /runs as root/],
    ['no user', /USER 1000:1000\n/, '', /runs as root/],
    ['no health check', /HEALTHCHECK [^\n]*\\\n[^\n]*\n/, '', /no health check/],
    ['a secret', /ENV NODE_ENV/, 'ENV API_KEY=x\nENV NODE_ENV', /API_KEY=x is kept/],
    ['a missing file', /COPY bin bin/, 'COPY bim bin', /bim is not in the context/],
    ['a file outside the context', /COPY bin bin/, 'COPY tests tests', /tests is not in the context/],
    ['an unknown stage', /--from=build/, '--from=built', /unknown stage/],
    ['lists of packages', / {2}&& rm -rf \/var\/lib\/apt\/lists\/\* \\\n/, '', /apt-get leaves/],
  ])('fails the check with %s', (_, from, to, said) => {
    const text = read('deploy/Dockerfile');
    expect(text).toMatch(from);
    expect(faults(text.replace(from, to), contextFiles(ROOT)).join()).toMatch(said);
  });

  it('runs shell scripts without syntax errors', () => {
    for (const path of ['deploy/prepare.sh', 'deploy/mlflow/start.sh'])
      expect(spawnSync('sh', ['-n', join(ROOT, path)]).status).toBe(0);
    execFileSync(process.execPath, ['--check', join(ROOT, 'deploy/mongodb/init.js')]);
  });
});

describe('the context of the image', () => {
  it('contains what the build needs and no secrets', () => {
    const context = contextFiles(ROOT);
    expect(
      context.filter((path) => /secret(s\/|\.)|\.env|\.touchline|^tests|^node_modules|\.git\//.test(path)),
    ).toEqual([]);
    const folder = temporaryFolder();
    for (const path of context) cpSync(join(ROOT, path), join(folder, path));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    execFileSync('npm', ['run', 'build'], { cwd: folder, stdio: 'pipe' });
    const image = join(temporaryFolder(), 'app');
    mkdirSync(image);
    for (const path of ['bin', 'dist']) cpSync(join(folder, path), join(image, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(image, 'node_modules'));
    const env = { PATH: process.env.PATH, TOUCHLINE_DATA: temporaryFolder() };
    const doctor = execFileSync(process.execPath, [join(image, 'bin/touchline'), 'doctor', '--json'], {
      cwd: image,
      env,
      encoding: 'utf8',
    });
    expect(JSON.parse(doctor).checks.length).toBeGreaterThan(5);
  }, 120_000);
});
