import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { portOption } from '../options.ts';
import { printResult } from '../output.ts';
import { ended, openServer } from '../server.ts';
import { withSession } from '../session.ts';

export const serve: CommandDefinition = {
  name: 'serve',
  summary: 'Serve the API and its pages.',
  examples: ['touchline serve', 'touchline serve --host 0.0.0.0 --port 8081'],
  configure(command) {
    command
      .addOption(portOption())
      .option('--host <address>', 'address to listen on')
      .action((_: object, command: Command) =>
        withSession(command, async (session) => {
          const server = await openServer(session, { mode: session.config.auth ? 'keys' : 'demo' });
          printResult(command, { url: server.url }, () => `Listening on ${server.url}`);
          await ended(session);
          await server.stop();
        }),
      );
  },
};
