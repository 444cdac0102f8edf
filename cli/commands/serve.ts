import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { portOption } from '../options.ts';
import { printResult } from '../output.ts';
import { ended, openServer } from '../server.ts';
import { withWorkspace } from '../workspace.ts';

export const serve: CommandDefinition = {
  name: 'serve',
  summary: 'Serve the API and its pages.',
  examples: ['touchline serve', 'touchline serve --host 0.0.0.0 --port 8081'],
  configure(command) {
    command
      .addOption(portOption())
      .option('--host <address>', 'address to listen on')
      .action((_: object, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const server = await openServer(workspace, { mode: workspace.config.auth ? 'keys' : 'demo' });
          printResult(command, { url: server.url }, () => `Listening on ${server.url}`);
          await ended(workspace);
          await server.stop();
        }),
      );
  },
};
