/** What is wrong with Redis, and what to do about it. */
export function describeRedisError(error: unknown): string {
  const { code = '', message = String(error) } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const text = `${code} ${message}`;
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(text));
  return known ? known[1] : `${message}. Check TOUCHLINE_QUEUE.`;
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nothing listens there. Start Redis, or correct the address in TOUCHLINE_QUEUE.'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host. Correct the address in TOUCHLINE_QUEUE.'],
  [
    /NOAUTH/,
    'it requires a password. Put user and password into TOUCHLINE_QUEUE: redis://user:password@host.',
  ],
  [/WRONGPASS|invalid password|ERR AUTH/, 'it rejects the user or the password in TOUCHLINE_QUEUE.'],
  [
    /NOPERM/,
    'the user in TOUCHLINE_QUEUE is not allowed to do this. Allow it all commands on the keys touchline:*.',
  ],
  [
    /self.signed|unable to (get|verify)|CERT_/i,
    'its certificate is not trusted. Name the certificate authority in NODE_EXTRA_CA_CERTS.',
  ],
  [
    /ERR_SSL|EPROTO|wrong version number|ERR_TLS|altname/i,
    'TLS failed. If the server does not use TLS, write redis: instead of rediss: in TOUCHLINE_QUEUE; otherwise use the host name in its certificate.',
  ],
  [/READONLY/, 'it is a read-only replica. Use the address of the primary in TOUCHLINE_QUEUE.'],
  [/OOM command/, 'its memory is full. Raise its maxmemory.'],
  [/MISCONF/, 'it cannot write to its disk. Check the log of Redis.'],
  [/LOADING/, 'it is still loading its data. Wait a moment.'],
  [/database|DB index/i, 'there is no such database. Correct the number at the end of TOUCHLINE_QUEUE.'],
  [
    /ECONNRESET|Connection is closed|EPIPE|writeable/i,
    'the connection broke. Check that it is running, and whether it requires TLS (rediss: in TOUCHLINE_QUEUE).',
  ],
  [
    /ETIMEDOUT|timed out|no answer|timeout/i,
    'it does not answer in time. Check that it is running and reachable, and that it uses TLS if TOUCHLINE_QUEUE says rediss:.',
  ],
];
