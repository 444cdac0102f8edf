// Opens an outbox, sends messages, prints `sent`, and delivers messages until it is killed.
// Arguments: file of the store, address of the webhook, number of the first incident and of the one after the last,
// milliseconds of a lease.
import { writeSync } from 'node:fs';
import { createLog } from '../../platform/log.ts';
import { openOutbox } from '../../platform/notify/outbox/outbox.ts';
import { slackChannel } from '../../platform/notify/slack/channel.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { message } from '../conformance/notify.ts';

const [path, address, first, end, leaseMs] = process.argv.slice(2);
const outbox = openOutbox({
  store: openSqliteStore({ path }),
  channel: slackChannel(address),
  log: createLog(),
  leaseMs: Number(leaseMs),
  pollMs: 50,
});
for (let i = Number(first); i < Number(end); i++) await outbox.send(message({ incident: `drift:${i}` }));
writeSync(1, 'sent\n');
