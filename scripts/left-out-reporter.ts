import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Prints at the end of a run which projects were left out and how to run them, and how many tests were skipped.
 * @param commands the command that runs each project.
 */
export function leftOutReporter(commands: Readonly<Record<string, string>>): Reporter {
  let ran = new Set<string>();
  return {
    onInit(vitest: Vitest) {
      ran = new Set(vitest.projects.map(({ name }) => name));
    },
    onTestRunEnd(modules: readonly TestModule[]) {
      const left = Object.entries(commands).filter(([project]) => !ran.has(project));
      const lines = left.map(([project, command]) => `  ${project.padEnd(10)} ${command}`);
      const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]).length;
      if (skipped > 0) lines.unshift(`  ${skipped} tests were skipped: their names say what they need`);
      if (lines.length > 0) process.stdout.write(`\nLeft out of this run:\n${lines.join('\n')}\n`);
    },
  };
}
