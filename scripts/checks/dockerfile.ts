import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface Stage {
  name: string;
  /** The image or the stage that it starts from. */
  from: string;
  instructions: { instruction: string; words: string[]; text: string }[];
}

/** Stages of a Dockerfile, in order. */
export function stagesOf(text: string): Stage[] {
  const stages: Stage[] = [];
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  for (const line of lines) {
    const [, instruction, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (!instruction) throw new Error(`Not an instruction: ${line}`);
    const words = rest.split(/\s+/);
    if (instruction === 'FROM')
      stages.push({ name: words[2] ?? String(stages.length), from: words[0], instructions: [] });
    else stages.at(-1)?.instructions.push({ instruction, words, text: rest });
  }
  return stages;
}

/**
 * Files that a build may read according to .dockerignore, relative to the folder. Only the form that this project uses is
 * supported: `*` first, then one `!PATH` per line.
 */
export function contextFiles(folder: string): string[] {
  const [first, ...lines] = readFileSync(join(folder, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  if (first !== '*' || lines.some((line) => !/^![\w./-]+$/.test(line)))
    throw new Error('.dockerignore must shut everything out and let in plain paths.');
  return lines.flatMap((line) => {
    const path = line.slice(1);
    if (!statSync(join(folder, path)).isDirectory()) return [path];
    return readdirSync(join(folder, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  });
}
