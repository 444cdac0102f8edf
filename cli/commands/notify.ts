import { type Command, Option } from 'commander';
import { systemClock } from '../../platform/clock.ts';
import type { Severity } from '../../platform/notify/notify.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { withWorkspace } from '../workspace.ts';

interface NotifyOptions {
  body: string;
  severity: Severity;
  incident?: string;
  resolved: boolean;
  link?: string;
}

export const notify: CommandDefinition = {
  name: 'notify',
  summary: 'Send a message to the inbox and the configured channels.',
  details:
    'For scripts and pipelines. Channels receive one message when an incident opens and one when it is resolved.',
  examples: [
    "touchline notify 'Nightly run failed' --severity critical --incident nightly",
    "touchline notify 'Nightly run recovered' --incident nightly --resolved",
  ],
  configure(command) {
    command
      .argument('<title>', 'first line of the message')
      .option('--body <text>', 'text below the title', '')
      .addOption(
        new Option('--severity <how>', 'severity of the message')
          .choices(['info', 'warning', 'critical'])
          .default('info'),
      )
      .option('--incident <id>', 'id that groups messages about the same thing; default: the title')
      .option('--resolved', 'mark the incident as resolved', false)
      .option('--link <url>', 'address with more information')
      .action((title: string, options: NotifyOptions, command: Command) =>
        withWorkspace(command, async ({ platform: { notify } }) => {
          const { body, severity, resolved, link, incident = title } = options;
          const at = new Date(systemClock.now()).toISOString();
          const links = link === undefined ? [] : [{ label: 'Read on', url: link }];
          const status = resolved ? 'resolved' : 'open';
          await notify.send({ incident, severity, status, title, body, facts: [], links, at });
          printResult(command, { incident, to: notify.name }, () => `Sent to ${notify.name}.`);
        }),
      );
  },
};
