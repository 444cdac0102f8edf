// Runs deploy/Dockerfile without Docker: each stage is a folder, in which its instructions run with this machine's Node.
// Then runs `touchline doctor` in the folder of the final image.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextFiles, stagesOf } from './dockerfile.ts';

const root = mkdtempSync(join(tmpdir(), 'touchline-image-'));
const stages = new Map(
  stagesOf(readFileSync('deploy/Dockerfile', 'utf8')).map((stage) => [stage.name, stage]),
);
const run = (command: string, cwd: string) =>
  execFileSync('sh', ['-ec', command], { cwd, stdio: ['ignore', 2, 2] });

/** The folder of a stage, created at its first use. */
function folderOf(name: string): string {
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  const stage = stages.get(name);
  if (!stage) throw new Error(`There is no stage ${name}.`);
  const { from, instructions } = stage;
  mkdirSync(join(folder, 'app'), { recursive: true });
  if (stages.has(from)) cpSync(folderOf(from), folder, { recursive: true });
  const at = join(folder, 'app');
  for (const { instruction, words, text } of instructions) {
    if (instruction === 'RUN') {
      console.error(`${name}: ${text}`);
      run(text, at);
    } else if (instruction === 'COPY') {
      const flag = words[0].startsWith('--from=') ? words[0].slice('--from='.length) : undefined;
      const target = words[words.length - 1];
      for (const source of words.slice(flag ? 1 : 0, -1))
        if (flag) cpSync(join(folderOf(flag), source), join(at, target), { recursive: true });
        else copyFromContext(source, join(at, target));
    }
  }
  return folder;
}

function copyFromContext(source: string, target: string): void {
  for (const path of contextFiles('.')) {
    if (source === '.') cpSync(path, join(target, path));
    else if (path === source && target.endsWith('/')) cpSync(path, join(target, path));
    else if (path === source) cpSync(path, target);
    else if (path.startsWith(`${source}/`)) cpSync(path, join(target, path.slice(source.length + 1)));
  }
}

try {
  const app = join(folderOf('files-cpu'), 'app');
  const size = execFileSync('du', ['-sm', app], { encoding: 'utf8' }).split('\t')[0];
  const env = { PATH: process.env.PATH, TOUCHLINE_DATA: join(root, 'data') };
  const doctor = execFileSync(process.execPath, [join(app, 'bin/touchline'), 'doctor', '--json'], {
    cwd: app,
    env,
    encoding: 'utf8',
  });
  const failed = (JSON.parse(doctor) as { checks: { status: string }[] }).checks.filter(
    ({ status }) => status === 'failed',
  );
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
  console.log(`The folder of the image has ${size} MiB, and touchline doctor runs in it.`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
