import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emailChannel } from '../../platform/notify/email/channel.ts';
import { openOutbox } from '../../platform/notify/outbox/outbox.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { news, notifyConformance } from '../conformance/notify.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { recorder, settled } from './outbox-tools.ts';
import { hasProgram } from './real.ts';

const execute = promisify(execFile);
const quiet = { info() {}, warn() {}, error() {} };
const PASSWORD = 'very secret: pass/word';

interface Mail {
  from: string;
  to: string[];
  headers: string;
  body: string;
}

/** A real mail server that keeps its mails; `reject` returns the status for recipients it rejects. */
async function mailServer(options: SMTPServerOptions = {}, reject?: (to: string) => number | undefined) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const code = reject?.(address);
      done(code === undefined ? null : Object.assign(new Error(`no ${address}`), { responseCode: code }));
    },
    onData(stream, { envelope }, done) {
      let raw = '';
      stream.on('data', (chunk) => {
        raw += chunk;
      });
      stream.on('end', () => {
        const split = raw.indexOf('\r\n\r\n');
        mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          headers: raw.slice(0, split).replace(/\r\n\s+/g, ' '),
          body: raw.slice(split),
        });
        done(null, 'kept');
      });
    },
    ...options,
  });
  // Some tests abort a TLS handshake.
  server.on('error', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => new Promise<void>((done) => server.close(done)));
  const { port } = server.server.address() as AddressInfo;
  const address = (user = '', scheme = 'smtp', host = '127.0.0.1') =>
    `${scheme}://${user}${host}:${port}/?to=ops@touchline.example&to=coach@touchline.example&from=touchline@touchline.example`;
  return { mails, port, address };
}

const header = ({ headers }: Mail, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1]?.trim();

notifyConformance(
  'email',
  async () => {
    const { mails, address } = await mailServer();
    const store = openSqliteStore({ path: ':memory:' });
    const notify = openOutbox({ store, channel: emailChannel(address()), log: quiet });
    return {
      notify,
      async arrived() {
        await settled(store);
        const threads = new Map<string, Mail[]>();
        for (const mail of mails) {
          const thread = header(mail, 'References') ?? header(mail, 'Message-ID')!;
          threads.set(thread, [...(threads.get(thread) ?? []), mail]);
        }
        return [...threads.values()]
          .sort((a, b) => mails.indexOf(b.at(-1)!) - mails.indexOf(a.at(-1)!))
          .map((thread) => {
            const [, word, title] = /^(?:Now )?(\w+): (.*)$/.exec(header(thread.at(-1)!, 'Subject')!)!;
            const resolved = word === 'Resolved';
            return {
              title,
              status: resolved ? 'resolved' : 'open',
              severity: resolved ? 'warning' : word.toLowerCase(),
              messages: thread.length,
            };
          });
      },
    };
  },
  'silent',
);

