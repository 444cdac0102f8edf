import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { createKey, listKeys, revokeKey } from '../../serving/auth/keys.ts';
import { ROLES, type Role } from '../../serving/auth/roles.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

interface CreateOptions {
  role: Role;
  owner: string;
  from?: string;
}

export const keys: CommandDefinition = {
  name: 'keys',
  summary: 'List, create and revoke API keys.',
  examples: [
    'touchline keys',
    'touchline keys create --role admin --owner me',
    'touchline keys revoke 3f6c2a',
  ],
  configure(command) {
    command.command('list', { isDefault: true }).description('List the keys (default).').action(list);
    command
      .command('create')
      .description('Create a key and print it once.')
      .addOption(new Option('--role <role>', 'what the key may do').choices(ROLES).default('viewer'))
      .option('--owner <name>', 'person or application that holds the key', 'unnamed')
      .option('--from <file>', 'register the key in this file instead of a new one; safe to rerun')
      .action(create);
    command
      .command('revoke')
      .description('Revoke a key.')
      .argument('<id>', 'id of the key, as `keys` lists it')
      .action(revoke);
  },
};

const list = (_: object, command: Command) =>
  withWorkspace(command, async ({ platform: { store } }) => {
    const keys = await listKeys(store);
    printResult(command, { keys }, () =>
      table(
        ['id', 'role', 'owner', 'created', 'revoked'],
        keys.map((key) => [key.id, key.role, key.owner, key.createdAt, key.revokedAt]),
      ),
    );
  });

const create = ({ role, owner, from }: CreateOptions, command: Command) =>
  withWorkspace(command, async ({ platform: { store } }) => {
    const now = systemClock.now();
    if (from !== undefined) {
      const created = await createKey(store, { role, owner, now, key: await keyIn(from) });
      const { id } = created;
      printResult(command, { id, role, owner: created.owner }, () => `Key ${id} (${role}) is registered.`);
      return;
    }
    const created = await createKey(store, { role, owner, now });
    printResult(
      command,
      created,
      () => `${created.key}\nKey ${created.id} (${created.role}). Store it safely: it is not shown again.`,
    );
  });

const revoke = (id: string, _: object, command: Command) =>
  withWorkspace(command, async ({ platform: { store } }) => {
    const revoked = await revokeKey(store, id, systemClock.now());
    printResult(command, { id: revoked.id, revokedAt: revoked.revokedAt }, () => `Key ${id} is revoked.`);
  });

async function keyIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new TouchlineError('NOT_FOUND', `The file ${file} cannot be read.`, { cause });
  }
}
