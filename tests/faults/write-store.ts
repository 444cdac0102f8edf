// Writes until it is killed, and prints a line for each acknowledged write. Arguments: file, name.
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';

const [path, name] = process.argv.slice(2);
const store = openSqliteStore({ path });
const entries = store.collection<{ id: string; n: number; text: string }>('entries', { unique: [['text']] });
const counters = store.collection<{ id: string; n: number }>('counters');
const say = (line: string) => writeSync(1, `${line}\n`);
const entry = (id: string, n: number) => ({ id, n, text: `${id}:${n} ${'x'.repeat((n * 31) % 700)}` });

for (let n = 0; ; n++) {
  await entries.insert(entry(`${name}-${n}`, n));
  say(`one ${n}`);
  if (n % 7 === 0) {
    const many = Array.from({ length: 600 }, (_, i) => entry(`${name}-${n}-${i}`, n));
    await entries.insertMany(many);
    say(`many ${n}`);
  }
  for (;;) {
    const counter = await counters.get('shared');
    const next = { id: 'shared', n: (counter?.n ?? 0) + 1 };
    if (await counters.compareAndSwap(next, counter?._version ?? 0)) break;
  }
  say(`swap ${n}`);
}
