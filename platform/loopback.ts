const LOOPBACK = new Set(['127.0.0.1', '::1', '[::1]', 'localhost']);

/**
 * Whether a host name is reachable from this machine only.
 * @example
 * isLoopback('127.0.0.1'); // => true
 * isLoopback('0.0.0.0'); // => false
 */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);
