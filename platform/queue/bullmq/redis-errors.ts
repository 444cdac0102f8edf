/** What is wrong, and what to do about it. */
export function reason(error: unknown): string {
  const { code = '', message = String(error) } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const text = `${code} ${message}`;
  const known = REASONS.find(([pattern]) => pattern.test(text));
  return known ? known[1] : `${message}. See TOUCHLINE_QUEUE.`;
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nothing listens there. Start Redis, or correct the address in TOUCHLINE_QUEUE.'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host. Correct the address in TOUCHLINE_QUEUE.'],
  [/NOAUTH/, 'it wants a password. Put user and password into TOUCHLINE_QUEUE: redis://user:password@host.'],
  [/WRONGPASS|invalid password|ERR AUTH/, 'it refuses the user or the password in TOUCHLINE_QUEUE.'],
  [/NOPERM/, 'the user in TOUCHLINE_QUEUE may not do this. Allow it all commands on the keys touchline:*.'],
  [
    /self.signed|unable to (get|verify)|CERT_/i,
    'its certificate is not trusted. Name the authority in NODE_EXTRA_CA_CERTS.',
  ],
  [
    /ERR_SSL|EPROTO|wrong version number|ERR_TLS|altname/i,
    'TLS failed. Use redis: instead of rediss: in TOUCHLINE_QUEUE where it speaks without, and the name in its certificate.',
  ],
  [/READONLY/, 'it is a read-only replica. Name the primary in TOUCHLINE_QUEUE.'],
  [/OOM command/, 'its memory is full. Raise its maxmemory.'],
  [/MISCONF/, 'it cannot write to its disk. See the log of Redis.'],
  [/LOADING/, 'it still loads its data. Wait a moment.'],
  [/database|DB index/i, 'there is no such database. Correct the number at the end of TOUCHLINE_QUEUE.'],
  [
    /ECONNRESET|Connection is closed|EPIPE|writeable/i,
    'the connection broke. See whether it runs, and whether it wants TLS (rediss: in TOUCHLINE_QUEUE).',
  ],
  [
    /ETIMEDOUT|timed out|no answer|timeout/i,
    'it does not answer in time. See whether it runs, is reached, and speaks TLS if TOUCHLINE_QUEUE says rediss:.',
  ],
];
