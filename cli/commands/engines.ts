import type { Command } from 'commander';
import { ENGINES } from '../../training/engines/catalog.ts';
import { installEngine, stateOf } from '../../training/engines/install.ts';
import { openLibrary } from '../../training/engines/library.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const engines: CommandDefinition = {
  name: 'engines',
  summary: 'List and install the official XGBoost and LightGBM libraries.',
  examples: ['touchline engines', 'touchline engines install xgboost'],
  configure(command) {
    command
      .command('list', { isDefault: true })
      .description('List the engines and whether they are installed (default).')
      .action(list);
    command
      .command('install')
      .description('Install an engine; safe to rerun.')
      .argument('<name>', ENGINES.names.join(' or '))
      .option('--from <file>', 'install from this wheel instead of the package index (setting engineIndex)')
      .action(install);
  },
};

const install = (name: string, { from }: { from?: string }, command: Command) =>
  withWorkspace(command, async ({ config, engines, signal }) => {
    const engine = ENGINES.named(name);
    const { path, fresh } = await installEngine(engine, engines, { index: config.engineIndex, from, signal });
    // Loading it now shows missing system libraries at once.
    await openLibrary(path, engine);
    const { title, version } = engine;
    printResult(command, { name, version, path, fresh }, () =>
      fresh ? `Installed ${title} ${version}: ${path}` : `${title} ${version} is already installed: ${path}`,
    );
  });

const list = (_: object, command: Command) =>
  withWorkspace(command, async ({ engines }) => {
    const states = await Promise.all(ENGINES.entries.map((engine) => stateOf(engine, engines)));
    printResult(command, { engines: states }, () =>
      table(
        ['engine', 'version', 'for', 'state'],
        states.map(({ name, version, purpose, path, problem }) => [
          name,
          version,
          purpose,
          problem ?? `installed: ${path}`,
        ]),
      ),
    );
  });
