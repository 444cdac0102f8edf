import { type Command, Option } from 'commander';
import { systemClock } from '../../platform/clock.ts';
import type { Severity } from '../../platform/notify/notify.ts';
import { answer } from '../answer.ts';
import { withSession } from '../session.ts';

interface NotifyOptions {
  body: string;
  severity: Severity;
  incident?: string;
  resolved: boolean;
  link?: string;
}

export function register(program: Command): void {
  program
    .command('notify')
    .description('tells people, where messages go: for pipelines and scripts')
    .argument('<title>')
    .option('--body <text>', 'more words', '')
    .addOption(
      new Option('--severity <how>', 'how bad it is')
        .choices(['info', 'warning', 'critical'])
        .default('info'),
    )
    .option('--incident <id>', 'what it belongs to: one incident is told once, and again when it is resolved')
    .option('--resolved', 'the incident is over', false)
    .option('--link <url>', 'where to read on')
    .action((title: string, options: NotifyOptions, command: Command) =>
      withSession(command, async ({ platform: { notify } }) => {
        const { body, severity, resolved, link, incident = title } = options;
        const at = new Date(systemClock.now()).toISOString();
        const links = link === undefined ? [] : [{ label: 'Read on', url: link }];
        const status = resolved ? 'resolved' : 'open';
        await notify.send({ incident, severity, status, title, body, facts: [], links, at });
        answer(command, { incident, to: notify.name }, () => `Told: ${notify.name}`);
      }),
    );
}
