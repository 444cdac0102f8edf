import { openInbox } from '../../platform/notify/inbox.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { notifyConformance } from './notify.ts';

notifyConformance('inbox', async () => {
  const inbox = openInbox({ store: openSqliteStore({ path: ':memory:' }) });
  return { notify: inbox, arrived: async () => (await inbox.list()).items };
});
