import { createTransport } from 'nodemailer';
import { TouchlineError } from '../../errors.ts';
import { isLoopback } from '../../loopback.ts';
import type { Channel } from '../channel.ts';
import { emailMessage } from './message.ts';

const setting = 'TOUCHLINE_NOTIFY';
const TIMEOUT_MS = 10_000;

/**
 * Sends mails through an SMTP server.
 * @param address `smtp://` (with STARTTLS if the server offers it; required if a password would leave the machine) or
 * `smtps://` (TLS from the first byte), then `[USER:PASSWORD@]HOST[:PORT]/?to=ADDRESS&from=ADDRESS`, with one `to` for
 * each recipient.
 * @throws INVALID_CONFIG that says what is missing
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
    async deliver(news) {
      try {
        await transport.sendMail({ ...emailMessage(news, domainOf(from)), to, from, signal: closing.signal });
      } catch (error) {
        throw mailError(error, `${host}:${port}`);
      }
    },
    async ping() {
      try {
        await transport.verify();
      } catch (error) {
        throw mailError(error, `${host}:${port}`);
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
      `The mail server address in ${setting} ${why}: write it as smtp[s]://[USER:PASSWORD@]HOST[:PORT]/?to=ADDRESS&from=ADDRESS`,
      { details: { setting } },
    );
  if (!URL.canParse(address)) throw wrong('is not an address');
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  const to = url.searchParams.getAll('to');
  const from = url.searchParams.get('from') ?? '';
  if (url.hostname === '') throw wrong('has no host');
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

/** Servers quote what they were sent, secrets included, so only the status codes of their answers are passed on. */
function mailError(error: unknown, server: string): TouchlineError {
  const { code = 'unknown', responseCode } = (error ?? {}) as SmtpError;
  const answer = responseCode === undefined ? '' : ` (${responseCode})`;
  const final = responseCode !== undefined && responseCode >= 500;
  if (code === 'EMESSAGE' && final)
    return new TouchlineError('INVALID_INPUT', `The mail server ${server} rejects this mail${answer}.`);
  const unavailable = (message: string) =>
    new TouchlineError('UNAVAILABLE', `${message} Check ${setting}; messages wait in the meantime.`, {
      details: { setting },
    });
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return unavailable(`The mail server ${server} rejects the user or the password${answer}.`);
  if (code === 'EENVELOPE')
    return unavailable(
      `The mail server ${server} does not accept mail from this sender or for this recipient${answer}.`,
    );
  // The error is Node's own, not the server's.
  const reason = error instanceof Error && responseCode === undefined ? error.message : '';
  if (/certificate/i.test(reason))
    return unavailable(`The certificate of the mail server ${server} is not trusted: ${reason}.`);
  if (code === 'ETLS' || /\b(?:ssl|tls)\b/i.test(reason))
    return unavailable(`The mail server ${server} does not use TLS as expected (${code}${answer}).`);
  return unavailable(`The mail server ${server} cannot be reached (${code}${answer}).`);
}
