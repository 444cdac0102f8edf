import { createTransport } from 'nodemailer';
import { TouchlineError } from '../../errors.ts';
import { isLoopback } from '../../loopback.ts';
import type { Channel } from '../channel.ts';
import { mailOf } from './message.ts';

const setting = 'TOUCHLINE_NOTIFY';
const TIMEOUT_MS = 10_000;

/**
 * A channel of mails through an SMTP server.
 * @param address `smtp://` (with STARTTLS where the server has it; always, if a password would leave the machine) or
 * `smtps://` (TLS from the first byte), then `[USER:PASSWORD@]HOST[:PORT]/?to=ADDRESS&from=ADDRESS`, `to` as often as
 * there are receivers.
 * @throws INVALID_CONFIG saying what is missing
 */
export function emailChannel(address: string, { timeoutMs = TIMEOUT_MS } = {}): Channel {
  const { host, port, secure, auth, to, from } = parse(address);
  const transport = createTransport({
    ...{ host, port, secure, auth },
    requireTLS: !secure && auth !== undefined && !isLoopback(host),
    connectionTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const closing = new AbortController();

  return {
    name: 'email',
    async tell(news) {
      try {
        await transport.sendMail({ ...mailOf(news, domainOf(from)), to, from, signal: closing.signal });
      } catch (error) {
        throw explained(error, `${host}:${port}`);
      }
    },
    async ping() {
      try {
        await transport.verify();
      } catch (error) {
        throw explained(error, `${host}:${port}`);
      }
    },
    async close() {
      closing.abort();
    },
  };
}

function parse(address: string) {
  const wrong = (why: string) =>
    new TouchlineError(
      'INVALID_CONFIG',
      `The address of a mail server in ${setting} ${why}: write it as smtp[s]://[USER:PASSWORD@]HOST[:PORT]/?to=ADDRESS&from=ADDRESS`,
      { details: { setting } },
    );
  if (!URL.canParse(address)) throw wrong('is none');
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  const to = url.searchParams.getAll('to');
  const from = url.searchParams.get('from') ?? '';
  if (url.hostname === '') throw wrong('names no host');
  for (const [name, values] of [
    ['to', to],
    ['from', [from]],
  ] as const)
    if (values.length === 0 || values.some((value) => !/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(value)))
      throw wrong(`needs mail addresses in ${name}=`);
  return {
    host: url.hostname,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    auth:
      url.username === ''
        ? undefined
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    to,
    from,
  };
}

const domainOf = (address: string): string => address.slice(address.indexOf('@') + 1);

interface SmtpError {
  code?: string;
  responseCode?: number;
}

/** The error in our words: answers of servers repeat what they were sent, so only their numbers are told. */
function explained(error: unknown, server: string): TouchlineError {
  const { code = 'unknown', responseCode } = (error ?? {}) as SmtpError;
  const answer = responseCode === undefined ? '' : ` (${responseCode})`;
  const final = responseCode !== undefined && responseCode >= 500;
  if (code === 'EMESSAGE' && final)
    return new TouchlineError('INVALID_INPUT', `The mail server ${server} does not take this mail${answer}.`);
  const away = (message: string) =>
    new TouchlineError('UNAVAILABLE', `${message} Check ${setting}; messages wait meanwhile.`, {
      details: { setting },
    });
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return away(`The mail server ${server} refuses user or password${answer}.`);
  if (code === 'EENVELOPE')
    return away(
      `The mail server ${server} does not take mail from this sender or for this receiver${answer}.`,
    );
  // Words of Node, not of the server.
  const said = error instanceof Error && responseCode === undefined ? error.message : '';
  if (/certificate/i.test(said))
    return away(`The certificate of the mail server ${server} is not trusted: ${said}.`);
  if (code === 'ETLS' || /\b(?:ssl|tls)\b/i.test(said))
    return away(`The mail server ${server} speaks no TLS where it should (${code}${answer}).`);
  return away(`The mail server ${server} cannot be reached (${code}${answer}).`);
}
