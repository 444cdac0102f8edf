const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'/@]+@/gi;
const WEBHOOK = /(https:\/\/hooks\.[a-z0-9.-]+)\/[^\s"'\\]+/gi;
const BEARER = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi;

/** Text without credentials in addresses, webhook addresses and authorization values. */
export function redactText(text: string): string {
  return text
    .replace(URL_CREDENTIALS, '$1[redacted]@')
    .replace(WEBHOOK, '$1/[redacted]')
    .replace(BEARER, '$1 [redacted]');
}
