import { Argument, type Command } from 'commander';
import { TouchlineError } from '../../platform/errors.ts';
import { ENGINES, engineNamed } from '../../training/engines/catalog.ts';
import { installEngine, stateOf } from '../../training/engines/install.ts';
import { openLibrary } from '../../training/engines/library.ts';
import { answer } from '../answer.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../table.ts';

export function register(program: Command): void {
  program
    .command('engines')
    .description('official libraries to train with, beside what is built in')
    .addArgument(new Argument('[action]').choices(['list', 'install']).default('list'))
    .argument('[name]', `${Object.keys(ENGINES).join(' or ')}`)
    .option('--from <file>', 'a wheel at hand instead of the index of the setting engineIndex')
    .action((action: string, name: string | undefined, { from }: { from?: string }, command: Command) =>
      withSession(command, async (session) => {
        if (action === 'install') await install(session, name, from, command);
        else await list(session, command);
      }),
    );
}

async function install(
  { config, engines, signal }: Session,
  name: string | undefined,
  from: string | undefined,
  command: Command,
): Promise<void> {
  if (name === undefined)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Name the engine: engines install ${Object.keys(ENGINES).join(' | ')}.`,
    );
  const engine = engineNamed(name);
  const { path, fresh } = await installEngine(engine, engines, { index: config.engineIndex, from, signal });
  // What it needs of the machine is best missed now.
  await openLibrary(path, engine);
  const { title, version } = engine;
  answer(command, { name, version, path, fresh }, () =>
    fresh ? `${title} ${version} is installed: ${path}` : `${title} ${version} is there already: ${path}`,
  );
}

async function list({ engines }: Session, command: Command): Promise<void> {
  const states = await Promise.all(Object.values(ENGINES).map((engine) => stateOf(engine, engines)));
  answer(command, { engines: states }, () =>
    table(
      ['engine', 'version', 'for', 'state'],
      states.map(({ name, version, purpose, path, problem }) => [
        ...[name, version, purpose, problem ?? `installed: ${path}`],
      ]),
    ),
  );
}
