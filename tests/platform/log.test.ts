import { expect, it } from 'vitest';
import { TouchlineError } from '../../platform/errors.ts';
import { createLog } from '../../platform/log.ts';

function capture() {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

it('writes one JSON document per line, from its level up', () => {
  const { log, lines, last } = capture();
  log.trace('quiet');
  log.info({ product: 'shots', rows: 3 }, 'stored');
  expect(lines).toHaveLength(1);
  expect(last()).toMatchObject({ level: 'info', product: 'shots', rows: 3, msg: 'stored' });
  expect(Date.parse(last().time as string)).toBeGreaterThan(0);
});

it('redacts secrets at any depth', () => {
  const { log, lines } = capture();
  const secret = 'hunter2hunter2';
  const webhook = `https://hooks.slack.com/services/T0/B0/${secret}`;
  log.info({
    authorization: secret,
    apiKey: secret,
    req: { headers: { Authorization: secret, 'x-api-key': secret } },
  });
  log.info({ list: [{ deep: { password: secret, slackWebhookUrl: webhook } }] });
  log.info({ store: `mongodb://user:${secret}@host/db` }, `connecting to redis://:${secret}@host`);
  log.info(`posting to ${webhook} with Bearer ${secret}`);
  log.error(new TouchlineError('UNAVAILABLE', `POST ${webhook}`, { details: { token: secret } }));
  log.error({ err: new Error('outer', { cause: new Error(`http://u:${secret}@h`) }) });
  log.info({ 'set-cookie': [`a=${secret}`, `b="${secret}"`], password: `x"y\\${secret}`, tokens: 3 });
  log.child({ token: secret }).info('bound');
  expect(lines).toHaveLength(8);
  for (const line of lines) expect(line).not.toContain(secret);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  expect(lines[2]).toContain('host/db');
  expect(JSON.parse(lines[6])).toMatchObject({ tokens: 3 });
});

// Quadratic matching would take longer than the time-out of a test.
it('redacts long hostile text without backtracking', () => {
  const { log, lines } = capture();
  log.info({
    a: 'token'.repeat(20_000),
    b: '"\\'.repeat(50_000),
    c: 'http://'.repeat(14_000),
    d: 'bearer '.repeat(14_000),
  });
  expect(lines).toHaveLength(1);
});

it('writes the code and message of an error', () => {
  const { log, last } = capture();
  log.error({ err: new TouchlineError('NOT_FOUND', 'no such run') }, 'failed');
  expect(last()).toMatchObject({ msg: 'failed', err: { code: 'NOT_FOUND', message: 'no such run' } });
});
