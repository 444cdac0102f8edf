const LOOPBACK = new Set(['127.0.0.1', '::1', '[::1]', 'localhost']);

/** Whether an address of the machine is reached from the machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);
