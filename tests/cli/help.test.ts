import { readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/catalog.ts';
import { createProgram } from '../../cli/program.ts';
import { FLAGS } from '../../platform/config.ts';

/** The words of a shell command line; single and double quotes group words. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain,
  );

/** A program whose actions only record the name of the command, and that writes its help to a list. */
function recordingProgram() {
  const ran: string[] = [];
  const output: string[] = [];
  const record = (command: Command) => {
    command.configureOutput({ writeOut: (text) => output.push(text), writeErr: () => {} });
    for (const child of command.commands) {
      child.action(() => {
        ran.push(child.parent === program ? child.name() : `${child.parent?.name()} ${child.name()}`);
      });
      record(child);
    }
  };
  const program = createProgram(process);
  record(program);
  return { program, ran, output };
}

async function helpOf(...names: string[]): Promise<string> {
  const { program, output } = recordingProgram();
  await expect(program.parseAsync([...names, '--help'], { from: 'user' })).rejects.toMatchObject({
    exitCode: 0,
  });
  return output.join('');
}

describe.each(COMMANDS.entries.map((command) => [command.name, command] as const))(
  'help of %s',
  (name, command) => {
    it('begins with a summary of one sentence', async () => {
      expect(command.summary).toMatch(/^[A-Z][^.]{10,75}\.$/);
      expect(await helpOf(name)).toContain(command.summary);
    });

    it('ends with its examples', async () => {
      expect(command.examples.length).toBeGreaterThan(0);
      const lines = command.examples.map((example) => `  $ ${example}\n`).join('');
      expect(await helpOf(name)).toContain(`\nExamples:\n${lines}`);
    });

    it.each(command.examples.map((example) => [example]))(
      'has an example that parses: %s',
      async (example) => {
        const words = wordsOf(example.slice(example.lastIndexOf('touchline ')));
        expect(words[1]).toBe(name);
        const { program, ran } = recordingProgram();
        await program.parseAsync(words.slice(1), { from: 'user' });
        expect(ran).toHaveLength(1);
        expect(ran[0].split(' ')[0]).toBe(name);
      },
    );
  },
);

it('lists exactly the commands that the files of the folder export', async () => {
  const names = readdirSync('cli/commands')
    .map((file) => file.replace('.ts', ''))
    .filter((name) => name !== 'catalog');
  const modules = await Promise.all(names.map((name) => import(`../../cli/commands/${name}.ts`)));
  const exported = modules.flatMap((module) => Object.values<{ name?: string }>(module));
  expect(exported.map(({ name }) => name).sort()).toEqual(names.sort());
  expect(new Set(COMMANDS.entries)).toEqual(new Set(exported));
});

describe('help of subcommands', () => {
  it.each([
    ['champion', /show .*\n.*history .*\n.*at TIME .*\n.*promote VERSION .*\n.*rollback /],
    ['keys', /list .*\n.*create .*\n.*revoke /],
    ['engines', /list .*\n[\s\S]*install \[options\] <name>/],
  ])('lists the actions of %s', async (name, actions) => {
    expect(await helpOf(name)).toMatch(actions);
  });

  it('shows the options of the whole program', async () => {
    expect(await helpOf('keys', 'create')).toMatch(/--data <dir>[\s\S]*--json/);
  });
});

it('every setting that is documented as a flag is an option of a command', () => {
  const program = createProgram(process);
  const flags = [program, ...program.commands].flatMap(({ options }) => options.map(({ long }) => long));
  expect(flags).toEqual(expect.arrayContaining(Object.values(FLAGS)));
});