describe('emailChannel', () => {
  const auth = (onAuth: SMTPServerOptions['onAuth']): SMTPServerOptions => ({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth,
  });
  const knows: SMTPServerOptions['onAuth'] = ({ username, password }, _session, done) =>
    username === 'ana@x' && password === PASSWORD
      ? done(null, { user: username })
      : done(new Error(`wrong ${password}`));
  const user = (password: string) => `${encodeURIComponent('ana@x')}:${encodeURIComponent(password)}@`;

  it('sends to every recipient, from the configured sender', async () => {
    const { mails, address } = await mailServer();
    await emailChannel(address()).deliver(news());
    expect(mails).toMatchObject([
      { from: 'touchline@touchline.example', to: ['ops@touchline.example', 'coach@touchline.example'] },
    ]);
    expect(header(mails[0], 'Auto-Submitted')).toBe('auto-generated');
    expect(mails[0].body).toContain('text/html');
  });

  it('authenticates, and checks that by a ping that sends nothing', async () => {
    const { mails, address } = await mailServer(auth(knows));
    const channel = emailChannel(address(user(PASSWORD)));
    await channel.ping();
    expect(mails).toHaveLength(0);
    await channel.deliver(news());
    expect(mails).toHaveLength(1);
  });

  /** The errors of a ping and a mail, and what a log records of them. */
  async function failure(address: string, timeoutMs = 500) {
    const channel = emailChannel(address, { timeoutMs });
    const { log, text } = recorder();
    const caught: { code: string; message: string; details: object }[] = [];
    for (const work of [() => channel.ping(), () => channel.deliver(news())])
      await work().catch((one) => caught.push(one));
    for (const one of caught) log.error({ err: one }, 'failed');
    await channel.close();
    return { caught, log: text() };
  }

  it.each([
    ['a wrong password', 2],
    ['no password although one is required', 1],
  ])('names the setting for %s, and repeats no secret', async (name, count) => {
    const { address } = await mailServer(auth(knows));
    const wrong = 'not the password';
    const { caught, log } = await failure(address(name.startsWith('no') ? '' : user(wrong)));
    expect(caught).toHaveLength(count);
    for (const one of caught) {
      expect(one).toMatchObject({ code: 'UNAVAILABLE', details: { setting: 'TOUCHLINE_NOTIFY' } });
      expect(one.message).toMatch(/the user or the password|sender/);
    }
    expect(log).not.toMatch(/not( |%20)the( |%20)password/);
  });

  it('names the setting for an unknown recipient', async () => {
    const { address } = await mailServer({}, () => 550);
    const { caught } = await failure(address());
    expect(caught).toMatchObject([
      {
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/this recipient \(550\)\. Check TOUCHLINE_NOTIFY/),
        details: { setting: 'TOUCHLINE_NOTIFY' },
      },
    ]);
  });

  it('names the setting for a server that is unreachable, does not answer, or does not use TLS', async () => {
    const { address, port } = await mailServer();
    const silent = await mailServer({ onConnect() {} });
    const own = { code: 'UNAVAILABLE', details: { setting: 'TOUCHLINE_NOTIFY' } };
    const unreachable = (await failure(address().replace(String(port), '1'))).caught;
    expect(unreachable).toMatchObject([own, own]);
    expect(unreachable[0].message).toMatch(/127\.0\.0\.1:1 cannot be reached \(E\w+\)/);
    expect((await failure(silent.address())).caught).toMatchObject([own, own]);
    const plain = (await failure(address('', 'smtps'))).caught;
    expect(plain).toMatchObject([own, own]);
    expect(plain[0].message).toMatch(/TLS/);
  });

  it('sends nothing to a server with an untrusted certificate, with either kind of TLS', async () => {
    const { secure, starttls } = {
      secure: await mailServer({ secure: true }),
      starttls: await mailServer({ disabledCommands: [] }),
    };
    for (const { mails, address } of [
      { ...secure, address: secure.address('', 'smtps') },
      { ...starttls, address: starttls.address() },
    ]) {
      const { caught } = await failure(address);
      expect(caught).toHaveLength(2);
      for (const one of caught) {
        expect(one).toMatchObject({ code: 'UNAVAILABLE', details: { setting: 'TOUCHLINE_NOTIFY' } });
        expect(one.message).toMatch(/certificate of the mail server [\d.:]+ is not trusted: .*certificate/);
      }
      expect(mails).toHaveLength(0);
    }
  });

  it.skipIf(!hasProgram('openssl'))(
    'sends over TLS to a server with a trusted certificate',
    async () => {
      const folder = temporaryFolder();
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      await execute('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...[
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=DNS:localhost',
          '-keyout',
          key,
          '-out',
          cert,
        ],
      ]);
      const tls = { key: readFileSync(key), cert: readFileSync(cert) };
      const kinds: SMTPServerOptions[] = [{ secure: true }, { disabledCommands: [] }];
      for (const options of kinds) {
        const { mails, address } = await mailServer({
          ...auth(knows),
          allowInsecureAuth: false,
          ...tls,
          ...options,
        });
        const scheme = options.secure ? 'smtps' : 'smtp';
        const script = `
        import { emailChannel } from './platform/notify/email/channel.ts';
        await emailChannel(process.argv[1]).deliver(${JSON.stringify(news())});
      `;
        await execute(
          process.execPath,
          [
            ...['--import', 'tsx', '--input-type=module', '-e', script],
            address(user(PASSWORD), scheme, 'localhost'),
          ],
          { env: { ...process.env, NODE_EXTRA_CA_CERTS: cert } },
        );
        expect(mails, scheme).toHaveLength(1);
      }
    },
    30_000,
  );
});

describe('a mail server address', () => {
  it.each([
    ['smtp:nothing', /is not an address|has no host/],
    ['smtp://mail.example/?from=a@x', /needs mail addresses in to=/],
    ['smtp://mail.example/?to=a@x', /needs mail addresses in from=/],
    ['smtp://u:verysecret@mail.example/?to=a@x&to=invalid&from=a@x', /needs mail addresses in to=/],
    ['smtp://u:verysecret@mail.example/?to=a@x&from=a@x%0D%0ABcc:b@x', /needs mail addresses in from=/],
  ])('is rejected if a part is missing or invalid: %s', (address, why) => {
    expect(() => emailChannel(address)).toThrowError(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(why),
        details: { setting: 'TOUCHLINE_NOTIFY' },
      }),
    );
    expect(() => emailChannel(address)).not.toThrow(/verysecret/);
  });
});
