// Every repetition is bounded, so that matching takes linear time on any text.
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'/@]{1,500}@/gi;
const WEBHOOK = /(https:\/\/hooks\.[a-z0-9.-]{1,100})\/[^\s"'\\]+/gi;
const BEARER = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi;

const SECRET_FIELD =
  /("[^"\\]{0,40}(?:authorization|cookie|api[-_]?key|password|secret|token|webhook)[^"\\]{0,40}":)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;

/** JSON with the values of secret fields replaced, at any depth. */
export const redactJson = (json: string): string => redactText(json.replace(SECRET_FIELD, '$1"[redacted]"'));

/**
 * Text without credentials in URLs, webhook addresses and authorization values.
 * @example
 * redactText('mongodb://ada:secret@host/db'); // => 'mongodb://[redacted]@host/db'
 */
export function redactText(text: string): string {
  return text
    .replace(URL_CREDENTIALS, '$1[redacted]@')
    .replace(WEBHOOK, '$1/[redacted]')
    .replace(BEARER, '$1 [redacted]');
}

/** A comma-separated list of addresses reduced to scheme and host. */
export const redactAddresses = (list: string): string => list.split(',').map(redactAddress).join(',');

function redactAddress(address: string): string {
  if (!URL.canParse(address)) return '[redacted]';
  const { protocol, host } = new URL(address);
  return host === '' ? protocol : `${protocol}//${host}/[redacted]`;
}
