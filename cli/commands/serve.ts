import type { Command } from 'commander';
import { answer } from '../answer.ts';
import { portOption } from '../options.ts';
import { ended, openServer } from '../server.ts';
import { withSession } from '../session.ts';

export function register(program: Command): void {
  program
    .command('serve')
    .description('the API and its pages')
    .addOption(portOption())
    .option('--host <address>', 'address to listen on')
    .action((_: object, command: Command) =>
      withSession(command, async (session) => {
        const server = await openServer(session, { mode: session.config.auth ? 'keys' : 'demo' });
        answer(command, { url: server.url }, () => `Listening on ${server.url}`);
        await ended(session);
        await server.stop();
      }),
    );
}
