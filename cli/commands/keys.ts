import { readFile } from 'node:fs/promises';
import { Argument, type Command, Option } from 'commander';
import { systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { createKey, listKeys, revokeKey } from '../../serving/auth/keys.ts';
import { ROLES, type Role } from '../../serving/auth/roles.ts';
import { answer } from '../answer.ts';
import { withSession } from '../session.ts';
import { table } from '../table.ts';

interface KeyOptions {
  role: Role;
  owner: string;
  from?: string;
}

export function register(program: Command): void {
  program
    .command('keys')
    .description('API keys: who may do what')
    .addArgument(new Argument('[action]').choices(['list', 'create', 'revoke']).default('list'))
    .argument('[id]', 'key to revoke')
    .addOption(new Option('--role <role>').choices(ROLES).default('viewer'))
    .option('--owner <name>', 'person or application that holds it', 'unnamed')
    .option('--from <file>', 'create: take the key that this file holds; again is harmless')
    .action((action: string, id: string | undefined, options: KeyOptions, command: Command) =>
      withSession(command, async ({ platform: { store } }) => {
        const now = systemClock.now();
        if (action === 'create') {
          const { role, owner, from } = options;
          if (from !== undefined) {
            const { id, ...taken } = await createKey(store, { role, owner, now, key: await keyIn(from) });
            return answer(command, { id, role, owner: taken.owner }, () => `Key ${id} (${role}) is valid.`);
          }
          const created = await createKey(store, { role, owner, now });
          return answer(
            command,
            created,
            () => `${created.key}\nKey ${created.id} (${created.role}). It is shown this once: keep it safe.`,
          );
        }
        if (action === 'revoke') {
          if (id === undefined) throw new TouchlineError('INVALID_INPUT', 'Name the key: keys revoke ID.');
          const revoked = await revokeKey(store, id, now);
          return answer(command, { id: revoked.id, revokedAt: revoked.revokedAt }, () => `${id} is revoked.`);
        }
        const keys = await listKeys(store);
        answer(command, { keys }, () =>
          table(
            ['id', 'role', 'owner', 'created', 'revoked'],
            keys.map((key) => [key.id, key.role, key.owner, key.createdAt, key.revokedAt]),
          ),
        );
      }),
    );
}

async function keyIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new TouchlineError('NOT_FOUND', `The file ${file} cannot be read.`, { cause });
  }
}
